"""A connection that statements of ours are read through: the standard library's SQLite, or a shared store's.

What reads a store (questions, exports, free SQL) is written once, against this: SQLite's SQL with ``:names`` for its
values, and rows that are tuples of numbers, text and bytes.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Protocol

from sqlalchemy import Connection


class Reading(Protocol):
    """What both have: a statement with its values by name (or none), and its cursor."""

    def execute(self, sql: str, values: Any = ..., /) -> Any:
        """Run a statement; the cursor has ``description``, ``fetchone``, ``fetchmany``, ``fetchall`` and iterates."""

    def executemany(self, sql: str, values: Any, /) -> Any:
        """Run a statement once for each of the values."""


def written(connection: Reading, sql: str) -> str:
    """A statement of ours as free SQL is written for the database that the connection is to."""
    if isinstance(connection, sqlite3.Connection):
        return sql
    from pipelines.store.postgres.spelling import spelled

    return spelled(sql)


def driver(conn: Connection) -> Reading:
    """The driver's connection below one of SQLAlchemy's."""
    connection: Any = conn.connection.driver_connection
    if isinstance(connection, sqlite3.Connection):
        return connection
    from pipelines.store.postgres.reading import Shared

    if not conn.in_transaction():
        conn.begin()
    return Shared(connection)
