"""Dates as feeds and sitemaps write them, to ISO 8601 with their own offset."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_BEFORE_CHRIST = re.compile(r"^-|\s-\d{4}\s")
"""How PHP writes the date of a post that has none."""
_YEARS = range(1990, 2100)


def iso(text: str | None) -> str | None:
    """``YYYY-MM-DDTHH:MM:SS+HH:MM``, or ``YYYY-MM-DD`` where no more is given; None for what is no date.

    RFC 822 as in RSS and ISO 8601 as in Atom, sitemaps and REST. Without an offset it is UTC, as these formats have it.
    """
    text = (text or "").strip()
    if not 8 <= len(text) <= 64 or _BEFORE_CHRIST.search(text):
        return None
    found = _from_iso(text) or _from_rfc822(text)
    if found is None or found.year not in _YEARS:
        return None
    if _DAY.fullmatch(text):
        return text
    return found.replace(microsecond=0, tzinfo=found.tzinfo or UTC).isoformat()


@lru_cache(maxsize=8192)
def moment(text: str | None) -> datetime | None:
    """An ISO date of ours as an aware datetime, a bare day as its first second in UTC; None for None and nonsense."""
    found = _from_iso(text) if text else None
    return found.replace(tzinfo=found.tzinfo or UTC) if found else None


def _from_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _from_rfc822(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
