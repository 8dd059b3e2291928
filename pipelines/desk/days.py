"""Days in UTC, as plots and counts take them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pipelines.desk.reading import Row

DAY = 86_400


def day_of(ts: int) -> str:
    """``2026-11-22`` of seconds since 1970."""
    return datetime.fromtimestamp(ts, UTC).date().isoformat()


def last_days(until: int, count: int) -> list[str]:
    """So many days up to the one that ``until`` is in, oldest first."""
    last = datetime.fromtimestamp(until, UTC).date()
    return [(last - timedelta(days=back)).isoformat() for back in range(count - 1, -1, -1)]


def midnight(day: str) -> int:
    """Seconds since 1970 at which a day begins."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def by_series(rows: Iterable[Row], series: str, *, count: str = "articles") -> dict[str, dict[str, int]]:
    """Rows with a ``day``, a series and a count, as series → day → count."""
    counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        name = row[series] or "—"
        counts[name][row["day"]] = counts[name].get(row["day"], 0) + row[count]
    return dict(counts)
