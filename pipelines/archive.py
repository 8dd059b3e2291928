"""PageArchive: the raw bodies of pages, compressed, by content hash, apart from the analysts' database.

One SQLite file with one table ``body(hash, zstd, size)``. Written before the rows that name its hashes, it can hold a
body that no row names, never the other way round: call ``flush`` before the store's commit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
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


class PageArchive:
    """Bodies by their SHA-256. Safe to share between threads; ``put`` is idempotent."""

    def __init__(self, path: str | Path, *, readonly: bool = False) -> None:
        self.path = Path(path)
        if readonly and not self.path.exists():
            raise MissingInput(f"{self.path}: the archive of raw pages is not there; it belongs beside the database")
        self._lock = RLock()
        self._held: dict[str, tuple[bytes, int]] = {}
        self._held_bytes = 0
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
        self._decompressor = zstandard.ZstdDecompressor()
        with explained(self.path):
            self._connection = connect(self.path, readonly=readonly, cache_mb=CACHE_MB)
            if not readonly:
                self._connection.execute(_SCHEMA)

    def put(self, body: bytes) -> str:
        """Keep a body; return its key, the SHA-256 in hexadecimal."""
        key = hashlib.sha256(body).hexdigest()
        with self._lock:
            if key in self._held or self._find(key) is not None:
                return key
            packed = self._compressor.compress(body)
            self._held[key] = packed, len(body)
            self._held_bytes += len(packed)
            if self._held_bytes >= BUFFER_BYTES:
                self.flush()
        return key

    def get(self, key: str) -> bytes:
        """The body of a key. Raises MissingInput where there is none, BadInput where the file is damaged."""
        with self._lock:
            packed = self._held[key][0] if key in self._held else self._find(key)
            if packed is None:
                raise MissingInput(f"{self.path}: no page body {key[:16]}…; was the archive moved or cut short?")
            try:
                body = self._decompressor.decompress(packed)
            except zstandard.ZstdError as error:
                raise BadInput(f"{self.path}: page body {key[:16]}… is damaged ({error})") from error
        if hashlib.sha256(body).hexdigest() != key:
            raise BadInput(f"{self.path}: page body {key[:16]}… is damaged (its hash differs)")
        return body

    def flush(self) -> None:
        """Write what is held back, in one transaction. What could not be written stays held."""
        with self._lock:
            if not self._held:
                return
            rows = [(key, packed, size) for key, (packed, size) in self._held.items()]
            with self._transaction():
                self._connection.executemany("INSERT OR IGNORE INTO body (hash, zstd, size) VALUES (?, ?, ?)", rows)
            self._held.clear()
            self._held_bytes = 0

    def close(self) -> None:
        """Flush and close the file."""
        with self._lock:
            try:
                self.flush()
            finally:
                self._connection.close()

    def __len__(self) -> int:
        """How many bodies are written or held."""
        with self._lock, explained(self.path):
            (written,) = self._connection.execute("SELECT count(*) FROM body").fetchone()
            return int(written) + len(self._held)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _find(self, key: str) -> bytes | None:
        with explained(self.path):
            row = self._connection.execute("SELECT zstd FROM body WHERE hash = ?", (key,)).fetchone()
        return row[0] if row else None

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
