"""What a store consists of for a copy: its tables, parents before their children, and the archive of page bodies.

What a database derives (search, views, the sums of ``rollups.sql``) is made anew where the copy goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Table

from pipelines.store.derived import ROLLUPS
from pipelines.store.schema import metadata


@dataclass(frozen=True, slots=True)
class Part:
    """A table. ``key``, ``json`` and ``floats`` are places in ``columns``; ``weight`` is how dear a row is."""

    name: str
    columns: tuple[str, ...]
    key: tuple[int, ...]
    json: tuple[int, ...] = ()
    floats: tuple[int, ...] = ()
    weight: int = 1
    by_rowid: bool = False
    """Whether SQLite keeps its rows by a number that is no column of it: in their key's order they lie anywhere."""

    @property
    def table(self) -> str:
        """Its name for SQL: ``fetch`` is a word of PostgreSQL's."""
        return f'"{self.name}"'

    @property
    def listed(self) -> str:
        """Its columns for SQL."""
        return ", ".join(f'"{name}"' for name in self.columns)

    @property
    def listed_key(self) -> str:
        """The columns of its primary key for SQL."""
        return ", ".join(f'"{self.columns[place]}"' for place in self.key)

    def key_of(self, row: tuple[object, ...]) -> tuple[object, ...]:
        """A row's key."""
        return tuple(row[place] for place in self.key)


BODIES = Part("page_body", ("hash", "zstd", "size"), key=(0,), weight=20, by_rowid=True)
"""The archive: a table of a shared store, and of a file of its own beside a store in a file (as ``body``)."""

_HEAVY = {"article": 20, "article_version": 10, "sketch": 2, "quality": 2}


def _part(table: Table) -> Part:
    columns = list(table.columns)
    key = list(table.primary_key.columns)

    def places(kind: type[object]) -> tuple[int, ...]:
        return tuple(place for place, column in enumerate(columns) if isinstance(column.type, kind))

    return Part(
        table.name,
        tuple(column.name for column in columns),
        tuple(columns.index(column) for column in key),
        json=places(sa.JSON),
        floats=places(sa.Float),
        weight=_HEAVY.get(table.name, 1),
        by_rowid=table.dialect_options["sqlite"]["with_rowid"] and not (len(key) == 1 and _is_integer(key[0])),
    )


def _is_integer(column: Column[Any]) -> bool:
    return issubclass(column.type.python_type, int)


TABLES = tuple(_part(table) for table in metadata.sorted_tables if table.name not in ROLLUPS)

PARTS = (*TABLES, BODIES)
