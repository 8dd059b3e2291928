"""Reading a store in one state of it, a few rows in memory at a time; it is never written to.

The archive's bodies lie in a file of their own beside a store in a file. They are written before the rows that name
them, so their state is taken second: every body that a row names is in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import URL

from pipelines import postgres, sqlite
from pipelines.errors import BadConfig, BadInput, MissingInput
from pipelines.store.copying.parts import BODIES, Part
from pipelines.store.copying.sums import Row
from pipelines.store.database import COPYING, revision_at
from pipelines.store.engine import Location, archive_path, explained, label, make_engine, reading
from pipelines.store.schema import REVISION

_FETCHED = {BODIES.name: 100, "article": 200, "article_version": 200}
_FETCHED_ELSE = 5_000
"""Rows that the server sends at a time."""
_CACHE_MB = 8
"""Rows are read once, most of them as they lie."""


class Snapshot(Protocol):
    """One state of a store. JSON comes as text."""

    def rows(self, part: Part) -> Iterator[Row]:
        """The rows of a table in any order."""

    def by_key(self, part: Part) -> Iterator[Row]:
        """The rows of a table in the order of their keys."""

    def after(self, part: Part, place: Row | None) -> Iterator[Row]:
        """The rows of a table after a place, in the order that they are copied in."""

    def upto(self, part: Part, place: Row) -> Iterator[Row]:
        """The rows of a table up to a place, that of the place too."""

    def place(self, part: Part, row: Row) -> Row:
        """Where a row is in the order that rows are copied in: something to go on after."""

    def count(self, part: Part) -> int:
        """How many rows a table has."""


@contextmanager
def snapshot(location: Location, *, unfinished: bool = False) -> Iterator[Snapshot]:
    """The state of a store just now; ``unfinished`` for that of a copy that is being made.

    Raises MissingInput, and BadConfig for a store of another version of the schema.
    """
    if isinstance(location, Path) and not location.exists():
        raise MissingInput(f"{location}: no store there")
    with explained(location):
        if not unfinished:
            _check(location)
        with _of_file(location) if isinstance(location, Path) else _of_server(location) as found:
            yield found


def _check(location: Location) -> None:
    found = revision_at(location, readonly=True)
    if found is None:
        raise MissingInput(f"{label(location)}: no store there")
    if found == COPYING:
        raise BadConfig(f"{label(location)}: a copy that is not finished; start the same `newsmint copy` again")
    if found > REVISION:
        raise BadConfig(f"{label(location)}: written by a newer Newsmint (schema {found}); upgrade newsmint to copy it")
    if found != REVISION:
        raise BadConfig(
            f"{label(location)}: of an older Newsmint (schema {found}, now {REVISION}); a copy does not change that: "
            "bring it up to date with `newsmint stats --db`, then copy"
        )


def _query(part: Part, table: str, order: str = "", sign: str = "") -> str:
    """``order`` is a list of columns; with a ``sign``, only the rows that are so beside a place in it."""
    marks = ", ".join("?" * len(order.split(",")))
    where = f" WHERE ({order}) {sign} ({marks})" if sign else ""
    return f"SELECT {part.listed} FROM {table}{where}{f' ORDER BY {order}' if order else ''}"  # noqa: S608


class _File:
    """Rows are copied as they lie, which for bodies is many times faster than by their keys."""

    def __init__(self, database: sqlite3.Connection, archive: sqlite3.Connection | None) -> None:
        self._database = database
        self._archive = archive

    def rows(self, part: Part) -> Iterator[Row]:
        return self._read(part)

    def by_key(self, part: Part) -> Iterator[Row]:
        return self._read(part, part.listed_key)

    def after(self, part: Part, place: Row | None) -> Iterator[Row]:
        order = self._order(part)
        return self._read(part, order) if place is None else self._read(part, order, ">", place)

    def upto(self, part: Part, place: Row) -> Iterator[Row]:
        return self._read(part, self._order(part), "<=", place)

    def place(self, part: Part, row: Row) -> Row:
        connection, table = self._where(part)
        if not part.by_rowid or connection is None:
            return part.key_of(row)
        marks = ", ".join("?" * len(part.key))
        query = f"SELECT rowid FROM {table} WHERE ({part.listed_key}) = ({marks})"  # noqa: S608
        found = connection.execute(query, part.key_of(row)).fetchone()
        if found is None:
            raise BadInput(f"{part.name}: the key {part.key_of(row)!r} has NUL characters; put it right in the source")
        return tuple(found)

    def count(self, part: Part) -> int:
        connection, table = self._where(part)
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] if connection else 0  # noqa: S608

    def _read(self, part: Part, order: str = "", sign: str = "", place: Row = ()) -> Iterator[Row]:
        connection, table = self._where(part)
        return iter(connection.execute(_query(part, table, order, sign), place) if connection else ())

    def _order(self, part: Part) -> str:
        return "rowid" if part.by_rowid else part.listed_key

    def _where(self, part: Part) -> tuple[sqlite3.Connection | None, str]:
        return (self._archive, "body") if part is BODIES else (self._database, part.table)


@contextmanager
def _of_file(path: Path) -> Iterator[Snapshot]:
    pages = archive_path(path)
    with closing(sqlite.connect(path, readonly=True, cache_mb=_CACHE_MB)) as database:
        _begin(database)
        if not pages.exists():
            yield _File(database, None)
            return
        with sqlite.explained(pages), closing(sqlite.connect(pages, readonly=True, cache_mb=_CACHE_MB)) as archive:
            _begin(archive)
            yield _File(database, archive)


def _begin(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the state is that of the first read


class _Server:
    """Rows are copied by their keys."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._numbers = count()

    def rows(self, part: Part) -> Iterator[Row]:
        return self._read(part)

    def by_key(self, part: Part) -> Iterator[Row]:
        return self._read(part, part.listed_key)

    def after(self, part: Part, place: Row | None) -> Iterator[Row]:
        return self.by_key(part) if place is None else self._read(part, part.listed_key, ">", place)

    def upto(self, part: Part, place: Row) -> Iterator[Row]:
        return self._read(part, part.listed_key, "<=", place)

    def place(self, part: Part, row: Row) -> Row:
        return part.key_of(row)

    def count(self, part: Part) -> int:
        with self._driver.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {part.table}")  # noqa: S608
            return int(cursor.fetchone()[0])

    def _read(self, part: Part, order: str = "", sign: str = "", place: Row = ()) -> Iterator[Row]:
        query = _query(part, part.table, order, sign).replace("?", "%s")
        with self._driver.cursor(name=f"newsmint_copy_{next(self._numbers)}", binary=not part.json) as cursor:
            cursor.itersize = _FETCHED.get(part.name, _FETCHED_ELSE)
            cursor.execute(query, place)
            yield from cursor


@contextmanager
def _of_server(url: URL) -> Iterator[Snapshot]:
    psycopg = postgres.need_driver()
    engine = make_engine(url)
    try:
        with reading(engine).connect() as conn:
            conn.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            driver: Any = conn.connection.driver_connection
            driver.adapters.register_loader("jsonb", psycopg.types.string.TextLoader)
            try:
                yield _Server(driver)
            finally:
                with suppress(psycopg.Error):
                    conn.invalidate()  # it spells JSON as nobody else expects
    finally:
        engine.dispose()
