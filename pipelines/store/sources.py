"""Rows of the sites that all else refers to by key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection

from pipelines.store.dialect import execute_many, insert, insert_new
from pipelines.store.memo import memo
from pipelines.store.schema import source
from pipelines.store.times import now, utc_text


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What the store knows of a source; how to crawl it stays in the sources file.

    ``hosts`` are those that a crawl of it asks. They are not kept: they say what the crawl has to hold alone.
    """

    key: str
    name: str
    domain: str | None = None
    language: str | None = None
    hosts: tuple[str, ...] = ()


def save_sources(conn: Connection, rows: Iterable[SourceRow]) -> None:
    """Insert the sources, or update the names, domains and languages of those that are there."""
    values = [_values(row) for row in rows]
    if values:
        conn.execute(_upsert(conn.dialect.name), values)


def ensure_sources(conn: Connection, keys: Iterable[str | None]) -> None:
    """Insert bare rows for keys that are not there yet: pages from a folder name sources no file knows."""
    known = memo(conn)
    missing = sorted({key for key in keys if key and (source, key) not in known})
    if missing:
        execute_many(conn, insert_new(conn, source), [_values(SourceRow(key, key)) for key in missing])
        known.update(((source, key), True) for key in missing)


@cache
def _upsert(dialect: str) -> Any:
    statement = insert(dialect, source)
    new = statement.excluded
    names = {"name": new.name, "domain": new.domain, "language": new.language}
    return statement.on_conflict_do_update(index_elements=[source.c.key], set_=names)


def _values(row: SourceRow) -> dict[str, str | None]:
    return {
        "key": row.key,
        "name": row.name,
        "domain": row.domain,
        "language": row.language,
        "added_at": utc_text(now()),
    }
