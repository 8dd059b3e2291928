"""One state of the store to read an export from, with what SQL needs of Python: the standard library's SQLite, since
it is several times faster than any layer above it; of a shared store, slices of it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from pipelines import postgres
from pipelines.sqlite import connect, explained
from pipelines.store import engine
from pipelines.store.asof import headings_in, moment_asked_for, show_as_of
from pipelines.store.changes import settled
from pipelines.store.engine import Location
from pipelines.store.reading import Reading

_FRUGAL = ("PRAGMA cache_size = -16384", "PRAGMA temp_store = FILE")
"""The operating system caches the file, so a large cache would only count twice; what is picked of a million articles
goes to a temporary file.
"""


def snapshot(
    location: Location, *, as_of: str | None = None, author_key: str = "", changes: bool = False
) -> AbstractContextManager[Reading]:
    """A connection that sees one state of the store, whatever a crawl writes meanwhile; as known then, with ``as_of``.

    ``author_key`` keys the marks that stand for names, so that nobody without it can find a name by trying. With
    ``changes``, what comes later has higher numbers of change than all that is seen.
    """
    if isinstance(location, URL):
        return _of_server(location, as_of, author_key, changes=changes)
    return _of_file(location, as_of, author_key)


@contextmanager
def _of_file(path: Path, as_of: str | None, author_key: str) -> Iterator[sqlite3.Connection]:
    with explained(path), closing(connect(path, readonly=True)) as conn:
        for pragma in _FRUGAL:
            conn.execute(pragma)
        _add_functions(conn, author_key)
        if as_of:
            show_as_of(conn, moment_asked_for(as_of))
        conn.execute("BEGIN")
        yield conn


@contextmanager
def _of_server(url: URL, as_of: str | None, author_key: str, *, changes: bool) -> Iterator[Reading]:
    """The picked articles are temporary tables of the server's, gone with the transaction that reads."""
    from pipelines.export.slices import Slices

    psycopg = postgres.need_driver()
    made = engine.make_engine(url)
    try:
        with (
            engine.explained(url),
            closing(made.raw_connection()) as pooled,
            closing(sqlite3.connect(":memory:")) as here,
        ):
            connection: Any = pooled.driver_connection
            _add_functions(here, author_key)
            if as_of:
                show_as_of(connection, moment_asked_for(as_of))
            connection.rollback()
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            with settled(connection, wait=changes):
                found = Slices(connection, here)
            yield found
            connection.rollback()
    finally:
        made.dispose()


def _add_functions(conn: sqlite3.Connection, author_key: str) -> None:
    conn.create_function("hashed", 1, lambda names: _hashed(names, author_key), deterministic=True)
    conn.create_function("blocks", 2, _blocks, deterministic=True)
    conn.create_function("newsmint_headings", 2, headings_in, deterministic=True)


def look_at_now(conn: Reading) -> None:
    """End looking back: the articles of then are picked by views that take the place of the tables, but read from the
    tables themselves, which is hundreds of times faster.
    """
    if not isinstance(conn, sqlite3.Connection):
        views = "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'v' AND relnamespace = pg_my_temp_schema()"
        for (name,) in conn.execute(views).fetchall():
            conn.execute(f"DROP VIEW IF EXISTS pg_temp.{name} CASCADE")
        return
    for (name,) in conn.execute("SELECT name FROM sqlite_temp_master WHERE type = 'view'").fetchall():
        conn.execute(f'DROP VIEW temp."{name}"')


def _hashed(names: str, key: str) -> str:
    secret = hashlib.sha256(key.encode()).digest()
    marks = (hashlib.blake2b(each.encode(), key=secret, digest_size=8).hexdigest() for each in json.loads(names))
    return json.dumps([f"author-{mark}" for mark in marks])


def _blocks(body: str, markdown: str) -> str:
    """The blocks of a body; those that stand in the Markdown as headings, in their order, with their level."""
    headings = [line for line in markdown.split("\n\n") if line.startswith("#")]
    found = []
    for block in body.split("\n\n"):
        level = 0
        if headings and block and headings[0].lstrip("#").strip().replace("\\", "") == block.replace("\\", ""):
            level = len(headings[0]) - len(headings.pop(0).lstrip("#"))
        found.append({"level": level, "text": block})
    return json.dumps(found, ensure_ascii=False)
