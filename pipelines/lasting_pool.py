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
from itertools import count
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


@dataclass(slots=True)
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
        self._numbers = count()
        self._under_way: dict[int, _Work] = {}
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
            number = next(self._numbers)
            self._under_way[number] = work
            self._begin(number, work)
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

    def _begin(self, number: int, work: _Work) -> None:
        pool = self._pool
        try:
            scheduled = pool.schedule(work.function, args=work.args, timeout=work.timeout)
        except RuntimeError as error:  # it broke while it had nothing to do, or is closed
            if not self._replace(pool):
                self._give_up(number, str(error))
        else:
            scheduled.add_done_callback(partial(self._settle, pool, number))

    def _settle(self, pool: ProcessPool, number: int, scheduled: Future[Any]) -> None:
        error = None if scheduled.cancelled() else scheduled.exception()
        if isinstance(error, BrokenProcessPool) and self._replace(pool):
            return
        with self._lock:
            work = self._under_way.pop(number, None)
            self._broke = 0
        if work is None:  # another pool was faster
            return
        if scheduled.cancelled():
            work.answer.cancel()
        elif error is not None:
            work.answer.set_exception(error)
        else:
            work.answer.set_result(scheduled.result())

    def _look_after(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            pool = self._pool
            if self._under_way and not pool.active:
                self._replace(pool)

    def _replace(self, broken: ProcessPool) -> bool:
        """Have another pool do all that is under way; False where this one is closed."""
        with self._lock:
            if self._closed.is_set() or self._pool is not broken:
                return not self._closed.is_set()
            log.warning("the extraction's workers broke down; others take their place")
            threading.Thread(target=_end, args=(broken,), daemon=True).start()  # it waits for the thread we are in
            fresh = self._pool = self._make()
            self._broke += 1
            for number, work in list(self._under_way.items()):
                if self._pool is not fresh:  # it broke at once, and the next one has them all
                    break
                work.tries += 1
                if self._broke > IN_A_ROW or work.tries > TRIES:
                    self._give_up(number, "the workers died again and again")
                else:
                    self._begin(number, work)
            return True

    def _give_up(self, number: int, why: str) -> None:
        self._under_way.pop(number).answer.set_exception(BrokenProcessPool(why))


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()
