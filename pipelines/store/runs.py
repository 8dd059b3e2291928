"""What each run did: a row a run, a row a fetch, a row a refusal, and their sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, column, func, insert, select, table, update

from pipelines.store.process import is_alive, me
from pipelines.store.schema import crawl_run, fetch, rejection
from pipelines.store.sources import ensure_sources
from pipelines.store.times import normalised, now, parsed, utc_text

REEXTRACT = "newsmint reextract"
"""The command of runs that read stored pages only."""
STORED = ("new", "updated", "unchanged")
"""Outcomes of a fetch whose page became an article. The others: rejected, failed, not_modified, listing, recleaned."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command. ``state``: running, done, stopped (asked to), failed, lost (killed)."""

    id: int
    command: str
    sources: tuple[str, ...]
    versions: Mapping[str, str]
    state: str
    started_at: str
    finished_at: str | None
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """What a run did at one source. ``fetched`` counts pages, not listings; ``seconds`` go from first fetch to last.

    ``recleaned``: stored articles that lost what the run learned to be the site's own furniture.
    """

    source: str | None
    fetched: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    recleaned: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    size: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Failure:
    """The last trouble with a URL. ``kind``: fetch (no page, or none that could be read) or rejection (no article)."""

    kind: str
    run_id: int
    source: str | None
    url: str
    reason: str
    detail: str | None
    page_id: int | None
    failed_at: str
    times: int

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


def start_run(conn: Connection, command: str, sources: Sequence[str], versions: Mapping[str, str]) -> int:
    """Note that a run begins; return its id. Runs whose process is gone are marked ``lost``."""
    open_runs = conn.execute(select(crawl_run.c.id, crawl_run.c.owner).where(crawl_run.c.state == "running")).all()
    for run in open_runs:
        if not is_alive(run.owner):
            _finish(conn, run.id, "lost", None)
    values = {
        "command": command,
        "sources": list(sources),
        "versions": dict(versions),
        "state": "running",
        "owner": me(),
        "started_at": utc_text(now()),
    }
    inserted = conn.execute(insert(crawl_run), values).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def finish_run(conn: Connection, run_id: int, state: str, summary: Mapping[str, Any] | None = None) -> None:
    """Note how a run ended: ``done``, ``stopped`` or ``failed``."""
    _finish(conn, run_id, state, dict(summary or {}))


def record_fetch(
    conn: Connection,
    run_id: int,
    source: str | None,
    url: str,
    route: str | None,
    status: int | None,
    size: int | None,
    seconds: float | None,
    outcome: str,
    error: str | None = None,
    page_id: int | None = None,
    at: datetime | str | None = None,
    extract_seconds: float | None = None,
) -> None:
    """Note a request and what came of it.

    ``outcome``: one of ``STORED``, rejected, failed, not_modified, listing (a feed, sitemap or the like), or recleaned
    (no request: a stored page was read again).
    ``error``: a kind to count by, such as ``timeout``, then ``: `` and whatever else is known.
    """
    kind, _, detail = (error or "").partition(": ")
    if outcome == "failed" and not kind:
        kind = f"http_{status}" if status else "unknown"
    ensure_sources(conn, [source])
    values = {
        "run_id": run_id,
        "source": source,
        "url": url,
        "route": route,
        "status": status,
        "size": size,
        "seconds": seconds,
        "extract_seconds": extract_seconds,
        "outcome": outcome,
        "error": kind or None,
        "detail": detail or None,
        "page_id": page_id,
        "fetched_at": _text(at),
    }
    conn.execute(insert(fetch), values)


def record_rejection(
    conn: Connection,
    run_id: int,
    source: str | None,
    url: str,
    reason: str,
    detail: str | None = None,
    page_id: int | None = None,
    at: datetime | str | None = None,
) -> None:
    """Note that a page was refused, why, and which page it was."""
    ensure_sources(conn, [source])
    values = {
        "run_id": run_id,
        "source": source,
        "url": url,
        "reason": reason,
        "detail": detail,
        "page_id": page_id,
        "rejected_at": _text(at),
    }
    conn.execute(insert(rejection), values)


def runs(conn: Connection, limit: int = 20) -> list[Run]:
    """The last runs, newest first."""
    rows = conn.execute(_RUNS.order_by(crawl_run.c.id.desc()).limit(limit))
    return [_run(row) for row in rows]


def load_run(conn: Connection, run_id: int) -> Run | None:
    """One run."""
    row = conn.execute(_RUNS.where(crawl_run.c.id == run_id)).first()
    return _run(row) if row else None


