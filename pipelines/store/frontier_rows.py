"""Rows of the frontier: what one is made of, what a listing adds to one, and whether it is due again. No SQL here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Row

from pipelines.items import Hint, Validators
from pipelines.store.dialect import json_value
from pipelines.store.times import epoch, normalised
from pipelines.urls import host, identity


@dataclass(frozen=True, slots=True)
class FrontierEntry:
    """A URL to fetch. ``tries`` counts failures since it last went well; ``last_fetched_at`` is ISO 8601 UTC."""

    url: str
    source: str
    hint: Hint | None = None
    priority: float | None = None
    """Higher first; the epoch of the hint's date where not given, 0 where there is none."""
    tries: int = 0
    error: str | None = None
    """Kind of the last failure since it last went well."""
    first_fetched_at: str | None = None
    last_fetched_at: str | None = None
    checks: int = 0
    """Visits after the first."""
    edits: int = 0
    """Of those, how many found the article edited."""
    validators: Validators = field(default_factory=Validators)
    article_id: str | None = None
    depth: int = 0
    """Links followed from a listing to here."""


def key_of(url: str) -> str:
    """The row that stands for a URL in any spelling."""
    return identity(url) or url


def _priority(entry: FrontierEntry) -> float:
    if entry.priority is not None:
        return entry.priority
    hint = entry.hint
    return float((epoch(hint.published_at) or epoch(hint.modified_at) or 0) if hint else 0)


def merged(candidates: Iterable[FrontierEntry]) -> dict[str, FrontierEntry]:
    """Key → entry; what several say of one URL is joined."""
    entries: dict[str, FrontierEntry] = {}
    for entry in candidates:
        key = key_of(entry.url)
        known = entries.get(key)
        entries[key] = replace(known, hint=richer(known.hint, entry.hint)) if known else entry
    return entries


def richer(known: Hint | None, other: Hint | None) -> Hint | None:
    """What both routes said; where they differ, the one that was first."""
    if known is None or other is None:
        return known or other
    return Hint.from_dict(other.as_dict() | known.as_dict())


def says_more(known: dict[str, Any] | None, hint: Hint | None) -> bool:
    """Whether a hint holds a field that a row's does not."""
    return hint is not None and not (hint.as_dict().keys() <= (known or {}).keys())


def is_due(row: Row[Any], entry: FrontierEntry, moment: str) -> bool:
    """Whether a row that was visited is to be visited again, by its time or by what a listing says of it now."""
    if row.state not in ("done", "failed"):
        return False
    if row.due_at is not None and row.due_at <= moment:
        return True
    modified = _modified(entry)
    if row.state == "failed":
        return row.listed_modified_at is not None and modified > row.listed_modified_at
    return modified > (row.listed_modified_at or row.last_fetched_at or "")  # a date ahead of time counts once


def _modified(entry: FrontierEntry) -> str:
    """When the listing says the page was modified, in our spelling; empty where it does not."""
    return (normalised(entry.hint.modified_at) if entry.hint else None) or ""


def new_row(key: str, entry: FrontierEntry, moment: str) -> dict[str, Any]:
    """A pending row for a URL that is not known."""
    return {
        "key": key,
        "url": entry.url,
        "source": entry.source,
        "host": host(entry.url),
        "state": "pending",
        "priority": _priority(entry),
        "tries": 0,
        "hint": entry.hint.as_dict() if entry.hint else None,
        "listed_modified_at": _modified(entry) or None,
        "added_at": moment,
        "depth": entry.depth,
    }


def waiting_row(row: Row[Any], entry: FrontierEntry, due_at: str | None = None) -> dict[str, Any]:
    """A known row's next hint: with what was known while it waits, afresh when it is due again."""
    before = Hint.from_dict(row.hint) if row.hint and row.state == "pending" else None
    hint = richer(before, entry.hint)
    priority = _priority(replace(entry, hint=hint))
    return {
        "row_key": row.key,
        "new_hint": hint.as_dict() if hint else None,
        "new_priority": max(row.priority, priority) if row.state == "pending" else priority,
        "new_modified": max(row.listed_modified_at or "", _modified(entry)) or None,
        "new_due": due_at,
    }


def entry_of(row: Any) -> FrontierEntry:
    """The entry that a row stands for, SQLAlchemy's or the driver's."""
    return FrontierEntry(
        url=row.url,
        source=row.source,
        hint=Hint.from_dict(json_value(row.hint)) if row.hint else None,
        priority=row.priority,
        tries=row.tries,
        error=row.error,
        first_fetched_at=row.first_fetched_at,
        last_fetched_at=row.last_fetched_at,
        checks=row.checks,
        edits=row.edits,
        validators=Validators(row.etag, row.last_modified),
        article_id=row.article_id,
        depth=row.depth,
    )
