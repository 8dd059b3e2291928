"""Reading a store in one state of it, in the order of keys, a few rows in memory at a time; it is never written to.

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
from pipelines.errors import BadConfig, MissingInput
from pipelines.store.copying.parts import BODIES, Part
from pipelines.store.copying.sums import Row
from pipelines.store.database import COPYING, revision_at
from pipelines.store.engine import Location, archive_path, explained, label, make_engine, reading
from pipelines.store.schema import REVISION

_FETCHED = {BODIES.name: 100, "article": 200, "article_version": 200}
_FETCHED_ELSE = 5_000
"""Rows that the server sends at a time."""


class Snapshot(Protocol):
    """One state of a store. JSON comes as text."""

    def rows(self, part: Part, *, after: Row | None = None, upto: Row | None = None) -> Iterator[Row]:
        """The rows of a table in the order of their keys: those after a key, or those up to it and with it."""

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


def _where(part: Part, after: Row | None, upto: Row | None) -> tuple[str, Row]:
    if after is None and upto is None:
        return "", ()
    sign, bound = (">", after) if after is not None else ("<=", upto)
    return f" WHERE ({part.listed_key}) {sign} ({', '.join('?' * len(part.key))})", tuple(bound or ())


def _query(part: Part, where: str, table: str | None = None) -> str:
    return f"SELECT {part.listed} FROM {table or part.table}{where} ORDER BY {part.listed_key}"  # noqa: S608


class _File:
    def __init__(self, database: sqlite3.Connection, archive: sqlite3.Connection | None) -> None:
        self._database = database
        self._archive = archive

    def rows(self, part: Part, *, after: Row | None = None, upto: Row | None = None) -> Iterator[Row]:
        connection, table = self._place(part)
        where, values = _where(part, after, upto)
        if connection is not None:
            yield from connection.execute(_query(part, where, table), values)

    def count(self, part: Part) -> int:
        connection, table = self._place(part)
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] if connection else 0  # noqa: S608

    def _place(self, part: Part) -> tuple[sqlite3.Connection | None, str]:
        return (self._archive, "body") if part is BODIES else (self._database, part.table)


@contextmanager
def _of_file(path: Path) -> Iterator[Snapshot]:
    pages = archive_path(path)
    with closing(sqlite.connect(path, readonly=True)) as database:
        _begin(database)
        if not pages.exists():
            yield _File(database, None)
            return
        with sqlite.explained(pages), closing(sqlite.connect(pages, readonly=True)) as archive:
            _begin(archive)
            yield _File(database, archive)


def _begin(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the state is that of the first read


class _Server:
    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._numbers = count()

    def rows(self, part: Part, *, after: Row | None = None, upto: Row | None = None) -> Iterator[Row]:
        where, values = _where(part, after, upto)
        with self._driver.cursor(name=f"newsmint_copy_{next(self._numbers)}", binary=not part.json) as cursor:
            cursor.itersize = _FETCHED.get(part.name, _FETCHED_ELSE)
            cursor.execute(_query(part, where).replace("?", "%s"), values)
            yield from cursor

    def count(self, part: Part) -> int:
        with self._driver.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {part.table}")  # noqa: S608
            return int(cursor.fetchone()[0])


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
