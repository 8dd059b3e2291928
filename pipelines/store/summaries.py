"""What a run did at each source: the sums of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from pipelines.store.runs import STORED
from pipelines.store.schema import fetch, rejection
from pipelines.store.times import parsed

ROBOTS = ("robots", "robots_unreachable")
"""Kinds of failure that are refusals by robots.txt."""


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """What a run did at one source. ``fetched`` counts pages, not listings; ``seconds`` go from first fetch to last.

    ``not_modified``: pages that the server said are as before; ``gone``: stored articles that it has no more.
    ``recleaned``: stored articles that lost what the run learned to be the site's own furniture. ``listings``: feeds,
    sitemaps and the like that were read, by route. ``routes``: requests by the route that named their address.
    ``robots``: requests that robots.txt forbade. ``extract_seconds``: the workers' sum, ``slowest`` the longest of one.
    """

    source: str | None
    fetched: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    not_modified: int = 0
    gone: int = 0
    recleaned: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    robots: int = 0
    requests: int = 0
    listings: Mapping[str, int] = field(default_factory=dict)
    routes: Mapping[str, int] = field(default_factory=dict)
    size: int = 0
    seconds: float = 0.0
    extract_seconds: float = 0.0
    slowest: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


def run_summary(conn: Connection, run_id: int) -> list[SourceSummary]:
    """Per source what the run did, sources in alphabetical order."""
    tallies: dict[str | None, _Tally] = {}
    for row in conn.execute(_FETCHES, {"run_id": run_id}):
        tallies.setdefault(row.source, _Tally()).add(row)
    for row in conn.execute(_REJECTIONS, {"run_id": run_id}):
        tallies.setdefault(row.source, _Tally()).rejected[row.reason] += row.times
    return [tallies[key].summary(key) for key in sorted(tallies, key=lambda key: key or "")]


_FETCHES = (
    select(
        fetch.c.source,
        fetch.c.outcome,
        fetch.c.error,
        fetch.c.route,
        func.count().label("times"),
        func.sum(fetch.c.size).label("size"),
        func.sum(fetch.c.extract_seconds).label("extract_seconds"),
        func.max(fetch.c.extract_seconds).label("slowest"),
        func.min(fetch.c.fetched_at).label("first"),
        func.max(fetch.c.fetched_at).label("last"),
    )
    .where(fetch.c.run_id == bindparam("run_id"))
    .group_by(fetch.c.source, fetch.c.outcome, fetch.c.error, fetch.c.route)
)
_REJECTIONS = (
    select(rejection.c.source, rejection.c.reason, func.count().label("times"))
    .where(rejection.c.run_id == bindparam("run_id"))
    .group_by(rejection.c.source, rejection.c.reason)
)


@dataclass
class _Tally:
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    listings: Counter[str] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    times: list[str] = field(default_factory=list)
    size: int = 0
    extract_seconds: float = 0.0
    slowest: float = 0.0

    def add(self, row: Any) -> None:
        self.outcomes[row.outcome] += row.times
        self.extract_seconds += row.extract_seconds or 0.0
        self.slowest = max(self.slowest, row.slowest or 0.0)
        if row.outcome == "recleaned":
            return
        self.times += [row.first, row.last]
        self.size += row.size or 0
        self.routes[row.route or "unknown"] += row.times
        if row.outcome == "failed":
            self.failures[row.error] += row.times
        if row.outcome == "listing":
            self.listings[row.route or "unknown"] += row.times

    def summary(self, source: str | None) -> SourceSummary:
        began, ended = (parsed(extreme(self.times)) if self.times else None for extreme in (min, max))
        return SourceSummary(
            source=source,
            fetched=sum(self.outcomes[name] for name in (*STORED, "rejected", "not_modified")),
            new=self.outcomes["new"],
            updated=self.outcomes["updated"],
            unchanged=self.outcomes["unchanged"],
            not_modified=self.outcomes["not_modified"],
            gone=self.outcomes["gone"],
            recleaned=self.outcomes["recleaned"],
            rejected=dict(self.rejected.most_common()),
            failures=dict(self.failures.most_common()),
            listings=dict(self.listings.most_common()),
            routes=dict(self.routes.most_common()),
            robots=sum(self.failures[kind] for kind in ROBOTS),
            requests=self.outcomes.total() - self.outcomes["recleaned"],
            size=self.size,
            seconds=(ended - began).total_seconds() if began and ended else 0.0,
            extract_seconds=round(self.extract_seconds, 2),
            slowest=round(self.slowest, 2),
        )
