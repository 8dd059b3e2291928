"""One spelling for the times we write (``2026-11-22T15:13:55Z``: sorts as text), and epochs for those pages give."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.errors import UsageError


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def utc_text(moment: datetime) -> str:
    """The moment in UTC, to the second; a naive one is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parsed(text: str | None) -> datetime | None:
    """The moment an ISO 8601 text names, in UTC: a bare date is its midnight. None for what is no such text."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def normalised(text: str | None) -> str | None:
    """An ISO 8601 text in our spelling; None for what is no such text."""
    moment = parsed(text)
    return utc_text(moment) if moment else None


def epoch(text: str | None) -> int | None:
    """Whole seconds since 1970 of an ISO 8601 text; None for what is no such text."""
    moment = parsed(text)
    return int(moment.timestamp()) if moment else None


def epoch_asked_for(text: str | None, name: str) -> int | None:
    """``epoch`` of what a person typed for the option ``name``; UsageError when it is no date."""
    if text is None:
        return None
    seconds = epoch(text)
    if seconds is None:
        raise UsageError(f"{name}: {text!r} is not a date; write 2026-11-22 or 2026-11-22T09:30:00+01:00")
    return seconds
