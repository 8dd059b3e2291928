"""Which sources the fleet visits, and when each is due: a table of its own beside the store's, in the same database.

One look at it each quarter of a minute hands out what is due. A periodic task a source would fill every worker's
memory, want a restart for each change of the list, and know only fixed times; here a source is visited when one of its
listings is due, as in a crawl that runs on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    URL,
    BigInteger,
    Column,
    Connection,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from crawler.fleet.seam import Visit
from pipelines.store.engine import explained
from pipelines.store.times import now, utc_text

SCHEMA = "newsmint_fleet"
"""The schema of all that the fleet keeps in the database. It can be dropped at any time: nothing in it is news."""
QUEUE = "visits"
LEAST_SECONDS = 300.0
"""Between two visits of a source, whatever is due."""
USUAL_SECONDS = 1800.0
"""Between two visits of a source of whose pace nothing is known: its listings could not be read."""

table = Table(
    "visit",
    MetaData(schema=SCHEMA),
    Column("source", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("every", Float),
    Column("began_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("outcome", Text),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("visits", BigInteger, nullable=False, server_default=text("0")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A source of the schedule. ``every``: seconds between its visits; None for its own pace. ``failures`` are
    in a row."""

    source: str
    site: str
    queue: str
    every: float | None
    pace: float | None
    """Seconds between two visits of its busiest listing, where that is known."""
    due_at: datetime | None
    outcome: str | None
    failures: int
    visits: int


@dataclass(frozen=True, slots=True)
class Change:
    """What setting a schedule did, by source key."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


class Schedule:
    """The table of one shared store."""

    def __init__(self, engine: Engine, location: URL) -> None:
        self._engine = engine
        self._location = location

    def set(self, wanted: Iterable[Visit], every: float | None = None, *, dry_run: bool = False) -> Change:
        """Make these, and no others, the visits of their queue; a source of another queue moves. Raises StoreAway."""
        with explained(self._location), self._engine.begin() as conn:
            return _set(conn, {visit.source: visit for visit in wanted}, every, dry_run=dry_run)

    def entries(self) -> list[Entry]:
        """All sources of the schedule, those due first."""
        with explained(self._location), self._engine.connect() as conn:
            rows = conn.execute(_ENTRIES, _times(now())).all()
        return [Entry(*row) for row in rows]

    def due(self, out: Collection[str]) -> list[Visit]:
        """The visits that are due and not ``out`` (source keys) already: the longest waiting first."""
        with explained(self._location), self._engine.connect() as conn:
            rows = conn.execute(_DUE, _times(now())).all()
        return [Visit(*row) for row in rows if row.source not in out]

    def begin(self, source: str) -> None:
        """Note that a visit begins."""
        self._note(update(table).where(table.c.source == source).values(began_at=now()))

    def end(self, source: str, outcome: str, *, failed: bool) -> None:
        """Note how a visit ended."""
        failures = table.c.failures + 1 if failed else 0
        values = {"ended_at": now(), "outcome": outcome[:500], "failures": failures, "visits": table.c.visits + 1}
        self._note(update(table).where(table.c.source == source).values(values))

    def _note(self, statement: object) -> None:
        with explained(self._location), self._engine.begin() as conn:
            conn.execute(statement)  # type: ignore[call-overload]


def _set(conn: Connection, wanted: Mapping[str, Visit], every: float | None, *, dry_run: bool) -> Change:
    known = {row.source: row for row in conn.execute(select(table))}
    rows: list[dict[str, Any]] = [
        {"source": it.source, "site": it.site, "queue": it.queue, "every": every} for it in wanted.values()
    ]
    queues = {visit.queue for visit in wanted.values()}
    gone = sorted(key for key, row in known.items() if row.queue in queues and key not in wanted)
    changed = [
        row for row in rows if (old := known.get(row["source"])) and any(row[it] != old._mapping[it] for it in row)
    ]
    added = [row for row in rows if row["source"] not in known]
    if rows and not dry_run:
        statement = insert(table)
        given = {name: statement.excluded[name] for name in ("site", "queue", "every")}
        conn.execute(statement.on_conflict_do_update(index_elements=["source"], set_=given), rows)
    if gone and not dry_run:
        conn.execute(delete(table).where(table.c.source == bindparam("key")), [{"key": key} for key in gone])
    return Change(tuple(row["source"] for row in added), tuple(row["source"] for row in changed), tuple(gone))


def _times(moment: datetime) -> dict[str, object]:
    return {
        "moment": moment,
        "moment_text": utc_text(moment),
        "least": timedelta(seconds=LEAST_SECONDS),
        "usual": timedelta(seconds=USUAL_SECONDS),
    }


_PACE = f"""
WITH waiting AS (
    SELECT DISTINCT source FROM frontier WHERE state IN ('done', 'failed') AND due_at <= :moment_text
), paced AS (
    SELECT visit.*,
        CASE
            WHEN ended_at IS NULL THEN :moment
            WHEN every IS NOT NULL THEN ended_at + make_interval(secs => every)
            WHEN waiting.source IS NOT NULL OR EXISTS (
                SELECT FROM frontier WHERE frontier.source = visit.source AND state = 'pending'
            ) THEN ended_at + :least
            ELSE greatest(ended_at + :least, coalesce(listed.due_at, ended_at + :usual))
        END AS due_at,
        listed.pace
    FROM {SCHEMA}.visit
    LEFT JOIN waiting USING (source)
    LEFT JOIN LATERAL (
        SELECT min(listing.due_at)::timestamptz AS due_at, min(listing.interval_seconds) AS pace
        FROM listing
        -- What the last visit did not settle is no listing of the source any more, or could not be read to its end.
        WHERE listing.source = visit.source AND listing.due_at::timestamptz > visit.began_at
    ) AS listed ON TRUE
)
"""  # noqa: S608 (a constant)

_DUE = text(f"{_PACE} SELECT source, site, queue FROM paced WHERE due_at <= :moment ORDER BY due_at, source")  # noqa: S608
_ENTRIES = text(
    f"{_PACE} SELECT source, site, queue, every, pace, due_at, outcome, failures, visits "  # noqa: S608
    "FROM paced ORDER BY due_at, source"
)
