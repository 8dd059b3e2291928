"""A pool of processes that lasts: where Pebble's breaks, another takes its place and its work.

Pebble replaces a worker that dies at work. One that dies idle, or with the lock of their channel, breaks the pool for
good, and what it had not begun yet is never answered (its issues 70 and 163). A system short of memory kills idle
workers as well, and a crawl runs for months.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pebble import CONSTS, ProcessPool

log = logging.getLogger(__name__)

TRIES = 10
"""Pools that a piece of work may see break before it is given up,"""
IN_A_ROW = 3
"""and pools that may break, one after the other, with nothing done."""
LOCK_SECONDS = 20.0
"""For how long workers wait for the channel's lock, which one may have died with. A page takes milliseconds."""
LOOK_SECONDS = 1.0
"""Between two looks whether the pool has broken before it knew of the work: then it tells nobody."""

CONSTS.channel_lock_timeout = LOCK_SECONDS  # here and, since they load this, in the workers


@dataclass(slots=True, eq=False)
class _Work:
    function: Callable[..., Any]
    args: tuple[Any, ...]
    timeout: float | None
    answer: Future[Any] = field(default_factory=Future)
    tries: int = 0


class LastingPool:
    """``make`` makes a pool that has not begun; it is called again for each that broke."""

    def __init__(self, make: Callable[[], ProcessPool]) -> None:
        self._make = make
        self._pool = make()
        self._lock = threading.RLock()
        self._under_way: dict[_Work, None] = {}
        """In the order it came."""
        self._broke = 0
        """Pools since something was done."""
        self._closed = threading.Event()
        threading.Thread(target=self._look_after, name="newsmint-pool", daemon=True).start()

    def schedule(
        self, function: Callable[..., Any], args: tuple[Any, ...], timeout: float | None = None
    ) -> Future[Any]:
        """Call the function in a process. The future raises what it raises, and what Pebble raises of its worker.

        BrokenProcessPool where the workers died again and again, or the pool is closed.
        """
        work = _Work(function, args, timeout)
        with self._lock:
            self._under_way[work] = None
            self._begin(work)
        return work.answer

    def close(self) -> None:
        """Kill the workers; work under way is given up."""
        with self._lock:
            self._closed.set()
        _end(self._pool)

    @property
    def worker_ids(self) -> list[int]:
        """Process numbers of the running workers."""
        workers = self._pool._pool_manager.worker_manager.workers.values()
        return [worker.pid for worker in workers if worker.pid]

    def _begin(self, work: _Work) -> None:
        pool = self._pool
        try:
            scheduled = pool.schedule(work.function, args=work.args, timeout=work.timeout)
        except RuntimeError as error:  # it broke while it had nothing to do, or is closed
            if not self._replace(pool):
                self._give_up(work, str(error))
        else:
            scheduled.add_done_callback(partial(self._settle, pool, work))

    def _settle(self, pool: ProcessPool, work: _Work, scheduled: Future[Any]) -> None:
        error = scheduled.exception()
        if isinstance(error, BrokenProcessPool) and self._replace(pool):
            return
        with self._lock:
            self._broke = 0
            if work not in self._under_way:  # another pool was faster
                return
            del self._under_way[work]
        if error is not None:
            work.answer.set_exception(error)
        else:
            work.answer.set_result(scheduled.result())

    def _look_after(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            with self._lock:
                if self._under_way and not self._pool.active:
                    self._replace(self._pool)

    def _replace(self, broken: ProcessPool) -> bool:
        """Have another pool do all that is under way, unless one does already; False where this one is closed."""
        with self._lock:
            if self._closed.is_set():
                return False
            if self._pool is broken:
                log.warning("the extraction's workers broke down; others take their place")
                threading.Thread(target=_end, args=(broken,), daemon=True).start()  # it waits for the thread we are in
                self._broke += 1
                self._pool = self._make()
                self._begin_all()
            return True

    def _begin_all(self) -> None:
        pool = self._pool
        for work in list(self._under_way):
            if self._pool is not pool:  # it broke at once, and the next one has them all
                return
            work.tries += 1
            if self._broke > IN_A_ROW or work.tries > TRIES:
                self._give_up(work, "the workers died again and again")
            else:
                self._begin(work)

    def _give_up(self, work: _Work, why: str) -> None:
        del self._under_way[work]
        work.answer.set_exception(BrokenProcessPool(why))


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()
