"""A worker process and the hand on it: one task at a time, a limit of time for each page, another process for one
that died.

Plain ``subprocess`` and a pair of sockets, because workers of a cluster may have no children of ``multiprocessing``.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Collection, Generator, Iterator
from concurrent.futures import Future, wait
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from weakref import WeakSet

from pipelines.bulk.values import Job, Task
from pipelines.errors import NewsmintError
from pipelines.pool import ONE_THREAD, PATIENCE

START_LIMIT = 120.0
"""Seconds in which a worker must have loaded."""
SILENCE = 300.0
"""Seconds without a word between pages: a worker passes on what it passes over every second, when it reads at all."""
UNREADABLE = "input_unreadable"
"""What a file is that ends, or never began, for a reason of its own."""
TRIES = 2
"""Times that the page in hand may be there when a worker dies: once may be the machine's doing."""


class WorkerLost(NewsmintError):
    """A worker cannot be started, or died again and again where no page is to blame."""


_ROOT = str(Path(__file__).parents[2])
_BEGIN = """
import sys
root = sys.argv.pop(1)
if root not in sys.path:
    sys.path.insert(0, root)
from pipelines.bulk.worker import main
main()
"""
"""This very code, wherever the call came from: a folder of somebody's may hold another ``pipelines``."""

_all: WeakSet[Extractor] = WeakSet()
_stopping = threading.Event()


def close_all(busy: Collection[Future[Any]] = ()) -> None:
    """End every worker of this process; the tasks that are ``busy`` end with WorkerLost first."""
    _stopping.set()
    while busy:
        for each in list(_all):
            each.kill()
        busy = wait(busy, timeout=0.1).not_done
    for each in list(_all):
        each.close()
    _stopping.clear()


def close_idle() -> None:
    """End the workers of this process that have nothing to do; those of another run go on."""
    for each in list(_all):
        if not each.is_busy:
            each.close()


def worker_ids() -> list[int]:
    """Process numbers of the running workers of this process."""
    return [each.process_id for each in list(_all) if each.process_id]


class Extractor:
    """A worker process, started when it is needed. Not for several threads at a time."""

    def __init__(self) -> None:
        _all.add(self)
        self._process: subprocess.Popen[bytes] | None = None
        self._conn: Connection | None = None
        self._memory_limit = 0
        self._before = 0.0
        self.is_busy = False
        self.cpu = 0.0
        """Seconds that workers took for the task that is done."""
        self.peak = 0

    @property
    def process_id(self) -> int | None:
        """Of the running worker."""
        return self._process.pid if self._process else None

    def run(self, task: Task, job: Job) -> Generator[tuple[Any, ...], None, None]:
        """What becomes of the records of a task, in order: messages of ``pipelines.bulk.worker``.

        Those on a page that kills or hangs its worker are ``failed``. Raises WorkerLost. Close it where you leave it
        before its end.
        """
        self.is_busy, self.cpu = True, 0.0
        try:
            yield from self._followed(_Following(job.time_limit), task, job)
        except BaseException:
            self.close()  # else the next task would be told of the rest of this one
            raise
        finally:
            self.is_busy = False

    def _followed(self, following: _Following, task: Task, job: Job) -> Iterator[tuple[Any, ...]]:
        while True:
            conn = self._at_hand(job)
            try:
                conn.send((task, job, following.skip))
                yield from self._messages(conn, following, task)
            except (EOFError, OSError, TimeoutError) as error:
                self.close()
                yield from following.blame(isinstance(error, TimeoutError))
                continue
            return

    def _messages(self, conn: Connection, following: _Following, task: Task) -> Iterator[tuple[Any, ...]]:
        while True:
            if not conn.poll(following.patience):
                raise TimeoutError
            message = conn.recv()
            if message[0] == "end":
                _, trouble, cpu, self.peak = message
                self.cpu += cpu - self._before
                self._before = cpu
                if trouble:
                    yield ("failed", None, Path(task.path).name, None, UNREADABLE, trouble)
                return
            following.note(message)
            if message[0] != "page":
                yield message

    def _at_hand(self, job: Job) -> Connection:
        if _stopping.is_set():
            raise WorkerLost("stopped")
        if self._conn is None or self._memory_limit != job.memory_limit:
            self.close()
            self._start(job.memory_limit)
        assert self._conn is not None
        return self._conn

    def _start(self, memory_limit: int) -> None:
        ours, theirs = socket.socketpair()
        environment = {**ONE_THREAD, **os.environ}
        command = [sys.executable, "-P", "-c", _BEGIN, _ROOT, str(theirs.fileno()), str(memory_limit)]
        with theirs:
            # A group of its own: Ctrl-C is for the run, which then ends its workers.
            self._process = subprocess.Popen(  # noqa: S603
                command, pass_fds=[theirs.fileno()], env=environment, process_group=0
            )
        self._conn, self._memory_limit, self._before = Connection(ours.detach()), memory_limit, 0.0
        try:
            if self._conn.poll(START_LIMIT) and self._conn.recv()[0] == "ready":
                return
        except (EOFError, OSError):
            pass
        self.close()
        raise WorkerLost("a worker does not start; what it said of that stands above")

    def kill(self) -> None:
        """Have the worker die; from any thread."""
        process = self._process
        if process is not None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the worker, and wait for that."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.cpu += max(used.ru_utime + used.ru_stime - self._before, 0.0)
        if self._conn is not None:
            self._conn.close()
        self._conn = None

    def __enter__(self) -> Extractor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Following:
    """Where a worker is in its task, and what it may take for the page in hand."""

    def __init__(self, time_limit: float) -> None:
        self._limit = time_limit
        self.skip = 0
        self._page: tuple[Any, ...] | None = None
        self._deaths = 0
        self._hung: Counter[str] = Counter()

    @property
    def patience(self) -> float:
        """Seconds of silence to bear."""
        return self._limit_of(self._page[4] or "") if self._page else SILENCE

    def note(self, message: tuple[Any, ...]) -> None:
        kind, ordinal = message[:2]
        if kind == "page":
            self._deaths = self._deaths if self._page and self._page[1] == ordinal else 0
            self._page = message
            self.skip = ordinal
        else:
            self._page = None
            self.skip = max(self.skip, ordinal if kind == "passed" else ordinal + 1)

    def blame(self, was_silent: bool) -> Iterator[tuple[Any, ...]]:
        """What a worker's death means: go on with the page in hand, or after it."""
        self._deaths += 1
        if self._page is None:
            if was_silent or self._deaths > TRIES:
                raise WorkerLost("a worker hung or died again and again while it read records")
            return
        _, ordinal, label, url, source = self._page
        if was_silent:
            detail = f"took more than {self._limit_of(source or ''):g} s"
            self._hung[source or ""] += 1
            yield from self._give_up(("failed", ordinal, label, url, "time_limit", detail))
        elif self._deaths >= TRIES:
            yield from self._give_up(("failed", ordinal, label, url, "crash", "its worker died over it, twice"))

    def _give_up(self, message: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        self._page, self._deaths, self.skip = None, 0, message[1] + 1
        yield message

    def _limit_of(self, source: str) -> float:
        return self._limit if not source or self._hung[source] < PATIENCE else self._limit / 6
