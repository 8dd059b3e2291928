"""Alarms: each trouble a row from when it is first found until it is over, and whether somebody was told.

An alarm is told once, and once more when it is over: ``notified_at`` is when it was last told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from pipelines.health import Trouble
from pipelines.store.database import Store
from pipelines.store.health import report
from pipelines.store.schema import alarm as table
from pipelines.store.sources import ensure_sources
from pipelines.store.times import utc_text


@dataclass(frozen=True, slots=True)
class Alarm:
    """A trouble with its history. ``source`` is None for the crawl as a whole; times are ISO 8601 UTC."""

    source: str | None
    kind: str
    detail: str
    examples: tuple[str, ...]
    raised_at: str
    cleared_at: str | None = None
    id: int | None = None
    """None for one that could not be written down."""

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


def check_health(store: Store, at: datetime, minimums: Mapping[str, float] | None = None) -> list[Alarm]:
    """Judge all sources, note what is new and what is over, and return the alarms that nobody was told of yet."""
    with store.connect() as conn:
        found = report(conn, at, minimums)
    with store.begin() as conn:
        settle(conn, found.troubles, at)
        return untold(conn)


def settle(conn: Connection, troubles: Iterable[tuple[str | None, Trouble]], at: datetime) -> None:
    """Raise what is new, keep up what lasts, clear what is over. ``troubles`` are all there are, with their sources."""
    moment = utc_text(at)
    found = {(source, str(trouble.kind)): trouble for source, trouble in troubles}
    ensure_sources(conn, [source for source, _ in found])
    for row in conn.execute(select(table.c.id, table.c.source, table.c.kind).where(table.c.cleared_at.is_(None))):
        trouble = found.pop((row.source, row.kind), None)
        values = {"cleared_at": moment} if trouble is None else _said(trouble) | {"seen_at": moment}
        conn.execute(update(table).where(table.c.id == row.id).values(values))
    for (source, kind), trouble in found.items():
        row_values = {"source": source, "kind": kind, "raised_at": moment, "seen_at": moment}
        conn.execute(insert(table), row_values | _said(trouble))


def open_alarms(conn: Connection) -> list[Alarm]:
    """What lasts, the oldest first."""
    return [_alarm(row) for row in conn.execute(select(table).where(table.c.cleared_at.is_(None)).order_by(table.c.id))]


def untold(conn: Connection) -> list[Alarm]:
    """What was raised and nobody was told of; and what was told and is over."""
    raised = table.c.cleared_at.is_(None) & table.c.notified_at.is_(None)
    over = table.c.notified_at < table.c.cleared_at
    return [_alarm(row) for row in conn.execute(select(table).where(or_(raised, over)).order_by(table.c.id))]


def note_told(conn: Connection, alarms: Iterable[Alarm], at: datetime) -> None:
    """Somebody was told of these."""
    ids = [each.id for each in alarms if each.id is not None]
    conn.execute(update(table).where(table.c.id.in_(ids)).values(notified_at=utc_text(at)))


def _said(trouble: Trouble) -> dict[str, Any]:
    return {"detail": trouble.detail, "examples": list(trouble.examples)}


def _alarm(row: Any) -> Alarm:
    values = {name: getattr(row, name) for name in Alarm.__slots__}
    return Alarm(**values | {"examples": tuple(row.examples)})
