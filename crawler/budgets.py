"""What one run may spend on one source. What has no end is stopped, and the budget that stopped it has a name. Pure.

Calendars, session ids in paths and pages for any query grow addresses without end, and a site can list as many as it
likes. Scrapy's ``DEPTH_LIMIT`` and ``CLOSESPIDER_*`` count for the whole crawl; these count a source.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MAX_SHAPES = 20_000
"""Shapes of a source that are counted at one time; the rarest are forgotten first."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TOKEN = re.compile(r"(?<![0-9A-Za-z])(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[0-9A-Za-z]{8,}(?![0-9A-Za-z])")
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Limits:
    """Most of each that one run may take of one source."""

    pages: int
    """Pages fetched, and addresses queued."""
    depth: int
    """Links followed from a listing; for sources that are crawled link by link."""
    shape: int
    """Addresses of one shape among those that only links lead to."""
    megabytes: float
    minutes: float


@dataclass(frozen=True, slots=True)
class Stop:
    """A budget is spent. ``kind``: ``budget_pages, budget_depth, budget_shape, budget_bytes, budget_time``."""

    source: str
    kind: str
    detail: str
    url: str | None = None
    """The first address that was left out, where it is one address."""


@dataclass(slots=True)
class _Spent:
    began: float
    pages: int = 0
    queued: int = 0
    size: int = 0
    shapes: Counter[str] = field(default_factory=Counter)
    followed: set[int] = field(default_factory=set)
    """Hashes of the addresses that were counted by shape."""
    said: set[str] = field(default_factory=set)
    """Of what the crawl was told already."""


class Budgets:
    """Counts what a run spends, source by source. ``on_stop`` hears once of each budget that is spent."""

    def __init__(
        self,
        limits: Mapping[str, Limits],
        on_stop: Callable[[Stop], object] = lambda stop: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._on_stop = on_stop
        self._clock = clock
        self._spent: dict[str, _Spent] = {}

    def start_over(self) -> None:
        """Nothing is spent: a crawl that runs on calls this when a new rotation begins."""
        self._spent.clear()

    def fetching(self, source: str, pages: int) -> None:
        """So many pages are about to be fetched."""
        self._of(source).pages += pages

    def received(self, source: str, size: int) -> None:
        """So many bytes came."""
        self._of(source).size += size

    def queued(self, source: str, addresses: int) -> None:
        """So many addresses were queued that were not known before."""
        self._of(source).queued += addresses

    def left(self, source: str) -> int:
        """How many pages may still be fetched; 0 once any budget of the run is spent."""
        return self._left(source, self._of(source).pages)

    def left_to_queue(self, source: str) -> int:
        """How many addresses may still be queued; 0 once any budget of the run is spent."""
        return self._left(source, self._of(source).queued)

    def may_follow(self, source: str, url: str, depth: int) -> bool:
        """Whether a link found so deep may be queued; the same address is counted once."""
        spent, limits = self._of(source), self._limits[source]
        if depth > limits.depth:
            self._say(source, "budget_depth", f"more than {limits.depth} links away from any listing", url)
            return False
        if (key := hash(url)) in spent.followed:
            return True
        form = shape(url)
        if spent.shapes[form] >= limits.shape:
            self._say(source, "budget_shape", f"more than {limits.shape:,} addresses like {form}", url, form)
            return False
        spent.shapes[form] += 1
        spent.followed.add(key)
        if len(spent.shapes) > MAX_SHAPES:
            spent.shapes = Counter(dict(spent.shapes.most_common(MAX_SHAPES // 2)))
        return True

    def _left(self, source: str, used: int) -> int:
        spent, limits = self._of(source), self._limits[source]
        rest = "the rest waits for the next run"
        if spent.size >= limits.megabytes * 1e6:
            return self._say(source, "budget_bytes", f"{limits.megabytes:,g} MB in one run; {rest}")
        if self._clock() - spent.began >= limits.minutes * 60:
            return self._say(source, "budget_time", f"{limits.minutes:,g} minutes in one run; {rest}")
        if used >= limits.pages:
            return self._say(source, "budget_pages", f"{limits.pages:,} pages in one run; {rest}")
        return limits.pages - used

    def _say(self, source: str, kind: str, detail: str, url: str | None = None, form: str = "") -> int:
        said = self._of(source).said
        if f"{kind} {form}" not in said and len(said) < 100:
            said.add(f"{kind} {form}")
            self._on_stop(Stop(source, kind, detail, url))
        return 0

    def _of(self, source: str) -> _Spent:
        known = self._spent.get(source)
        if known is None:
            known = self._spent[source] = _Spent(self._clock())
        return known


def shape(url: str) -> str:
    """What addresses that differ in numbers, hashes and session ids alone have in common, and the query's names.

    ``/s/8f3a9c71d2/calendar/2026-11-22?day=3`` → ``/s/*/calendar/#-#-#?day``. Subdomains can be without end as well.
    """
    parts = urlsplit(url)
    path = _DIGITS.sub("#", _TOKEN.sub("*", _UUID.sub("*", parts.path)))
    names = sorted({pair.partition("=")[0] for pair in parts.query.split("&")}) if parts.query else []
    return f"{path or '/'}{'?' if names else ''}{'&'.join(names)}"[:300]
