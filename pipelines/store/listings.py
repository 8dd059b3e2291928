"""The feeds, sitemaps and listing pages of each source: when each is to be asked again, and what it said last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from pipelines.items import Validators
from pipelines.store.among import among
from pipelines.store.dialect import insert
from pipelines.store.schema import listing as table
from pipelines.store.sources import ensure_sources
from pipelines.store.times import utc_text


@dataclass(frozen=True, slots=True)
class Listing:
    """An address that names articles, with how its visits went. Times are ISO 8601 UTC."""

    source: str
    url: str
    route: str
    due_at: str | None = None
    """None for a page that is read when the one that leads to it has changed."""
    interval_seconds: float | None = None
    polls: int = 0
    found: int = 0
    failures: int = 0
    """In a row."""
    status: int | None = None
    error: str | None = None
    validators: Validators = field(default_factory=Validators)
    content_hash: str | None = None
    last_polled_at: str | None = None
    last_new_at: str | None = None


def load(conn: Connection, source: str, url: str) -> Listing | None:
    """One listing; None where it was never asked for."""
    row = conn.execute(select(table).where(table.c.source == source, table.c.url == url)).first()
    return _listing(row) if row else None


def save(conn: Connection, listing: Listing) -> None:
    """Write a listing, new or known."""
    ensure_sources(conn, [listing.source])
    values = {each.name: getattr(listing, each.name) for each in fields(listing) if each.name != "validators"}
    values |= {"etag": listing.validators.etag, "last_modified": listing.validators.last_modified}
    statement = insert(conn.dialect.name, table)
    keys = ("source", "url")
    changed = {name: statement.excluded[name] for name in values if name not in keys}
    conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), values)


def forget(conn: Connection, source: str, url: str) -> None:
    """Drop what a listing's last answer is known by: the next visit reads it, whatever it says."""
    this = (table.c.source == source) & (table.c.url == url)
    conn.execute(update(table).where(this).values(etag=None, last_modified=None, content_hash=None))


def waiting(conn: Connection, sources: Collection[str], moment: datetime) -> set[tuple[str, str]]:
    """(source, URL) of the listings that are not due yet: all others may be asked, and those that are not known."""
    chosen = frozenset(sources)
    query = select(table.c.source, table.c.url).where(among(table.c.source, chosen), table.c.due_at > utc_text(moment))
    return {(source, url) for source, url in conn.execute(query) if source in chosen}


def _listing(row: Row[Any]) -> Listing:
    values = row._asdict()
    validators = Validators(values.pop("etag"), values.pop("last_modified"))
    return Listing(**values, validators=validators)
