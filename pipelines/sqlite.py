"""SQLite as we use it: one writer, many readers, a process that may be killed at any time, errors a person can read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import BadInput, CannotWrite, NewsmintError, StoreBusy

BUSY_SECONDS = 5.0
"""How long to wait for another writer before giving up."""

CACHE_MB = 64
"""Megabytes of its file's pages that a connection keeps at hand, at most."""

WAL_PAGES = 8_000
"""Pages of 4 kB in the write-ahead log before they are copied into the database: one that was written often is copied
once. With SQLite's 1,000 a crawl into a store of 100,000 articles took 5 % more CPU in its own process."""

_KNOWN: tuple[tuple[tuple[str, ...], type[NewsmintError], str], ...] = (
    (("is locked",), StoreBusy, "another process is writing to this database; try again when it is done"),
    (("is full", "disk i/o"), CannotWrite, "cannot write; free some space, all that was stored before is safe"),
    (("readonly",), CannotWrite, "the file or its folder is read-only; change its permissions or choose another --db"),
    (("not a database",), BadInput, "not a Newsmint database; choose another --db"),
    (("malformed", "file format", "could not decode"), BadInput, "the database is damaged; restore it from a copy"),
    (("unable to open",), CannotWrite, "cannot be opened; is it a file in a folder that you may read and write?"),
)


def connect(
    path: str | Path, *, readonly: bool = False, foreign_keys: bool = True, cache_mb: int = CACHE_MB
) -> sqlite3.Connection:
    """A connection of the standard library's, with our settings and without transactions of its own making."""
    file = Path(path).absolute()
    mode = "rwc" if not readonly else "ro&immutable=1" if _is_frozen(file) else "ro"
    connection = sqlite3.connect(
        f"{file.as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    pragmas = [f"foreign_keys = {'ON' if foreign_keys else 'OFF'}", f"cache_size = -{cache_mb * 1024}"]
    pragmas += ["temp_store = MEMORY"]
    if not readonly:
        pragmas += ["journal_mode = WAL", "synchronous = NORMAL", "journal_size_limit = 67108864"]
        pragmas += [f"wal_autocheckpoint = {WAL_PAGES}"]
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Within it, expected trouble with the database at ``path`` is a NewsmintError of one line."""
    try:
        yield
    except NewsmintError:
        raise
    except Exception as error:
        known = explanation(getattr(error, "orig", error), path)
        if known is None:
            raise
        raise known from error


def explanation(error: object, path: Path) -> NewsmintError | None:
    """The error to show a person; None where it is a fault of ours, which keeps its traceback."""
    if isinstance(error, OSError):
        return CannotWrite(f"{path}: {error.strerror or error}")
    if not isinstance(error, sqlite3.Error):
        return None
    said = str(error).lower()[:100]
    for words, kind, advice in _KNOWN:
        if any(each in said for each in words):
            return kind(f"{path}: {advice} ({said})")
    return None


def _is_frozen(path: Path) -> bool:
    """A reader of a write-ahead log must create files beside it; in a read-only folder SQLite needs to be told."""
    return not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists()
