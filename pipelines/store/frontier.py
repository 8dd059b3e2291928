"""The durable queue of URLs: what is to be fetched, by whom just now, and what came of it.

pending → leased → done or failed. A pending row is due now. A lease names its process; only while it is held does
``complete`` or ``fail`` change the row, so that a killed crawl loses nothing and does nothing twice. Commit the
article, its URL's state and the URLs it brought in one transaction.

Functions take a URL in any spelling: rows are keyed by ``pipelines.urls.identity``, and keep the spelling to fetch.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, insert, literal, literal_column, select, true, update

from pipelines.items import Validators
from pipelines.store.among import among
from pipelines.store.dialect import chunks, execute, execute_many
from pipelines.store.frontier_rows import (
    FrontierEntry,
    entry_of,
    is_due,
    key_of,
    merged,
    new_row,
    says_more,
    waiting_row,
)
from pipelines.store.schema import frontier as table
from pipelines.store.schema import source as source_table
from pipelines.store.sources import ensure_sources
from pipelines.store.times import now, utc_text

__all__ = ["FrontierEntry"]

_IS_LEASED = table.c.state == literal_column("'leased'")
"""Spelt out, so that SQLite sees that its partial index serves."""


def add(
    conn: Connection, candidates: Iterable[FrontierEntry], *, at: datetime | None = None, patient: bool = False
) -> int:
    """Queue URLs that are new, or due again; return how many became pending.

    A done URL is due again when its hint says it was modified since it was fetched, or later than any listing said
    before, or when its time has come; a failed one when its retry is due. One that is pending learns what the hint
    adds; one that is leased is left alone. ``patient``: done ones are only noted as due, for ``due.promote``.
    """
    entries = merged(candidates)
    if not entries:
        return 0
    moment = utc_text(at or now())
    ensure_sources(conn, {entry.source for entry in entries.values()})
    return sum(_add_some(conn, dict(some), moment, patient) for some in chunks(list(entries.items())))


def known(conn: Connection, url: str) -> FrontierEntry | None:
    """What is known of a URL; None where it was never queued."""
    row = execute(conn, _KNOWN, {"wanted": key_of(url)}).first()
    return entry_of(_Entry(*row)) if row else None


def claim(
    conn: Connection,
    owner: str,
    limit: int,
    now: datetime,
    lease_seconds: float,
    *,
    sources: Sequence[str] | None = None,
) -> list[FrontierEntry]:
    """Lease up to ``limit`` pending URLs: newest first within a source, in turn between sources.

    ``sources`` restricts it to these keys. Failed URLs whose retry is due come back first.
    """
    moment = utc_text(now)
    execute(conn, _RETRY, {"moment": moment})
    waiting = _waiting(conn, sources)[:limit]
    share = -(-limit // max(len(waiting), 1))
    turns = _newest(conn, waiting, share)
    if sum(map(len, turns.values())) < limit:
        turns |= _newest(conn, [key for key, turn in turns.items() if len(turn) == share], limit)
    chosen = _in_turn([turns[key] for key in waiting], limit)
    if chosen:
        until = utc_text(now + timedelta(seconds=lease_seconds))
        execute_many(conn, _LEASE, [{"row_key": row.key, "holder": owner, "until": until} for row in chosen])
        served = sorted({row.source for row in chosen})
        execute_many(conn, _SERVED, [{"served": key, "moment": now.isoformat()} for key in served])
    return [entry_of(row) for row in chosen]


def has_other_address(conn: Connection, url: str, article_id: str) -> bool:
    """Whether another URL that led to the article did so when it was last visited."""
    return execute(conn, _OTHERS, {"article": article_id, "this": key_of(url)}).first() is not None


def complete(
    conn: Connection,
    url: str,
    owner: str,
    outcome: str,
    next_due: datetime | None = None,
    *,
    article_id: str | None = None,
    validators: Validators | None = None,
    at: datetime | None = None,
) -> bool:
    """Mark a leased URL as done; False, and nothing changed, where ``owner`` does not hold its lease any more.

    A visit after the first is counted, as an edit where the outcome is ``updated``. ``validators`` replace the old.
    """
    values = {
        "new_outcome": outcome,
        "new_due": utc_text(next_due) if next_due else None,
        "moment": utc_text(at or now()),
        "edit": int(outcome == "updated"),
        "new_etag": validators.etag if validators else None,
        "new_modified": validators.last_modified if validators else None,
        "new_article": article_id or None,
    }
    return execute(conn, _DONE, values | {"row_key": key_of(url), "holder": owner}).first() is not None


def fail(conn: Connection, url: str, owner: str, error: str, retry_at: datetime | None = None) -> bool:
    """Mark a leased URL as failed, to be tried again at ``retry_at`` if ever; False where the lease is lost."""
    values = {"new_error": error, "new_due": utc_text(retry_at) if retry_at else None}
    statement = _FAILED if retry_at else _GIVEN_UP
    return execute(conn, statement, values | {"row_key": key_of(url), "holder": owner}).first() is not None


def give_back(conn: Connection, owner: str, urls: Iterable[str] | None = None) -> int:
    """Make URLs that ``owner`` leased pending again (all of them by default): a clean stop. Returns how many."""
    mine = update(table).where(_IS_LEASED, table.c.lease_owner == owner)
    if urls is None:
        return conn.execute(mine.values(_PENDING)).rowcount
    keys = [key_of(url) for url in urls]
    return sum(conn.execute(mine.where(table.c.key.in_(some)).values(_PENDING)).rowcount for some in chunks(keys))


def renew(conn: Connection, owner: str, now: datetime, lease_seconds: float) -> int:
    """Extend all leases of ``owner``, who is at work on them; returns how many."""
    until = utc_text(now + timedelta(seconds=lease_seconds))
    mine = update(table).where(_IS_LEASED, table.c.lease_owner == owner)
    return conn.execute(mine.values(lease_until=until)).rowcount


def release_stale(
    conn: Connection, now: datetime, live_owner: str | None = None, *, sources: Sequence[str] | None = None
) -> int:
    """Make URLs whose lease has run out pending again; returns how many.

    With ``live_owner``, whose process alone crawls (it holds the crawl lock), those of all other owners as well.
    ``sources``: only of these keys, which are all that it holds the locks of.
    """
    stale = table.c.lease_until <= utc_text(now)
    if live_owner is not None:
        stale = stale | (table.c.lease_owner != live_owner)
    if sources is not None:
        stale = stale & table.c.source.in_(sources)
    return conn.execute(update(table).where(_IS_LEASED, stale).values(_PENDING)).rowcount


def counts(conn: Connection, sources: Collection[str] | None = None) -> dict[str, dict[str, int]]:
    """How many URLs each source has in each state; ``sources``: of these at least."""
    found: dict[str, dict[str, int]] = {}
    query = select(table.c.source, table.c.state, func.count()).group_by(table.c.source, table.c.state)
    for key, state, number in conn.execute(query if sources is None else query.where(among(table.c.source, sources))):
        found.setdefault(key, {})[state] = number
    return found


_PENDING: dict[str, Any] = {"state": "pending", "due_at": None, "lease_owner": None, "lease_until": None}

_LEASE = (
    update(table)
    .where(table.c.key == bindparam("row_key"))
    .values(state="leased", lease_owner=bindparam("holder"), lease_until=bindparam("until"))
)
_free = select(source_table.c.key).where(source_table.c.key == bindparam("served"))
_SERVED = (
    update(source_table)
    .where(source_table.c.key.in_(_free.with_for_update(skip_locked=True, key_share=True)))
    .values(served_at=bindparam("moment"))
)
"""Not where another serves the source at this moment: nobody waits for that."""
_HELD = (table.c.key == bindparam("row_key")) & _IS_LEASED & (table.c.lease_owner == bindparam("holder"))
_LET_GO = update(table).where(_HELD).values(lease_owner=None, lease_until=None).returning(table.c.key)
_WAS_VISITED = table.c.first_fetched_at.is_not(None)
_DONE = _LET_GO.values(
    state="done",
    outcome=bindparam("new_outcome"),
    error=None,
    due_at=bindparam("new_due"),
    tries=0,
    first_fetched_at=func.coalesce(table.c.first_fetched_at, bindparam("moment")),
    last_fetched_at=bindparam("moment"),
    checks=table.c.checks + case((_WAS_VISITED, 1), else_=0),
    edits=table.c.edits + case((_WAS_VISITED, bindparam("edit")), else_=0),
    etag=bindparam("new_etag"),
    last_modified=bindparam("new_modified"),
    hint=None,
    article_id=func.coalesce(bindparam("new_article"), table.c.article_id),
)
_FAILED = _LET_GO.values(
    state="failed", error=bindparam("new_error"), due_at=bindparam("new_due"), tries=table.c.tries + 1
)
_GIVEN_UP = _FAILED.values(hint=None)
_OTHERS = (
    select(table.c.key)
    .where(
        table.c.article_id == bindparam("article"),
        table.c.key != bindparam("this"),
        table.c.state == "done",
        table.c.outcome.in_(map(literal, ("new", "updated", "unchanged", "not_modified"))),
    )
    .limit(1)
)
_RETRY = (
    update(table)
    .where(table.c.state == "failed", table.c.due_at <= bindparam("moment"))
    .values(state="pending", due_at=None)
)


_ASKED = ("key", "state", "due_at", "last_fetched_at", "listed_modified_at", "hint", "priority")


def _add_some(conn: Connection, entries: dict[str, FrontierEntry], moment: str, patient: bool) -> int:
    columns = [table.c[name] for name in _ASKED]
    found = {row.key: row for row in conn.execute(select(*columns).where(table.c.key.in_(entries)))}
    new = [new_row(key, entry, moment) for key, entry in entries.items() if key not in found]
    known = [(row, entries[key]) for key, row in found.items()]
    due = [(row, entry) for row, entry in known if is_due(row, entry, moment)]
    later = [waiting_row(row, entry, moment) for row, entry in due if patient and row.state == "done"]
    again = [waiting_row(row, entry) for row, entry in due if not (patient and row.state == "done")]
    richer = [
        waiting_row(row, entry) for row, entry in known if row.state == "pending" and says_more(row.hint, entry.hint)
    ]
    for statement, rows in ((insert(table), new), (_WAIT, again + richer), (_NOTE_DUE, later)):
        if rows:
            conn.execute(statement, rows)
    return len(new) + len(again)


_LISTED: dict[str, Any] = {
    "hint": bindparam("new_hint"),
    "priority": bindparam("new_priority"),
    "listed_modified_at": bindparam("new_modified"),
    "due_at": bindparam("new_due"),
}
_WAIT = update(table).where(table.c.key == bindparam("row_key")).values(_PENDING | _LISTED)
_NOTE_DUE = update(table).where(table.c.key == bindparam("row_key")).values(_LISTED)
_Entry = namedtuple(
    "_Entry",
    "url source hint priority tries error first_fetched_at last_fetched_at checks edits etag last_modified article_id "
    "depth",
)
_KNOWN = select(*(table.c[name] for name in _Entry._fields)).where(table.c.key == bindparam("wanted"))


def _waiting(conn: Connection, sources: Sequence[str] | None) -> list[str]:
    """Keys of sources that have something pending, the longest unserved first."""
    if sources is None:
        return list(conn.execute(_WAITING).scalars())
    return list(conn.execute(_WAITING_AMONG, {"wanted": sources}).scalars())


_WAITING = (
    select(source_table.c.key)
    .where(
        select(table.c.key)
        .where(table.c.state == "pending", table.c.source == source_table.c.key)
        .limit(1)
        .correlate(source_table)
        .exists()
    )
    .order_by(func.coalesce(source_table.c.served_at, ""), source_table.c.key)
)
_WAITING_AMONG = _WAITING.where(source_table.c.key.in_(bindparam("wanted", expanding=True)))


def _newest(conn: Connection, sources: list[str], limit: int) -> dict[str, list[Row[Any]]]:
    """Up to ``limit`` pending rows of each source, the newest first, by one look into the index a source."""
    found: dict[str, list[Row[Any]]] = {key: [] for key in sources}
    for row in conn.execute(_NEWEST[conn.dialect.name], {"wanted": sources, "most": limit}):
        found[row.source].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: -row.priority)
    return found


_inner = table.alias()
_of_one = (
    select(_inner)
    .where(_inner.c.source == source_table.c.key, _inner.c.state == "pending")
    .order_by(_inner.c.priority.desc())
    .limit(bindparam("most"))
    .correlate(source_table)
)
_turn = _of_one.with_for_update(skip_locked=True).lateral("turn")
_NEWEST = {
    dialect: statement.where(source_table.c.key.in_(bindparam("wanted", expanding=True)))
    for dialect, statement in (
        (
            "sqlite",
            select(table).join_from(source_table, table, table.c.key.in_(_of_one.with_only_columns(_inner.c.key))),
        ),
        ("postgresql", select(_turn).join_from(source_table, _turn, true())),
    )
}
"""In PostgreSQL, rows that another is leasing just now are passed over; nobody waits."""


def _in_turn(turns: list[list[Row[Any]]], limit: int) -> list[Row[Any]]:
    """One of each, then a second of each, …"""
    longest = max(map(len, turns), default=0)
    return [turn[place] for place in range(longest) for turn in turns if place < len(turn)][:limit]
