"""What each run did: a row a run, a row a fetch, a row a refusal. ``summaries`` has their sums."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from pipelines.store.among import among
from pipelines.store.dialect import execute
from pipelines.store.lock import live
from pipelines.store.process import me
from pipelines.store.schema import crawl_run, fetch, rejection, source
from pipelines.store.sources import ensure_sources
from pipelines.store.times import normalised, now, utc_text

REEXTRACT = "newsmint reextract"
"""The command of runs that read stored pages only."""
IMPORT = "newsmint archive import"
"""The command of runs that read web archives."""
NO_CRAWLS = (REEXTRACT, IMPORT)
"""Commands of runs that ask no site for anything."""
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


def start_run(conn: Connection, command: str, sources: Sequence[str], versions: Mapping[str, str]) -> int:
    """Note that a run begins; return its id. Runs whose process is gone are marked ``lost``."""
    open_runs = conn.execute(_RUNNING).all()
    at_work = live(conn, {run.owner for run in open_runs} - {me()}) | {me()}
    for run in open_runs:
        if run.owner not in at_work:
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


def finish_run(
    conn: Connection,
    run_id: int,
    state: str,
    summary: Mapping[str, Any] | None = None,
    versions: Mapping[str, str] | None = None,
) -> None:
    """Note how a run ended: ``done``, ``stopped`` or ``failed``; ``versions`` that were not known at its start."""
    if versions:
        known = conn.execute(select(crawl_run.c.versions).where(crawl_run.c.id == run_id)).scalar_one()
        conn.execute(update(crawl_run).where(crawl_run.c.id == run_id).values(versions={**known, **versions}))
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
    execute(conn, _FETCH, values)


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
    execute(conn, _REJECTION, values)


def runs(conn: Connection, limit: int = 20) -> list[Run]:
    """The last runs, newest first."""
    rows = conn.execute(_RUNS.order_by(crawl_run.c.id.desc()).limit(limit))
    return [_run(row) for row in rows]


def load_run(conn: Connection, run_id: int) -> Run | None:
    """One run."""
    row = conn.execute(_RUNS.where(crawl_run.c.id == run_id)).first()
    return _run(row) if row else None


def last_states(conn: Connection, sources: Collection[str], *, before: int) -> dict[str, str]:
    """How the last crawl ended that asked a source for anything, and began before the run ``before``, by source.

    Only of those that had one.
    """
    chosen = frozenset(sources)
    rows = conn.execute(_LAST_STATES.where(among(source.c.key, chosen)), {"before": before})
    return {key: state for key, state in rows if state and key in chosen}


_LATEST = 10_000
"""Runs that are looked at for lost ones: each start looks, so that older ones are settled."""
_RUNNING = select(crawl_run.c.id, crawl_run.c.owner).where(
    crawl_run.c.state == "running",
    crawl_run.c.id > select(func.coalesce(func.max(crawl_run.c.id), 0) - _LATEST).scalar_subquery(),
)
_state = (
    select(crawl_run.c.state)
    .where(crawl_run.c.id == fetch.c.run_id, crawl_run.c.command.not_in(NO_CRAWLS))
    .correlate(fetch)
    .scalar_subquery()
)
_last_state = (
    select(_state)
    .where(fetch.c.source == source.c.key, fetch.c.run_id < bindparam("before"), _state.is_not(None))
    .order_by(fetch.c.fetched_at.desc(), fetch.c.id.desc())
    .limit(1)
    .correlate(source)
    .scalar_subquery()
)
_LAST_STATES = select(source.c.key, _last_state)
"""By what they fetched: a fleet makes a run a visit, and to look through them for one of a source takes ever longer.
No join, for which PostgreSQL may read all runs."""
_FETCH, _REJECTION = insert(fetch), insert(rejection)
_RUNS = select(
    *(
        crawl_run.c[name]
        for name in ("id", "command", "sources", "versions", "state", "started_at", "finished_at", "summary")
    )
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
