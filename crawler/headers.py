"""A response's headers as plain text, and what they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy.http import Response


def headers_of(response: Response) -> dict[str, str]:
    """Name in lower case → value; several of one name are joined by commas."""
    return {name.decode("latin-1").lower(): _joined(response, name) for name in response.headers}


def retry_after(headers: Mapping[str, str], at: datetime | None = None) -> float | None:
    """Seconds that a ``Retry-After`` header asks for, given as a number or a date; None without one."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if value.isdecimal():
        return float(value[:9])
    moment = http_date(value)
    return max(0.0, (moment - (at or datetime.now(UTC))).total_seconds()) if moment else None


def http_date(text: str) -> datetime | None:
    """A date as headers give it, in UTC where it names no zone; None for what is none."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _joined(response: Response, name: bytes) -> str:
    return ",".join(value.decode("utf-8", "replace") for value in response.headers.getlist(name))
