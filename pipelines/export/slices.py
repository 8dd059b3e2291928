"""A shared store to export from: articles are picked on the server, and their rows are made here, a slice at a time, by
SQLite in memory, which makes the very bytes that an export of a file does.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table

from pipelines.store.postgres.reading import Shared
from pipelines.store.schema import metadata

_TABLES = (
    "article", "heading", "link", "removed_block", "article_label", "article_version", "article_past", "article_asset",
    "asset_mention", "credit", "article_rights", "rights", "quality",
)  # fmt: skip
"""What columns of an export may be read from."""

_PICKED = ("place", "number", "version", "split", "cluster", "cluster_size", "until")
_QUERIES = {
    "picked": "SELECT {columns} FROM picked",
    "article": "SELECT {columns} FROM picked JOIN article ON article.number = picked.number",
    "rights": "SELECT DISTINCT {columns} FROM picked JOIN article ON article.number = picked.number "
    "JOIN article_rights ON article_rights.article_id = article.id "
    "JOIN rights ON rights.id = article_rights.rights_id",
}
_HANGING = (
    "SELECT {columns} FROM picked JOIN article ON article.number = picked.number "
    "JOIN {table} ON {table}.article_id = article.id"
)
_HEADS = "SELECT DISTINCT head.number, head.id FROM picked JOIN article AS head ON head.number = picked.cluster"


class Slices(Shared):
    """A connection to a shared store that gives slices of what is ``picked`` as a database of SQLite's."""

    def __init__(self, connection: Any, here: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._here = here
        self._made: set[str] = set()

    def slice(self, query: str, after: int, upto: int) -> sqlite3.Connection:
        """What the query reads of the articles at these places: ``after`` excluded, ``upto`` included."""
        here = {"after": after, "upto": upto}
        self._fill("picked", _PICKED, here)
        for table in _tables(query):
            self._fill(table.name, _columns(query, table), here)
        if "picked.cluster)" in query:
            heads = self.execute(f"{_HEADS} {_WHERE}", here)
            self._here.executemany("INSERT OR IGNORE INTO article (number, id) VALUES (?, ?)", heads)
        return self._here

    def _fill(self, table: str, columns: Sequence[str], places: Mapping[str, int]) -> None:
        """Have the rows here that a table has of the articles at these places, and no others."""
        if table not in self._made:
            self._here.execute(_definition(table))
            self._made.add(table)
        self._here.execute(f"DELETE FROM {table}")  # noqa: S608
        asked = _QUERIES.get(table, _HANGING).format(columns=_named(columns, table), table=table)
        rows = self.execute(f"{asked} {_WHERE}", places)
        spots = ", ".join("?" * len(columns))
        self._here.executemany(f"INSERT INTO {table} ({_named(columns)}) VALUES ({spots})", rows)  # noqa: S608


_WHERE = "WHERE picked.place > :after AND picked.place <= :upto"


def _named(columns: Sequence[str], table: str = "") -> str:
    return ", ".join(f'{table}."{column}"' if table else f'"{column}"' for column in columns)


@cache
def _tables(query: str) -> tuple[Table, ...]:
    """The tables of the store that a query names."""
    return tuple(metadata.tables[name] for name in _TABLES if re.search(rf"\b{name}\b", query))


@cache
def _columns(query: str, table: Table) -> tuple[str, ...]:
    """The columns of a table that a query may be reading: those whose name stands in it."""
    keys = {*(column.name for column in table.primary_key), "id", "article_id"}
    return tuple(it.name for it in table.columns if it.name in keys or re.search(rf"\b{it.name}\b", query))


def _definition(table: str) -> str:
    if table == "picked":
        return f"CREATE TABLE picked ({', '.join(_PICKED)}, PRIMARY KEY (place))"
    columns = metadata.tables[table].columns
    keys = [column.name for column in metadata.tables[table].primary_key]
    keys = sorted(keys, key=lambda name: name != "article_id")
    named = ", ".join(f'"{column.name}"' for column in columns)
    unique = ", UNIQUE (id)" if table == "article" else ""
    return f"CREATE TABLE {table} ({named}, PRIMARY KEY ({', '.join(keys)}){unique})"
