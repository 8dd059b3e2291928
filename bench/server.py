"""A PostgreSQL server for a benchmark, with the settings it comes with and 256 MB of shared memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, NullPool, create_engine, text

from tests.postgres import _programs, own_server

SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "wal_level": "replica",
    "max_wal_size": "1GB",
    "deadlock_timeout": "1s",
    "shared_buffers": "256MB",
}
"""What tests do without, as it is by default."""


@contextmanager
def empty_database() -> Iterator[URL]:
    """A database with nothing in it, on a server that is there for it alone. SystemExit where there is none."""
    found = _programs()
    if found is None:
        raise SystemExit("install Debian's package postgresql: its programs are not found")
    with own_server(found, SETTINGS) as url:
        with create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as conn:
            conn.execute(text("CREATE DATABASE newsmint TEMPLATE template0 ENCODING 'UTF8'"))
        yield url.set(database="newsmint")
