"""PageArchive: the raw bodies of pages, compressed, by content hash, apart from what analysts read.

``FileArchive`` is one SQLite file with one table ``body(hash, zstd, size)``; a shared store has its like as a table
(``pipelines.store.bodies``). Written before the rows that name its hashes, an archive can hold a body that no row
names, never the other way round: call ``flush`` before the store's commit.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

import zstandard

from pipelines.errors import BadInput, MissingInput
from pipelines.sqlite import connect, explained

LEVEL = 3
"""zstd's: 20 % of a page's size at 0.4 ms; level 6 saves a fourteenth of that for three times the time."""

CACHE_MB = 8
"""For its index: bodies are written once, and seldom read."""

BUFFER_BYTES = 4 * 1024 * 1024
"""Compressed bytes held back before they are written without being asked to."""

_SCHEMA = "CREATE TABLE IF NOT EXISTS body (hash TEXT PRIMARY KEY NOT NULL, zstd BLOB NOT NULL, size INTEGER NOT NULL)"


Packed = tuple[str, bytes, int]
"""Key, compressed body, and the body's size in bytes."""


class PageArchive(ABC):
    """Bodies by their SHA-256. Safe to share between threads; ``put`` is idempotent."""

    label: str
    """Where it is, for people."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._held: dict[str, tuple[bytes, int]] = {}
        self._held_bytes = 0
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
        self._decompressor = zstandard.ZstdDecompressor()

    def put(self, body: bytes) -> str:
        """Keep a body; return its key, the SHA-256 in hexadecimal."""
        key = hashlib.sha256(body).hexdigest()
        with self._lock:
            if key in self._held or self._has(key):
                return key
            packed = self._compressor.compress(body)
            self._held[key] = packed, len(body)
            self._held_bytes += len(packed)
            if self._held_bytes >= BUFFER_BYTES:
                self.flush()
        return key

    def get(self, key: str) -> bytes:
        """The body of a key. Raises MissingInput where there is none, BadInput where the archive is damaged."""
        with self._lock:
            packed = self._held[key][0] if key in self._held else self._find(key)
            if packed is None:
                raise MissingInput(f"{self.label}: no page body {key[:16]}…; was the archive moved or cut short?")
            try:
                body = self._decompressor.decompress(packed)
            except zstandard.ZstdError as error:
                raise BadInput(f"{self.label}: page body {key[:16]}… is damaged ({error})") from error
        if hashlib.sha256(body).hexdigest() != key:
            raise BadInput(f"{self.label}: page body {key[:16]}… is damaged (its hash differs)")
        return body

    def flush(self) -> None:
        """Write what is held back, in one transaction. What could not be written stays held."""
        with self._lock:
            if not self._held:
                return
            self._write([(key, packed, size) for key, (packed, size) in self._held.items()])
            self._held.clear()
            self._held_bytes = 0

    def close(self) -> None:
        """Flush and close it."""
        with self._lock:
            try:
                self.flush()
            finally:
                self._close()

    def __len__(self) -> int:
        """How many bodies are written or held."""
        with self._lock:
            return self._count() + len(self._held)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def _has(self, key: str) -> bool:
        """Whether a body is written."""

    @abstractmethod
    def _find(self, key: str) -> bytes | None:
        """A written body, compressed."""

    @abstractmethod
    def _write(self, rows: Sequence[Packed]) -> None:
        """Write bodies in one transaction; those that are there already stay."""

    @abstractmethod
    def _count(self) -> int: ...

    @abstractmethod
    def _close(self) -> None: ...


class FileArchive(PageArchive):
    """An archive in a file of SQLite's."""

    def __init__(self, path: str | Path, *, readonly: bool = False) -> None:
        super().__init__()
        self.path = Path(path)
        self.label = str(path)
        if readonly and not self.path.exists():
            raise MissingInput(f"{self.path}: the archive of raw pages is not there; it belongs beside the database")
        with explained(self.path):
            self._connection = connect(self.path, readonly=readonly, cache_mb=CACHE_MB)
            if not readonly:
                self._connection.execute(_SCHEMA)

    def _has(self, key: str) -> bool:
        with explained(self.path):
            return self._connection.execute("SELECT 1 FROM body WHERE hash = ?", (key,)).fetchone() is not None

    def _find(self, key: str) -> bytes | None:
        with explained(self.path):
            row = self._connection.execute("SELECT zstd FROM body WHERE hash = ?", (key,)).fetchone()
        return row[0] if row else None

    def _write(self, rows: Sequence[Packed]) -> None:
        with self._transaction():
            self._connection.executemany("INSERT OR IGNORE INTO body (hash, zstd, size) VALUES (?, ?, ?)", rows)

    def _count(self) -> int:
        with explained(self.path):
            (written,) = self._connection.execute("SELECT count(*) FROM body").fetchone()
        return int(written)

    def _close(self) -> None:
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
