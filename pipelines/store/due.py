"""Which visited URLs are due again, and how many of them may be visited: new articles always come first."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, false, func, select, update

from pipelines.items import Hint
from pipelines.store.among import among
from pipelines.store.frontier_rows import richer
from pipelines.store.schema import fetch, page
from pipelines.store.schema import frontier as table
from pipelines.store.times import utc_text

FIRST = ("new",)
AGAIN = ("updated", "unchanged", "not_modified")
"""Outcomes of fetches of an article that was not stored yet, and of one that was."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many stored articles of a source may be visited again in 24 hours.

    ``share``: at most this share of the articles fetched, below 1; but ``least`` of them however little is new.
    """

    share: float = 0.5
    least: int = 50

    def of(self, new: int, again: int) -> int:
        """How many more, after so many new articles and visits of stored ones in the last 24 hours."""
        return max(0, max(self.least, math.floor(new * self.share / (1 - self.share))) - again)


def promote(
    conn: Connection, wanted: dict[str, int], moment: datetime, allowance: Allowance | None = None
) -> dict[str, int]:
    """Make done URLs that are due pending again: of each source key at most so many, and as many as may be.

    First those that a listing calls modified, then the newest. Returns how many of each source, where any.
    """
    ready = _due_counts(conn, moment, wanted)
    allowance = allowance or Allowance()
    promoted = {
        key: _promote(conn, key, moment, min(wanted[key], _left(conn, key, moment, allowance))) for key in ready
    }
    return {key: number for key, number in promoted.items() if number}


def sources_with_work(conn: Connection, moment: datetime, sources: Collection[str]) -> set[str]:
    """Which of the sources have a URL that is pending, or whose time for a visit or a retry has come."""
    waiting = {key for key in sources if conn.execute(_PENDING_OF, {"wanted": key}).first()}
    return waiting | _due_counts(conn, moment, sources).keys() | _due_counts(conn, moment, sources, "failed").keys()


def _due_counts(conn: Connection, moment: datetime, sources: Iterable[str], state: str = "done") -> dict[str, int]:
    """Source → how many are due, by one look along the index; for the sources that have any."""
    chosen = frozenset(sources)
    query = (
        select(table.c.source, func.count())
        .where(among(table.c.source, chosen), table.c.state == state, table.c.due_at <= utc_text(moment))
        .group_by(table.c.source)
    )
    return {key: number for key, number in conn.execute(query) if key in chosen}


def _left(conn: Connection, source: str, moment: datetime, allowance: Allowance) -> int:
    since = utc_text(moment - timedelta(hours=24))
    counted: dict[str, int] = dict(conn.execute(_VISITS, {"wanted": source, "since": since}).all())
    return allowance.of(*(sum(counted.get(name, 0) for name in names) for names in (FIRST, AGAIN)))


def _promote(conn: Connection, source: str, moment: datetime, limit: int) -> int:
    rows = conn.execute(_DUE, {"wanted": source, "moment": utc_text(moment), "most": limit}).all() if limit else []
    if rows:
        conn.execute(_WAIT, [{"row_key": row.key, "new_hint": _hint(conn, row)} for row in rows])
    return len(rows)


def _hint(conn: Connection, row: Row[Any]) -> dict[str, Any] | None:
    """What listings say of the page now, and else said when it was last kept, so that it is read as it was then."""
    then = conn.execute(_LAST_HINT, {"wanted": row.article_id}).scalar() if row.article_id else None
    hint = richer(*(Hint.from_dict(each) if each else None for each in (row.hint, then)))
    return hint.as_dict() if hint else None


_PENDING_OF = select(table.c.key).where(table.c.state == "pending", table.c.source == bindparam("wanted")).limit(1)
_VISITS = (
    select(fetch.c.outcome, func.count())
    .where(
        fetch.c.source == bindparam("wanted"),
        fetch.c.fetched_at >= bindparam("since"),
        fetch.c.outcome.in_(FIRST + AGAIN),
        func.coalesce(fetch.c.route, "") != "archive",
    )
    .group_by(fetch.c.outcome)
)
_LAST_HINT = select(page.c.hint).where(page.c.article_id == bindparam("wanted")).order_by(page.c.id.desc()).limit(1)
_DUE = (
    select(table)
    .where(table.c.state == "done", table.c.due_at <= bindparam("moment"), table.c.source == bindparam("wanted"))
    .order_by(
        func.coalesce(table.c.listed_modified_at > table.c.last_fetched_at, false()).desc(),
        table.c.priority.desc(),
    )
    .limit(bindparam("most"))
)
_WAIT = (
    update(table)
    .where(table.c.key == bindparam("row_key"))
    .values(state="pending", due_at=None, hint=bindparam("new_hint"))
)
