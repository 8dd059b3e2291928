"""When a URL that was just visited is to be visited again, from what its row tells of the visits before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from pipelines.stages.revisit import Seen, next_visit
from pipelines.store import frontier
from pipelines.store.times import now, parsed


def due_after(
    conn: Connection,
    url: str,
    published_at: str | None,
    fetched_at: str | None,
    edited: bool = False,
    fresh_seconds: float = 0.0,
) -> datetime | None:
    """The next visit of an article's URL, its row being of before this one; None for never."""
    row, fetched = frontier.known(conn, url), parsed(fetched_at) or now()
    first = parsed(row.first_fetched_at) if row else None
    if row is None or first is None:
        return next_visit(published_at, fetched_at, fresh_seconds=fresh_seconds)
    seen = Seen(row.checks + 1, row.edits + edited, (fetched - first).total_seconds())
    return next_visit(published_at, fetched_at, seen, fresh_seconds)
