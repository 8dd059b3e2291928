"""What a page reads: plain SQL on a read-only connection that remembers it, so that the page can link to that SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Engine

from pipelines.store.reading import Reading

DATABASE = "news"
"""What the store is called in addresses, whatever its file is called."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that was run, and what it was for."""

    what: str
    sql: str
    params: tuple[tuple[str, Any], ...]

    @property
    def url(self) -> str:
        """Where Datasette runs it again, to be changed at will."""
        return f"/{DATABASE}?{urlencode([('sql', self.sql), *self.params])}"

    @property
    def json_url(self) -> str:
        """The rows as JSON objects."""
        return f"/{DATABASE}.json?{urlencode([('sql', self.sql), *self.params, ('_shape', 'array')])}"

    @property
    def csv_url(self) -> str:
        """The rows as CSV."""
        return f"/{DATABASE}.csv?{urlencode([('sql', self.sql), *self.params])}"


class Reader:
    """A connection to read from, one state of the store for the whole page."""

    def __init__(self, connection: Reading, engine: Engine | None = None) -> None:
        self._connection, self._engine = connection, engine
        self.asked: list[Asked] = []

    def rows(self, what: str, sql: str, most: int | None = None, /, **params: Any) -> list[Row]:
        """The rows of a query, ``most`` of them at most.

        Lists among the ``params`` go in as JSON: ``IN (SELECT value FROM json_each(:ids))``.
        """
        told = {name: json.dumps(value) if isinstance(value, list) else value for name, value in params.items()}
        text = _lines(sql)
        self.asked.append(Asked(what, text, tuple((name, "" if it is None else it) for name, it in told.items())))
        cursor = self._connection.execute(text, told)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in islice(cursor, most)]

    @property
    def connection(self) -> Reading:
        """For reads that others make of it; what they ask is not remembered."""
        return self._connection

    @property
    def is_shared(self) -> bool:
        """Whether the store is on a server."""
        return self._engine is not None

    @property
    def place(self) -> Path | Engine:
        """The store's file, or what gives connections to a shared one."""
        return self._engine or Path(self._connection.execute("PRAGMA database_list").fetchone()[2])

    def row(self, what: str, sql: str, /, **params: Any) -> Row | None:
        """The first row, None where there is none."""
        return next(iter(self.rows(what, sql, **params)), None)


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Within it, all reads see one state of the store, whatever a crawl writes meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def decoded(rows: Iterable[Row], *names: str) -> list[Row]:
    """The rows with these JSON columns as values."""
    return [row | {name: json.loads(row[name]) if row[name] else [] for name in names} for row in rows]


def _lines(sql: str) -> str:
    """The query as a person would write it: without the indentation of our source."""
    lines = [line.rstrip() for line in sql.strip("\n").splitlines()]
    margin = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return "\n".join(line[margin:] for line in lines)
