"""The archive of raw pages in a shared store: a table ``page_body(hash, zstd, size)`` beside the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine

from pipelines.archive import Packed, PageArchive
from pipelines.store.dialect import run
from pipelines.store.engine import explained, label

TABLE = "page_body"

SCHEMA = (
    f"CREATE TABLE IF NOT EXISTS {TABLE} "
    '(hash text COLLATE "C" PRIMARY KEY, zstd bytea NOT NULL, size bigint NOT NULL)',
    f"ALTER TABLE {TABLE} ALTER zstd SET STORAGE EXTERNAL",
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
        with self._connected() as conn:
            return run(conn, f"SELECT 1 FROM {TABLE} WHERE hash = ?", (key,)).first() is not None  # noqa: S608

    def _find(self, key: str) -> bytes | None:
        with self._connected() as conn:
            row = run(conn, f"SELECT zstd FROM {TABLE} WHERE hash = ?", (key,)).first()  # noqa: S608
        return row[0] if row else None

    def _write(self, rows: Sequence[Packed]) -> None:
        with self._connected() as conn, conn.begin():
            run(conn, _INSERT, sorted(rows))  # in one order, so that two writers do not wait for each other for ever

    def _count(self) -> int:
        with self._connected() as conn:
            return int(run(conn, f"SELECT count(*) FROM {TABLE}").scalar_one())  # noqa: S608

    def _close(self) -> None:
        """The store closes its engine."""

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with explained(self._url), self._engine.connect() as conn:
            yield conn


_INSERT = f"INSERT INTO {TABLE} (hash, zstd, size) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING"  # noqa: S608
