"""What a store consists of for a copy: its tables, parents before their children, and the archive of page bodies.

What a database derives (search, views, the sums of ``rollups.sql``) is made anew where the copy goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Table

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


BODIES = Part("page_body", ("hash", "zstd", "size"), key=(0,), weight=20)
"""The archive: a table of a shared store, and of a file of its own beside a store in a file (as ``body``)."""

_HEAVY = {"article": 20, "article_version": 10, "sketch": 2, "quality": 2}


def _part(table: Table) -> Part:
    columns = list(table.columns)

    def places(kind: type[object]) -> tuple[int, ...]:
        return tuple(place for place, column in enumerate(columns) if isinstance(column.type, kind))

    keys = [columns.index(column) for column in table.primary_key.columns]
    names = tuple(column.name for column in columns)
    return Part(table.name, names, tuple(keys), places(sa.JSON), places(sa.Float), _HEAVY.get(table.name, 1))


TABLES = tuple(_part(table) for table in metadata.sorted_tables if table.name not in ROLLUPS)

PARTS = (*TABLES, BODIES)
