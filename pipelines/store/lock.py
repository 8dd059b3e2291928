"""Who may crawl into a store: one at a time into a file, one at a time for each source of a shared store.

The kernel drops a file's lock with its process, the server a shared store's with the connection, however they end.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from pipelines.errors import StoreBusy
from pipelines.sqlite import explained
from pipelines.store.advisory import Locks, live_owners
from pipelines.store.engine import Location
from pipelines.store.process import is_alive
from pipelines.store.times import now, utc_text


class Held(Protocol):
    """A crawl lock while it is held."""

    def check(self) -> None:
        """See that it is held still. Raises StoreBusy where it was lost and another has it, StoreAway while the
        server of a shared store does not answer."""


@contextmanager
def crawl_lock(
    location: Location, command: str = "newsmint crawl", names: Collection[str] | None = None
) -> Iterator[Held]:
    """Hold the crawl lock of a store for the block; of a shared one only what ``names`` says (``source_locks``).

    A file has one crawl at a time: ``news.sqlite3.lock`` says who and since when. So has a shared store where no
    ``names`` are given. Raises StoreBusy, with both, where another process holds it.
    """
    if isinstance(location, Path):
        with _file_lock(location, command) as held:
            yield held
        return
    with closing(Locks(location, command, names)) as locks:
        yield locks


def source_locks(sources: Iterable[tuple[str, str | None]]) -> list[str]:
    """The locks of a crawl of these (key, domain): one a source, and one a site, which two sources may share."""
    return sorted({name for key, domain in sources for name in (f"source {key}", f"site {domain or key}")})


def live(conn: Connection, owners: Iterable[str]) -> set[str]:
    """Those of the processes, by the names that ``process.me`` gave them, that are at work still.

    For a file, whether they run; one of another host is taken to. For a shared store, whether they are connected.
    """
    if conn.dialect.name == "sqlite":
        return {each for each in owners if is_alive(each)}
    return live_owners(conn, owners)


class _File:
    """The kernel keeps it as long as the process lives."""

    def check(self) -> None: ...


@contextmanager
def _file_lock(database: Path, command: str) -> Iterator[Held]:
    path = database.with_name(f"{database.name}.lock")
    with explained(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if not _taken(descriptor):
            raise StoreBusy(f"{database}: {_holder(path)}; wait for it, or use another --db")
        with explained(path):
            _write(descriptor, {"pid": os.getpid(), "command": command, "since": utc_text(now())})
        yield _File()
        _write(descriptor, None)
    finally:
        os.close(descriptor)


def crawl_holder(database: Path) -> str | None:
    """Who crawls into the database's file just now, as a phrase; None when nobody does."""
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
