"""The store as Datasette opens it: read-only, over the live file, with bounds on memory."""

from __future__ import annotations

import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import Any

from datasette.database import Database

from pipelines.errors import UsageError
from pipelines.sqlite import connect

CACHE_KIB = 8_192
"""Of each connection; a few threads have one each."""
LONGEST_COUNT = 3
"""Milliseconds; there are some fifty tables."""
LONGEST_VALUE = 32_000_000
"""Bytes: a query must not make a text as large as the machine's memory."""


class ReadOnly(Database):  # type: ignore[misc]  # Datasette comes without types
    """A store's file. Nothing can be written through it."""

    def __init__(self, datasette: Any, path: Path) -> None:
        super().__init__(datasette, path=str(path), is_mutable=True)

    async def table_counts(self, limit: int = 10) -> dict[str, int | None]:
        """Rows of each table; None for one that takes longer than a few milliseconds to count."""
        counts: dict[str, int | None] = await self.execute_fn(partial(_counts, limit=min(limit, LONGEST_COUNT)))
        return counts

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """A connection of its own for each thread."""
        if write:
            raise UsageError("the desk only reads; `newsmint` commands write")
        connection = connect(str(self.path), readonly=True)
        connection.execute("PRAGMA query_only = ON").close()
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}").close()
        connection.execute("PRAGMA temp_store = FILE").close()
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        self._all_file_connections.append(connection)
        return connection


def _counts(connection: sqlite3.Connection, limit: int) -> dict[str, int | None]:
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: _count(connection, name, limit / 1_000) for name in names}


def _count(connection: sqlite3.Connection, table: str, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > end, 2_000)
    try:
        name = table.replace('"', '""')
        count: int = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        return count
    except sqlite3.OperationalError:
        return None
    finally:
        connection.set_progress_handler(None, 0)