def last_states(conn: Connection, sources: Collection[str], *, before: int) -> dict[str, str]:
    """How the last crawl of each source ended that began before the run ``before``; only those that had one."""
    found: dict[str, str] = {}
    crawls = select(crawl_run.c.sources, crawl_run.c.state).where(
        crawl_run.c.id < before, crawl_run.c.command != REEXTRACT
    )
    for run in conn.execute(crawls.order_by(crawl_run.c.id.desc())):
        found = {key: run.state for key in run.sources if key in sources} | found
        if len(found) == len(sources):
            break
    return found


def run_summary(conn: Connection, run_id: int) -> list[SourceSummary]:
    """Per source what the run did, sources in alphabetical order."""
    tallies: dict[str | None, _Tally] = {}
    for row in conn.execute(_FETCHES, {"run_id": run_id}):
        tallies.setdefault(row.source, _Tally()).add(row)
    for row in conn.execute(_REJECTIONS, {"run_id": run_id}):
        tallies.setdefault(row.source, _Tally()).rejected[row.reason] += row.times
    return [tallies[key].summary(key) for key in sorted(tallies, key=lambda key: key or "")]


def failures(
    conn: Connection, *, source: str | None = None, run_id: int | None = None, limit: int = 100
) -> list[Failure]:
    """The last trouble with each URL, newest first: in one run, or in all for URLs that have not been well since."""
    wanted = [_FAILURE.c.source == source] if source else []
    if run_id is not None:
        wanted.append(_FAILURE.c.run_id == run_id)
    else:
        well = select(fetch.c.id).where(fetch.c.url == _FAILURE.c.url, fetch.c.outcome.in_(STORED))
        wanted.append(~well.where(fetch.c.fetched_at >= _FAILURE.c.failed_at).exists())
    rank = func.row_number().over(
        partition_by=_FAILURE.c.url, order_by=[_FAILURE.c.failed_at.desc(), _FAILURE.c.id.desc()]
    )
    times = func.count().over(partition_by=_FAILURE.c.url)
    ranked = select(_FAILURE, times.label("times"), rank.label("rank")).where(*wanted).subquery()
    last = select(*(ranked.c[name] for name in Failure.__slots__)).where(ranked.c.rank == 1)
    return [
        Failure(*row) for row in conn.execute(last.order_by(ranked.c.failed_at.desc(), ranked.c.id.desc()).limit(limit))
    ]


_RUNS = select(
    *(
        crawl_run.c[name]
        for name in ("id", "command", "sources", "versions", "state", "started_at", "finished_at", "summary")
    )
)
_FETCHES = (
    select(
        fetch.c.source,
        fetch.c.outcome,
        fetch.c.error,
        func.count().label("times"),
        func.sum(fetch.c.size).label("size"),
        func.min(fetch.c.fetched_at).label("first"),
        func.max(fetch.c.fetched_at).label("last"),
    )
    .where(fetch.c.run_id == bindparam("run_id"))
    .group_by(fetch.c.source, fetch.c.outcome, fetch.c.error)
)
_REJECTIONS = (
    select(rejection.c.source, rejection.c.reason, func.count().label("times"))
    .where(rejection.c.run_id == bindparam("run_id"))
    .group_by(rejection.c.source, rejection.c.reason)
)
_FAILURE = table("failure", *(column(name) for name in ("id", *(it for it in Failure.__slots__ if it != "times"))))
"""The view."""


@dataclass
class _Tally:
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    times: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, row: Any) -> None:
        self.outcomes[row.outcome] += row.times
        if row.outcome == "recleaned":
            return
        self.times += [row.first, row.last]
        self.size += row.size or 0
        if row.outcome == "failed":
            self.failures[row.error] += row.times

    def summary(self, source: str | None) -> SourceSummary:
        began, ended = (parsed(extreme(self.times)) if self.times else None for extreme in (min, max))
        return SourceSummary(
            source=source,
            fetched=sum(self.outcomes[name] for name in (*STORED, "rejected", "not_modified")),
            new=self.outcomes["new"],
            updated=self.outcomes["updated"],
            unchanged=self.outcomes["unchanged"] + self.outcomes["not_modified"],
            recleaned=self.outcomes["recleaned"],
            rejected=dict(self.rejected.most_common()),
            failures=dict(self.failures.most_common()),
            requests=self.outcomes.total() - self.outcomes["recleaned"],
            size=self.size,
            seconds=(ended - began).total_seconds() if began and ended else 0.0,
        )


def _finish(conn: Connection, run_id: int, state: str, summary: dict[str, Any] | None) -> None:
    values = {"state": state, "finished_at": utc_text(now()), "summary": summary}
    conn.execute(update(crawl_run).where(crawl_run.c.id == run_id), values)


def _run(row: Any) -> Run:
    return Run(**row._asdict() | {"sources": tuple(row.sources), "summary": row.summary or {}})


def _text(at: datetime | str | None) -> str:
    if isinstance(at, datetime):
        return utc_text(at)
    return normalised(at) or utc_text(now())
