"""Rows of the sites that all else refers to by key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from pipelines.store.dialect import insert
from pipelines.store.schema import source
from pipelines.store.times import now, utc_text


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What the store knows of a source; how to crawl it stays in the sources file."""

    key: str
    name: str
    domain: str | None = None
    language: str | None = None


def save_sources(conn: Connection, rows: Iterable[SourceRow]) -> None:
    """Insert the sources, or update the names, domains and languages of those that are there."""
    statement = insert(conn, source)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=[source.c.key], set_={"name": new.name, "domain": new.domain, "language": new.language}
    )
    values = [_values(row) for row in rows]
    if values:
        conn.execute(statement, values)


def ensure_sources(conn: Connection, keys: Iterable[str | None]) -> None:
    """Insert bare rows for keys that are not there yet: pages from a folder name sources no file knows."""
    values = [_values(SourceRow(key, key)) for key in sorted({key for key in keys if key})]
    if values:
        conn.execute(insert(conn, source).on_conflict_do_nothing(), values)


def _values(row: SourceRow) -> dict[str, str | None]:
    return {
        "key": row.key,
        "name": row.name,
        "domain": row.domain,
        "language": row.language,
        "added_at": utc_text(now()),
    }
