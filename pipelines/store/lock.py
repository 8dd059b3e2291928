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
from typing import NamedTuple, Protocol

from sqlalchemy import Connection

from pipelines.errors import StoreBusy
from pipelines.sqlite import explained
from pipelines.store.advisory import Locks, live_owners
from pipelines.store.engine import Location
from pipelines.store.process import is_alive
from pipelines.store.sources import SourceRow
from pipelines.store.times import now, utc_text
from pipelines.urls import host


class Held(Protocol):
    """A crawl lock while it is held."""

    def check(self) -> None:
        """See that it is held still. Raises StoreBusy where it was lost and another has it, StoreAway while the
        server of a shared store does not answer."""


class Names(NamedTuple):
    """Locks by name: what a process holds alone, and what it holds together with others while nobody has it alone."""

    alone: Collection[str]
    together: Collection[str] = ()


@contextmanager
def crawl_lock(
    location: Location,
    command: str = "newsmint crawl",
    names: Collection[str] | None = None,
    together: Collection[str] = (),
) -> Iterator[Held]:
    """Hold the crawl lock of a store for the block; of a shared one only what ``names`` says, and ``together`` with
    others (``source_locks``).

    A file has one crawl at a time: ``news.sqlite3.lock`` says who and since when. So has a shared store where no
    ``names`` are given. Raises StoreBusy, with both, where another process holds it.
    """
    if isinstance(location, Path):
        with _file_lock(location, command) as held:
            yield held
        return
    with closing(Locks(location, command, names, together)) as locks:
        yield locks


def source_locks(sources: Iterable[SourceRow]) -> Names:
    """The locks of a crawl of these: one a source, and what keeps two crawls from asking the same host."""
    rows = list(sources)
    hosts = [host_locks(row) for row in rows]
    alone = {f"source {row.key}" for row in rows}.union(*(names.alone for names in hosts))
    return Names(alone, set().union(*(names.together for names in hosts)) - alone)


def host_locks(source: SourceRow) -> Names:
    """A source's hosts, each for itself alone, and what may lie below its domain: articles on subdomains are its own.

    Who asks a host therefore shares what lies below each domain above it, with all but the source of that domain. A
    domain with a path, ``example.com/magazine``, is a part of a site: it has the host, and nothing below it.
    """
    name, _, folder = (source.domain or "").partition("/")
    own = host(f"https://{name}").removeprefix("www.")
    hosts = {*source.hosts, *([own] if own else ())}
    below = {f"below {own}"} if own and not folder else set()
    return Names({f"host {each}" for each in hosts} | below, {f"below {each}" for it in hosts for each in _above(it)})


def _above(name: str) -> list[str]:
    """``example.co.uk`` and ``co.uk`` of ``news.example.co.uk``; of an address made of numbers, nothing."""
    labels = name.split(".")
    return [] if labels[-1].isdigit() else [".".join(labels[first:]) for first in range(1, len(labels) - 1)]


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
