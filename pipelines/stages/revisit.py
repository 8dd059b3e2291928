"""When a URL is worth another visit: an article by its age and its edits, a listing by what it brings. Pure.

The rate of an article's edits is Cho and Garcia-Molina's corrected estimate (Estimating frequency of change, ACM
Transactions on Internet Technology 3, 2003): visits see at most one edit each, so counting them says too little.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipelines.store.times import now, parsed

HOUR, DAY = 3600.0, 86_400.0
LEAST, MOST = HOUR, 60 * DAY
"""Between two visits of an article."""
OLD = 365 * DAY
"""An article of this age in which no edit was ever seen is visited only when a listing says that it changed."""
PRIOR_CHECKS = 2
"""How many visits the expectation from age alone counts for."""
FRESH_MOST = 6 * HOUR
"""How far a server's ``max-age`` may put a visit off."""

RETRY_HOURS = (1, 6, 24, 72)
"""After the first, second, … failure in a row; then the URL is given up."""

TARGET = 0.7
"""New articles that a visit of a listing should bring on average."""
MEMORY = 8
"""Visits' worth of the past that a listing's rate remembers."""
BACKOFF_MOST = 6 * HOUR


@dataclass(frozen=True, slots=True)
class Seen:
    """How an article's visits after the first went: how many, how many found an edit, over how many seconds."""

    checks: int = 0
    edits: int = 0
    seconds: float = 0.0


def edit_rate(seen: Seen) -> float:
    """Edits a second, estimated from visits: −ln((n − X + ½) / (n + ½)) a mean interval. 0 where no edit was seen."""
    if not seen.checks or seen.seconds <= 0:
        return 0.0
    edits = min(seen.edits, seen.checks)
    return -math.log((seen.checks - edits + 0.5) / (seen.checks + 0.5)) * seen.checks / seen.seconds


def next_visit(
    published_at: str | None, fetched_at: str | None, seen: Seen | None = None, fresh_seconds: float = 0.0
) -> datetime | None:
    """When to look for edits, ``fetched_at`` being the visit just made; None for never, unless a listing asks for it.

    Before any visit an article is expected to be edited once in the time it has existed, so that the pauses double;
    visits without an edit make them longer still, edits shorter. Not before what the server called fresh has passed.
    """
    fetched, seen = parsed(fetched_at) or now(), seen or Seen()
    age = max(0.0, (fetched - (parsed(published_at) or fetched)).total_seconds())
    if age > OLD and not seen.edits:
        return None
    expected = 1 / max(age, HOUR)
    rate = (seen.checks * edit_rate(seen) + PRIOR_CHECKS * expected) / (seen.checks + PRIOR_CHECKS)
    pause = max(min(1 / rate, MOST), LEAST, min(fresh_seconds, FRESH_MOST))
    return fetched + timedelta(seconds=pause)


def retry_after_failure(tries: int, at: datetime | None = None) -> datetime | None:
    """When to try a URL again that failed, after ``tries`` earlier failures; None to give it up."""
    if tries >= len(RETRY_HOURS):
        return None
    return (at or now()).astimezone(UTC) + timedelta(hours=RETRY_HOURS[tries])


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds between two visits of a listing, at least and at most."""

    least: float
    most: float

    @property
    def middle(self) -> float:
        """The pause of a listing of which nothing is known: the geometric mean."""
        return math.sqrt(self.least * self.most)

    def within(self, seconds: float) -> float:
        """The nearest pause that is allowed."""
        return min(max(seconds, self.least), self.most)


def poll_interval(before: float | None, elapsed: float | None, found: int, bounds: Bounds) -> float:
    """The pause until a listing's next visit, that it may bring ``TARGET`` new articles.

    ``before`` is the pause so far, ``elapsed`` the seconds since the last visit, which brought ``found`` new URLs now;
    None on the first visit, when all is new. ``MEMORY`` visits at the pause so far count as having brought the target.
    """
    if before is None or elapsed is None:
        return bounds.middle
    return bounds.within(TARGET * (MEMORY * before + elapsed) / (MEMORY * TARGET + found))


def backed_off(pause: float, failures: int, wait: float = 0.0) -> float:
    """The pause after so many failures in a row: doubled for each, up to ``BACKOFF_MOST``; ``wait`` at least."""
    return max(min(pause * 2.0 ** min(failures, 20), max(BACKOFF_MOST, pause)), wait)
