"""The archive of raw pages in a shared store: a table ``page_body(hash, zstd, size)`` beside the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine

from pipelines.archive import Packed, PageArchive
from pipelines.store.dialect import run
from pipelines.store.engine import explained, label
from pipelines.store.patience import patiently

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS page_body "
    '(hash text COLLATE "C" PRIMARY KEY, zstd bytea NOT NULL, size bigint NOT NULL)',
    "ALTER TABLE page_body ALTER zstd SET STORAGE EXTERNAL",
)
"""Bodies are compressed already: the server need not try again."""


def create(conn: Connection) -> None:
    """Make the table, where it is not there."""
    for statement in SCHEMA:
        run(conn, statement)


class TableArchive(PageArchive):
    """An archive in a table. What it writes is committed at once: before the rows that name it."""

    def __init__(self, engine: Engine, url: URL) -> None:
        super().__init__()
        self.label = label(url)
        self._url = url
        self._engine = engine

    def _has(self, key: str) -> bool:
        return False  # asked once for all that is held, when it is written

    def _find(self, key: str) -> bytes | None:
        found: bytes | None = self._one("SELECT zstd FROM page_body WHERE hash = ?", key)
        return found

    def _write(self, rows: Sequence[Packed]) -> None:
        with self._connected() as conn, conn.begin():
            known = {key for (key,) in run(conn, _KNOWN, ([key for key, *_ in rows],))}
            new = sorted(row for row in rows if row[0] not in known)
            if new:
                run(conn, _INSERT, new)  # in one order, so that two writers do not wait for each other for ever

    def _count(self) -> int:
        with self._connected() as conn:
            return int(run(conn, "SELECT count(*) FROM page_body").scalar_one())

    def _close(self) -> None:
        """The store closes its engine."""

    def _one(self, sql: str, key: str) -> Any:
        """The first value; a server that is being restarted is waited for."""

        def ask() -> Any:
            with self._connected() as conn:
                return run(conn, sql, (key,)).scalar()

        return patiently(ask)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with explained(self._url), self._engine.connect() as conn:
            yield conn


_KNOWN = "SELECT hash FROM page_body WHERE hash = ANY(?)"
_INSERT = "INSERT INTO page_body (hash, zstd, size) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING"
