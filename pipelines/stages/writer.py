"""Group commit: what a crawl has to write goes to one thread, and many works share a transaction.

One transaction a page costs five to seven times as much as one for fifty, and a second writer would only wait for
the first. A work is a function of the transaction's ``Connection``; its future resolves once it is committed.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from pipelines.errors import CannotWrite, StoreAway, StoreBusy
from pipelines.store.database import Store
from pipelines.store.dialect import run
from pipelines.store.memo import forget
from pipelines.store.patience import patiently
from pipelines.store.postgres.pipeline import together

T = TypeVar("T")

BATCH_SIZE = 50
"""Works in a transaction, at most."""
BATCH_SECONDS = 0.5
"""How long a work waits for company."""
BUSY_TRIES = 6
"""Of five seconds each, while another process writes."""


class NothingWritten(Exception):
    """What a work raises before it has written anything: there is nothing to undo."""


@dataclass(slots=True)
class _Job:
    work: Callable[[Connection], Any]
    urgent: bool
    answer: Future[Any] = field(default_factory=Future)
    result: Any = None
    error: BaseException | None = None


class Writer:
    """Runs works on a thread of its own, in the order they came, many to a transaction.

    ``on_failure`` is called, on that thread, when a transaction could not be committed: disk full, database gone.
    ``before`` is called there before each transaction: it raises StoreBusy where this run may not write any more.
    """

    def __init__(
        self,
        store: Store,
        on_failure: Callable[[BaseException], None] = lambda error: None,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._before = before
        self._on_failure = on_failure
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closing = False
        self._began: float | None = None
        self._thread = threading.Thread(target=self._run, name="newsmint-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Connection], T], *, urgent: bool = False) -> Future[T]:
        """Have ``work`` run and committed; ``urgent`` does not wait for company. An error in it undoes it alone."""
        job = _Job(work, urgent)
        self._jobs.put(job)
        return job.answer

    @property
    def seconds(self) -> float:
        """For how long the transaction under way has been tried; 0 where none is."""
        began = self._began
        return 0.0 if began is None else time.monotonic() - began

    def close(self) -> None:
        """Commit what is waiting and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while not self._closing:
            batch = self._gather()
            if batch:
                self._write(batch)

    def _gather(self) -> list[_Job]:
        batch: list[_Job] = []
        deadline: float | None = None
        while len(batch) < BATCH_SIZE:
            try:
                job = self._jobs.get(timeout=None if deadline is None else max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            if job is None:
                self._closing = True
                break
            batch.append(job)
            deadline = deadline or time.monotonic() + BATCH_SECONDS
            if job.urgent:
                deadline = 0.0  # take what is there already, wait for nothing more
        return batch

    def _write(self, batch: list[_Job]) -> None:
        self._began = time.monotonic()
        try:
            self._commit(batch)
        except Exception as error:
            for job in batch:
                job.answer.set_exception(error)
            self._on_failure(error)
            return
        finally:
            self._began = None
        for job in batch:
            if job.error is None:
                job.answer.set_result(job.result)
            else:
                job.answer.set_exception(job.error)

    def _commit(self, batch: list[_Job]) -> None:
        for attempt in range(1, BUSY_TRIES + 1):
            try:
                patiently(partial(self._try, batch))
            except StoreAway:
                raise
            except StoreBusy:
                if attempt == BUSY_TRIES:
                    raise
            else:
                return

    def _try(self, batch: list[_Job]) -> None:
        """Most batches have no work that fails: a savepoint for each is only made where one did."""
        self._before()
        try:
            self._write_all(batch)
        except _trouble(self._store):
            raise
        except Exception:
            self._write_all(batch, apart=True)

    def _write_all(self, batch: list[_Job], *, apart: bool = False) -> None:
        with self._store.begin() as conn:
            with nullcontext() if apart else together(conn):
                for job in batch:
                    (_attempt_apart if apart else _attempt)(conn, job)
            self._store.archive.flush()  # a page row never stands without its body


def _attempt(conn: Connection, job: _Job) -> None:
    """Run one work. What it raises undoes the whole batch, unless it says that there is nothing to undo."""
    job.error = None
    try:
        job.result = job.work(conn)
    except NothingWritten as error:
        job.error = error


def _attempt_apart(conn: Connection, job: _Job) -> None:
    """Run one work in a savepoint: its failure is its own, unless the database itself is in trouble."""
    job.error = None
    run(conn, "SAVEPOINT work")
    try:
        job.result = job.work(conn)
    except _trouble(conn):
        raise
    except Exception as error:
        job.error = error
        run(conn, "ROLLBACK TO SAVEPOINT work")
        forget(conn)
    run(conn, "RELEASE SAVEPOINT work")


def _trouble(of: Store | Connection) -> tuple[type[Exception], ...]:
    """What says that the database itself is in trouble."""
    dialect = of.engine.dialect
    driver = dialect.loaded_dbapi
    own = driver.OperationalError, driver.InterfaceError
    return OperationalError, InterfaceError, CannotWrite, StoreBusy, *own
