"""When a URL is worth another visit. Pure, but for the clock it is given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipelines.store.times import now, parsed

SCHEDULE = ((1, 6), (3, 24), (14, 72), (60, 336))
"""(Younger than so many days, again after so many hours). Older ones are visited when a listing says they changed."""

RETRY_HOURS = (1, 6, 24, 72)
"""After the first, second, … failure in a row; then the URL is given up."""


def next_visit(published_at: str | None, fetched_at: str | None) -> datetime | None:
    """When to look for edits: young articles soon, old ones not at all."""
    fetched = parsed(fetched_at) or now()
    age = fetched - (parsed(published_at) or fetched)
    for days, hours in SCHEDULE:
        if age < timedelta(days=days):
            return fetched + timedelta(hours=hours)
    return None


def retry_after_failure(tries: int, at: datetime | None = None) -> datetime | None:
    """When to try a URL again that failed, after ``tries`` earlier failures; None to give it up."""
    if tries >= len(RETRY_HOURS):
        return None
    return (at or now()).astimezone(UTC) + timedelta(hours=RETRY_HOURS[tries])
