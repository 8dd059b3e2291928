"""When a URL that was just visited is to be visited again, from what its row tells of the visits before."""

from __future__ import annotations

from datetime import datetime

from pipelines.stages.revisit import Seen, next_visit
from pipelines.store.frontier import FrontierEntry
from pipelines.store.times import now, parsed


def due_after(
    entry: FrontierEntry | None,
    published_at: str | None,
    fetched_at: str | None,
    edited: bool = False,
    fresh_seconds: float = 0.0,
) -> datetime | None:
    """The next visit of an article's URL, of which ``entry`` says what was known before this one; None for never."""
    fetched = parsed(fetched_at) or now()
    first = parsed(entry.first_fetched_at) if entry else None
    if entry is None or first is None:
        return next_visit(published_at, fetched_at, fresh_seconds=fresh_seconds)
    seen = Seen(entry.checks + 1, entry.edits + edited, (fetched - first).total_seconds())
    return next_visit(published_at, fetched_at, seen, fresh_seconds)
