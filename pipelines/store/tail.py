"""What a run has done since one last looked: its newest rows, for whoever counts along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from pipelines.store.schema import fetch, rejection, source
from pipelines.store.times import epoch

MOST = 10_000
"""Rows of a table that one look reads."""


@dataclass(frozen=True, slots=True)
class Event:
    """A request and what came of it (``outcome`` and, for a failure, ``reason``), or a rejection with its reason."""

    source: str
    outcome: str
    reason: str | None = None
    route: str | None = None
    size: int = 0
    extract_seconds: float | None = None
    at: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """How far a run's rows were read."""

    run_id: int
    fetch_id: int = 0
    rejection_id: int = 0


def events_after(conn: Connection, place: Place) -> tuple[list[Event], Place]:
    """The run's rows behind a place, and the place to go on from. A reason of a rejection is an event of its own."""
    fetches = conn.execute(_FETCHES, {"run": place.run_id, "last": place.fetch_id}).all()
    rejections = conn.execute(_REJECTIONS, {"run": place.run_id, "last": place.rejection_id}).all()
    events = [_event(row) for row in fetches] + [Event(row.source or "", "refusal", row.reason) for row in rejections]
    last = (
        rows[-1].id if rows else before
        for rows, before in ((fetches, place.fetch_id), (rejections, place.rejection_id))
    )
    return events, Place(place.run_id, *last)


def last_new(conn: Connection) -> dict[str, int]:
    """Source → when its last new article was fetched, in seconds since 1970; only of sources that have one."""
    return {row.key: epoch(row.at) or 0 for row in conn.execute(_LAST_NEW) if row.at}


def _event(row: Any) -> Event:
    return Event(
        source=row.source or "",
        outcome=row.outcome,
        reason=row.error,
        route=row.route,
        size=row.size or 0,
        extract_seconds=row.extract_seconds,
        at=epoch(row.fetched_at) or 0,
    )


_FETCHES = (
    select(
        *(fetch.c[name] for name in ("id", "source", "outcome", "error", "route", "size")),
        fetch.c.extract_seconds,
        fetch.c.fetched_at,
    )
    .where(fetch.c.id > bindparam("last"), fetch.c.run_id == bindparam("run"))
    .order_by(fetch.c.id)
    .limit(MOST)
)
_REJECTIONS = (
    select(rejection.c.id, rejection.c.source, rejection.c.reason)
    .where(rejection.c.id > bindparam("last"), rejection.c.run_id == bindparam("run"))
    .order_by(rejection.c.id)
    .limit(MOST)
)
_LAST_NEW = select(
    source.c.key,
    select(fetch.c.fetched_at)
    .where(fetch.c.source == source.c.key, fetch.c.outcome == "new")
    .order_by(fetch.c.fetched_at.desc())
    .limit(1)
    .scalar_subquery()
    .label("at"),
)
