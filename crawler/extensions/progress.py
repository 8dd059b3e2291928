"""What a crawl is doing: a line a source on a terminal, one log line every ten seconds elsewhere."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping

from rich.console import Console
from rich.live import Live
from rich.table import Table
from scrapy import Spider
from scrapy.crawler import Crawler

from crawler.course import Course, Tally
from crawler.extensions.while_open import WhileOpen
from pipelines.errors import NewsmintError
from pipelines.stages.session import session_of
from pipelines.store import frontier

log = logging.getLogger(__name__)

LOG_SECONDS = 10.0
DRAW_SECONDS = 0.5
COUNT_SECONDS = 1.0
"""Between two counts of the queue, and longer where one takes long."""
SHOWN = 20
"""Sources on the screen at one time: the busiest."""
COLUMNS = ("fetched", "new", "updated", "unchanged", "rejected", "failed")
AT_TIMES = ("gone", "recleaned")
"""What most crawls have none of: shown once there is some."""


class Progress(WhileOpen):
    """Extension. ``NEWSMINT_PROGRESS``: ``auto`` (by whether standard error is a terminal), ``lines`` or ``none``."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._style: str = crawler.settings.get("NEWSMINT_PROGRESS", "auto")
        self._course = Course(time.monotonic())
        self._queues: dict[str, int] = {}
        self._limit: int | None = None
        self._live: Live | None = None

    def work(self, spider: Spider) -> Iterator[Coroutine[None, None, None]]:
        if self._style == "none":
            return
        self._limit = getattr(spider, "limit", None)
        on_screen = self._style == "auto" and sys.stderr.isatty()
        yield self._draw() if on_screen else self._log()
        if getattr(spider, "uses_frontier", False):
            yield self._count()

    def _closed(self, spider: Spider) -> None:
        super()._closed(spider)
        if self._live is not None:
            self._live.stop()

    async def _draw(self) -> None:
        self._live = Live(console=Console(stderr=True), transient=True, auto_refresh=False)
        self._live.start()
        while True:
            self._course.note(time.monotonic(), self._tally)
            self._live.update(progress_table(self._tally, self._left, self._course), refresh=True)
            await asyncio.sleep(DRAW_SECONDS)

    async def _log(self) -> None:
        """A line now and then; from a watch, which is idle most of the time, only when something was done."""
        before, watches = 0, getattr(self._crawler.spider, "watch", None) is not None
        while True:
            await asyncio.sleep(LOG_SECONDS)
            done = sum(counts.total() for counts in self._tally.values())
            if watches and done == before:
                continue
            before = done
            self._course.note(time.monotonic(), self._tally)
            fields = {"sources": {source: dict(counts) for source, counts in self._tally.items()}}
            log.info("%s", progress_line(self._tally, self._left, self._course), extra={"fields": fields})

    async def _count(self) -> None:
        await asyncio.sleep(COUNT_SECONDS)  # most visits of what is due are over by then
        while True:
            began = time.monotonic()
            try:
                self._queues = await asyncio.to_thread(self._waiting)
            except NewsmintError as error:
                log.debug("The queue could not be counted: %s", error)
            await asyncio.sleep(max(COUNT_SECONDS, 20 * (time.monotonic() - began)))

    def _waiting(self) -> dict[str, int]:
        with session_of(self._crawler).store.connect() as conn:
            found = frontier.counts(conn, session_of(self._crawler).keys)
        return {source: states.get("pending", 0) + states.get("leased", 0) for source, states in found.items()}

    @property
    def _tally(self) -> dict[str, Counter[str]]:
        return session_of(self._crawler).tally

    @property
    def _left(self) -> dict[str, int]:
        """Source → pages that this crawl still has to fetch, of sources that it crawls."""
        left = {source: self._queues.get(source, 0) for source in self._tally}
        if self._limit is None:
            return left
        return {key: max(0, min(queue, self._limit - self._tally[key]["fetched"])) for key, queue in left.items()}


def progress_line(tally: Tally, left: Mapping[str, int], course: Course) -> str:
    """``40 s: 3 sources, queue 120, fetched 80 (8.0/s), new 70, …, 15 s left``"""
    total = sum(tally.values(), Counter())
    rate, queue = sum(course.rate(source) for source in tally), sum(left.values())
    names = (*COLUMNS, *(name for name in AT_TIMES if total[name]))
    numbers = [f"{name} {total[name]:,}" + (f" ({rate:.1f}/s)" if name == "fetched" else "") for name in names]
    if eta := _eta(max((left[source] / (course.rate(source) or 1e-9) for source in left if left[source]), default=0.0)):
        numbers.append(f"{eta} left")
    sources = f"{len(tally)} source{'' if len(tally) == 1 else 's'}"
    return f"{course.seconds:.0f} s: {sources}, queue {queue:,}, {', '.join(numbers)}"


def progress_table(tally: Tally, left: Mapping[str, int], course: Course) -> Table:
    """A line a source, the busiest ones first: its queue, its pace, what came of its pages, and how long it takes."""
    table = Table(box=None, header_style="bold", title_justify="left", title_style="dim")
    table.title = f"{course.seconds:.0f} s"
    names = (*COLUMNS, *(name for name in AT_TIMES if any(counts[name] for counts in tally.values())))
    table.add_column("source", no_wrap=True)
    for name in ("queue", "pages/s", *names, "left"):
        table.add_column(name, justify="right")
    busiest = sorted(tally.items(), key=lambda pair: (-pair[1]["fetched"], pair[0]))
    for source, counts in busiest[:SHOWN]:
        queue, rate = left.get(source, 0), course.rate(source)
        numbers = [f"{number:,}" if number else "·" for number in (queue, *(counts[name] for name in names))]
        eta = _eta(queue / rate) if queue and rate else ""
        table.add_row(source, numbers[0], f"{rate:.1f}", *numbers[1:], eta or "·")
    if len(busiest) > SHOWN:
        table.add_row(f"… and {len(busiest) - SHOWN} more")
    return table


def _eta(seconds: float) -> str:
    """``15 s``, ``4 min``, ``3.5 h``; empty where there is none, or nobody can tell."""
    if not 0 < seconds < 30 * 86400:
        return ""
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
