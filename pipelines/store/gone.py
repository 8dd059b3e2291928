"""Tombstones: an article whose page is gone keeps its text, and says since when and how the page went."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, update

from pipelines.store.dialect import execute
from pipelines.store.schema import article as table


@dataclass(frozen=True, slots=True)
class Gone:
    """``reason``: ``http_404``, ``http_410``, ``redirected`` or ``unpublished``; ``at`` is ISO 8601 UTC."""

    at: str
    reason: str


def gone(conn: Connection, article_id: str) -> Gone | None:
    """The article's tombstone; None while its page stands."""
    row = conn.execute(select(table.c.gone_at, table.c.gone_reason).where(table.c.id == article_id)).first()
    return Gone(row.gone_at, row.gone_reason) if row and row.gone_at else None


def mark_gone(conn: Connection, article_id: str, reason: str, at: str) -> None:
    """Set a tombstone; one that stands stays as it is."""
    this = (table.c.id == article_id) & table.c.gone_at.is_(None)
    conn.execute(update(table).where(this).values(gone_at=at, gone_reason=reason))


def lift(conn: Connection, article_id: str) -> None:
    """The page is there again."""
    execute(conn, _LIFT, {"this": article_id})


_LIFT = (
    update(table)
    .where(table.c.id == bindparam("this"), table.c.gone_at.is_not(None))
    .values(gone_at=None, gone_reason=None)
)
