"""The store as Datasette opens it: read-only, over the live file, with bounds on memory."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from datasette.database import Database

from pipelines.errors import UsageError
from pipelines.sqlite import connect

CACHE_KIB = 8_192
"""Of each connection; a few threads have one each."""
LONGEST_VALUE = 32_000_000
"""Bytes: a query must not make a text as large as the machine's memory."""


class ReadOnly(Database):  # type: ignore[misc]  # Datasette comes without types
    """A store's file. Nothing can be written through it."""

    def __init__(self, datasette: Any, path: Path) -> None:
        super().__init__(datasette, path=str(path), is_mutable=True)

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
