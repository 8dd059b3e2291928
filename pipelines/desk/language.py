"""How the desk says numbers, times and names: the filters of its templates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from pipelines.enrich.assets import assets

MINUTE, HOUR, DAY = 60, 3600, 86400


def number(value: float | None) -> str:
    """``12,345``; a dash for none."""
    return "—" if value is None else f"{value:,}"


def moment(text: str | None) -> str:
    """``2026-11-22 15:13`` of an ISO 8601 text, or the bare date where there is no more."""
    return (text or "")[:16].replace("T", " ")


def day(ts: int | None) -> str:
    """``2026-11-22`` of seconds since 1970."""
    return "—" if ts is None else datetime.fromtimestamp(ts, UTC).date().isoformat()


def span(seconds: float) -> str:
    """``40 s``, ``5 min``, ``3.5 h``, ``12 days``."""
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    if seconds < 2 * DAY:
        return f"{seconds / HOUR:.3g} h"
    return f"{seconds / DAY:.0f} days"


def words(name: str | None) -> str:
    """``plugin notice`` of ``plugin_notice``."""
    return (name or "—").replace("_", " ")


def segment(text: Any) -> str:
    """Text as one segment of a path."""
    return quote(str(text), safe="")


def asset_name(key: str) -> str:
    """``Bitcoin`` of ``bitcoin``; addresses and what is not known as they are."""
    found = assets().get(key)
    return found.name if found else key


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number, "moment": moment, "day": day, "span": span, "words": words, "segment": segment,
    "asset_name": asset_name,
}  # fmt: skip
