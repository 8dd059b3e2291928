"""A worker: takes visits, runs each as a crawl of its own, notes how it ended, and says so in a line."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from crawler.fleet import nursery
from crawler.fleet.findings import record_failure
from crawler.fleet.schedule import Schedule
from crawler.fleet.seam import Engine, Visit, VisitFailed, Work
from crawler.fleet.visit import Crawl, Outcome, known, run
from crawler.health import check_health
from pipelines.errors import NewsmintError, StoreAway
from pipelines.store.database import Store

log = logging.getLogger(__name__)

T = TypeVar("T")

_PAUSES = (0.1, 0.5, 2.0)

GRACE_SECONDS = 9.0
"""What a stop takes at most; the visits' own end comes before."""


@dataclass(frozen=True, slots=True)
class Worker:
    """``tell`` is given a line a visit. One call of ``run`` a process: it answers to SIGTERM and SIGINT."""

    store: Store
    engine: Engine
    schedule: Schedule
    crawl: Crawl
    tell: Callable[[str], None]

    async def run(self, queues: Sequence[str], concurrency: int) -> bool:
        """Work until stopped by a signal. Returns whether all that was under way has gone back into the queue."""
        if self.crawl.forks:
            nursery.begin(self.crawl.environment)
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        visit = partial(self._visit, stop)
        work = Work(visit, _due_by(self.schedule), self.tell, partial(self._judge, stop))
        engine = asyncio.ensure_future(self.engine.run(work, queues, concurrency, stop))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait((engine, stopping), return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            await asyncio.wait((engine,), timeout=GRACE_SECONDS)
        stopping.cancel()
        if engine.done():
            engine.result()
            return True
        engine.cancel()
        return False

    async def _visit(self, stop: asyncio.Event, visit: Visit) -> None:
        began = time.monotonic()
        await self._note(partial(self.schedule.begin, visit.source))
        log.info("%s: visit begins", visit.source)
        try:
            outcome = await run(self.crawl, visit.source, stop)
        except VisitFailed as failure:
            self.tell(f"{visit.source}: {_said(failure)} ({_spoken(began)})")
            if failure.wait != 0:
                await self._note(partial(self.schedule.end, visit.source, str(failure), failed=True))
                await self._note(partial(record_failure, self.store, visit, str(failure), time.monotonic() - began))
            raise
        self.tell(f"{visit.source}: {outcome} ({_spoken(began)})")
        await self._note(partial(self._end, visit.source, outcome))

    async def _judge(self, stop: asyncio.Event) -> None:
        """The sources' health, on a thread that a stop does not wait for: with very many it takes minutes."""
        done: Future[None] = Future()
        threading.Thread(target=self._look_at_health, args=(done,), name="newsmint-health", daemon=True).start()
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait((asyncio.wrap_future(done), stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()

    def _look_at_health(self, done: Future[None]) -> None:
        try:
            check_health(self.store, known(self.crawl))
        except NewsmintError as error:
            log.warning("health could not be judged: %s", error)
        finally:
            done.set_result(None)

    def _end(self, source: str, outcome: Outcome) -> None:
        self.schedule.end(source, str(outcome), failed=not outcome.reached)

    async def _note(self, write: Callable[[], object]) -> None:
        """What the schedule knows of a visit is worth a few tries, not the visit."""
        try:
            await _tried(write)
        except NewsmintError as error:
            log.warning("what became of a visit could not be written down: %s", error)


def _due_by(schedule: Schedule) -> Callable[[Collection[str]], Awaitable[Sequence[Visit]]]:
    async def due(out: Collection[str]) -> Sequence[Visit]:
        return await _tried(partial(schedule.due, out))

    return due


async def _tried(call: Callable[[], T]) -> T:
    """What the call returns, on a thread; tried again where a connection was lost. Raises StoreAway."""
    for pause in _PAUSES:
        try:
            return await asyncio.to_thread(call)
        except StoreAway:
            await asyncio.sleep(pause)
    return await asyncio.to_thread(call)


def _said(failure: VisitFailed) -> str:
    return f"{failure}" if failure.wait is None or failure.wait == 0 else f"{failure}; tried again later"


def _spoken(began: float) -> str:
    return f"{time.monotonic() - began:.0f} s"
