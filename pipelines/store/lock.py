"""One crawl at a time on a database: a lock that the kernel drops with its process, however that ends."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import StoreBusy
from pipelines.sqlite import explained
from pipelines.store.times import now, utc_text


@contextmanager
def crawl_lock(database: Path, command: str = "newsmint crawl") -> Iterator[None]:
    """Hold the crawl lock of a database for the block: ``news.sqlite3.lock`` says who and since when.

    Raises StoreBusy, with both, where another process holds it.
    """
    path = database.with_name(f"{database.name}.lock")
    with explained(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if not _taken(descriptor):
            raise StoreBusy(f"{database}: {_holder(path)}; wait for it, or use another --db")
        with explained(path):
            _write(descriptor, {"pid": os.getpid(), "command": command, "since": utc_text(now())})
        yield
        _write(descriptor, None)
    finally:
        os.close(descriptor)


def crawl_holder(database: Path) -> str | None:
    """Who crawls into the database just now, as a phrase; None when nobody does."""
    path = database.with_name(f"{database.name}.lock")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(path)
    finally:
        os.close(descriptor)
    return None


def _taken(descriptor: int) -> bool:
    """Whether we got the lock; tried a little longer, since ``crawl_holder`` borrows it for a moment."""
    for pause in (0.05, 0.2, 0.0):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(pause)
    return False


def _write(descriptor: int, note: dict[str, object] | None) -> None:
    os.ftruncate(descriptor, 0)
    if note is not None:
        os.pwrite(descriptor, json.dumps(note).encode(), 0)


def _holder(path: Path) -> str:
    try:
        note = json.loads(path.read_text())
        return f"`{note['command']}` (process {note['pid']}) has been crawling into it since {note['since']}"
    except (OSError, ValueError, LookupError, TypeError):
        return "another crawl into it is running"
