"""SQLAlchemy engines for a store: a file of SQLite's, or a database of a PostgreSQL server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from pipelines import postgres, sqlite
from pipelines.errors import NewsmintError
from pipelines.store.postgres.pipeline import answered

Location = Path | URL
"""Where a store is: its file, or its database on a server."""

WRITE = "newsmint_write"
"""Execution option: a transaction that will write waits at its start until no other does.

``BEGIN IMMEDIATE`` in SQLite. In PostgreSQL an advisory lock: sums, stories and the order of changes are of the whole
store, so that two writers would wait for each other's rows anyway, and now and then for ever (decision 0010).
"""

TRANSACTION = "newsmint_transaction"
"""Where a connection's ``info`` has the server's number of the transaction that writes."""

WRITERS = "writers"
"""The name of that lock."""


def make_engine(
    location: str | Path | URL,
    *,
    readonly: bool = False,
    foreign_keys: bool = True,
    cache_mb: int = sqlite.CACHE_MB,
) -> Engine:
    """An engine on a file's path, or on a server's URL. Readers and the writer keep out of each other's way.

    The connection used last is used next: whoever writes finds its pages still cached, which another's commit would
    have emptied, and no further connection fills a cache of its own.

    Raises MissingInput where PostgreSQL's driver is not installed.
    """
    if isinstance(location, URL):
        return _of_server(location, readonly=readonly)
    engine = create_engine(
        URL.create("sqlite", database=str(location)),
        creator=partial(sqlite.connect, location, readonly=readonly, foreign_keys=foreign_keys, cache_mb=cache_mb),
        json_serializer=json_text,
        pool_use_lifo=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def reading(engine: Engine) -> Engine:
    """The engine for those who read: each transaction sees one state of the database, and changes nothing."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def explained(location: Location) -> AbstractContextManager[None]:
    """Within it, expected trouble with a store is a NewsmintError of one line."""
    return _explained(location) if isinstance(location, URL) else sqlite.explained(location)


def label(location: Location) -> str:
    """A store's place as people may see it: without a password."""
    return postgres.shown(location) if isinstance(location, URL) else str(location)


def archive_path(database: Path) -> Path:
    """``news.sqlite3`` keeps its pages in ``news.pages.sqlite3``."""
    return database.with_name(f"{database.stem}.pages.sqlite3")


def _of_server(url: URL, *, readonly: bool) -> Engine:
    postgres.need_driver()
    engine = create_engine(
        postgres.with_defaults(url, readonly=readonly),
        json_serializer=json_text,
        paramstyle="format",
        pool_use_lifo=True,
        pool_pre_ping=True,
        use_native_hstore=False,  # a type that we have not, which each first connection would ask for
    )
    event.listen(engine, "connect", postgres.prepare)
    event.listen(engine, "begin", _begin_at_server)
    event.listen(engine, "after_cursor_execute", answered)
    return engine


def _begin(conn: Connection) -> None:
    options: Any = conn.get_execution_options()
    conn.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITE) else "BEGIN")


def _begin_at_server(conn: Connection) -> None:
    options: Any = conn.get_execution_options()
    if options.get(WRITE):
        stalled = f"{postgres.STALLED_SECONDS}s"
        *_, number = conn.exec_driver_sql(_TURN, (stalled, postgres.lock_key(WRITERS))).one()
        conn.info[TRANSACTION] = number


_TURN = (
    "SELECT set_config('idle_in_transaction_session_timeout', %s, true), pg_advisory_xact_lock(%s), "
    "pg_current_xact_id()::text"
)


@contextmanager
def _explained(url: URL) -> Iterator[None]:
    try:
        yield
    except NewsmintError:
        raise
    except Exception as error:
        known = postgres.explanation(getattr(error, "orig", error), url)
        if known is None:
            raise
        raise known from error


def json_text(value: Any) -> str:
    """JSON that people can read in the database; ``?`` for lone surrogates, which UTF-8 cannot hold, and no NUL."""
    text = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in text:
        text = json.dumps(_without_nul(value), ensure_ascii=False)
    return text.encode(errors="replace").decode()


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(each) for key, each in value.items()}
    return [_without_nul(each) for each in value] if isinstance(value, list | tuple) else value
