"""Silence: a source that was looked at, and had nothing new for longer than its own pauses make likely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import log

from pipelines.health.facts import SourceFacts
from pipelines.health.kinds import Kind, Trouble

HOUR, DAY = 3600, 86400
LEAST_PAUSE = 12 * HOUR
"""Nobody is told of less."""
LEAST_GAPS = 12
PROMPT = 14 * DAY
"""An article that arrives later than this after its date says nothing of the pace: an archive that was caught up on."""
LEAST_PROMPT = 5
"""Articles that have to have come promptly before silence means something: dates of a site may be made up."""
MARGIN = 1.5
"""Of the longest pause but one: the longest may have been trouble itself."""
YEARLY = 0.1
"""False alarms that a source with arrivals by mere chance would give in a year."""
LONG_AGO = 180 * DAY
WEEK = 7 * DAY


def find_silence(facts: SourceFacts, looked_at: int) -> Iterator[Trouble]:
    """Silent for too long, or below the minimum that the sources file sets."""
    allowed, silent = allowed_pause(facts.published), silent_for(facts, looked_at)
    if allowed is not None and silent is not None and silent > allowed and _is_prompt(facts):
        detail = f"nothing new for {spoken(silent)}, where {spoken(allowed)} would be unusual already"
        yield Trouble(Kind.SILENT, detail)
    watched = min(WEEK, looked_at - facts.watched_since)
    if facts.healthy_minimum is not None and watched >= 3 * DAY:
        rate = _count(facts.published, looked_at - watched, looked_at) * DAY / watched
        if rate < facts.healthy_minimum:
            detail = (
                f"{rate:.1f} articles a day in {spoken(watched)}, where healthy_minimum asks {facts.healthy_minimum:g}"
            )
            yield Trouble(Kind.BELOW_MINIMUM, detail)


def silent_for(facts: SourceFacts, looked_at: int) -> int | None:
    """Seconds between the latest article and the latest look that went well."""
    return max(0, looked_at - facts.published[0]) if facts.published else None


def pace(published: Sequence[int], looked_at: int) -> float | None:
    """Articles a day over the last four weeks, or over what is known where that is less."""
    if len(published) < 2:
        return None
    known = max(DAY, min(4 * WEEK, looked_at - published[-1]))
    return _count(published, looked_at - known, looked_at) * DAY / known


def allowed_pause(published: Sequence[int]) -> float | None:
    """Seconds of silence that the times of publication (the newest first) make improbable; None for too few."""
    times = [each for each in published if each > published[0] - LONG_AGO]
    gaps = sorted(later - earlier for later, earlier in pairwise(times) if later > earlier)
    if len(gaps) < LEAST_GAPS:
        return None
    rate = len(gaps) / (times[0] - times[-1])
    by_chance = log(max(rate * 365 * DAY / YEARLY, 1.0)) / rate
    return max(LEAST_PAUSE, MARGIN * gaps[-2], by_chance)


def spoken(seconds: float) -> str:
    """``40 min``, ``14 h``, ``3.5 days``."""
    if seconds < HOUR:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / HOUR:.0f} h" if seconds < 2 * DAY else f"{seconds / DAY:.1f} days"


def _is_prompt(facts: SourceFacts) -> bool:
    watched = [each for each in facts.articles if each.seen > facts.watched_since + DAY]
    return sum(1 for each in watched if each.seen - each.published <= PROMPT) >= LEAST_PROMPT


def _count(published: Sequence[int], after: int, until: int) -> int:
    return sum(1 for each in published if after < each <= until)
