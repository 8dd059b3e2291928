"""What a crawl is doing: a line a source on a terminal, one log line every ten seconds elsewhere."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import Counter
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from scrapy import Spider, signals
from scrapy.crawler import Crawler

from pipelines.stages.session import session_of

log = logging.getLogger(__name__)

LOG_SECONDS = 10.0
SHOWN = 20
"""Sources on the screen at one time: the busiest."""
COLUMNS = ("queued", "fetched", "new", "updated", "unchanged", "rejected", "failed")
AT_THE_END = "recleaned"
"""What is counted only once a crawl has nothing left to fetch, and then shown."""


class Progress:
    """Extension. ``NEWSMINT_PROGRESS``: ``auto`` (by whether standard error is a terminal), ``lines`` or ``none``."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._style: str = crawler.settings.get("NEWSMINT_PROGRESS", "auto")
        self._began = time.monotonic()
        self._task: asyncio.Task[None] | None = None
        self._live: Live | None = None
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _opened(self, spider: Spider) -> None:
        if self._style == "none":
            return
        on_screen = self._style == "auto" and sys.stderr.isatty()
        self._task = asyncio.ensure_future(self._draw() if on_screen else self._log())

    def _closed(self, spider: Spider) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._live is not None:
            self._live.stop()

    async def _draw(self) -> None:
        self._live = Live(console=Console(stderr=True), transient=True, auto_refresh=False)
        self._live.start()
        while True:
            self._live.update(progress_table(self._tally, time.monotonic() - self._began), refresh=True)
            await asyncio.sleep(0.5)

    async def _log(self) -> None:
        before = 0
        while True:
            await asyncio.sleep(LOG_SECONDS)
            total = sum(self._tally.values(), Counter())
            rate, before = (total["fetched"] - before) / LOG_SECONDS, total["fetched"]
            log.info("%s", progress_line(total, len(self._tally), time.monotonic() - self._began, rate))

    @property
    def _tally(self) -> dict[str, Counter[str]]:
        return session_of(self._crawler).tally


def progress_line(total: Counter[str], sources: int, seconds: float, rate: float) -> str:
    """``40 s: 3 sources, queued 120, fetched 80 (8.0/s), new 70, …``"""
    names = (*COLUMNS, AT_THE_END) if total[AT_THE_END] else COLUMNS
    numbers = [f"{name} {total[name]:,}" + (f" ({rate:.1f}/s)" if name == "fetched" else "") for name in names]
    return f"{seconds:.0f} s: {sources} source{'' if sources == 1 else 's'}, {', '.join(numbers)}"


def progress_table(tally: dict[str, Counter[str]], seconds: float) -> Table:
    """A line a source, the busiest ones first, with what is queued by this run and what came of it."""
    table = Table(box=None, header_style="bold", title=f"{seconds:.0f} s", title_justify="left", title_style="dim")
    table.add_column("source")
    names = (*COLUMNS, AT_THE_END) if any(counts[AT_THE_END] for counts in tally.values()) else COLUMNS
    for name in names:
        table.add_column(name, justify="right")
    table.add_column("pages/s", justify="right")
    busiest = sorted(tally.items(), key=lambda pair: (-pair[1]["fetched"], pair[0]))
    for source, counts in busiest[:SHOWN]:
        rate = counts["fetched"] / seconds if seconds > 0 else 0.0
        table.add_row(source, *(f"{counts[name]:,}" if counts[name] else "·" for name in names), f"{rate:.1f}")
    if len(busiest) > SHOWN:
        table.add_row(f"… and {len(busiest) - SHOWN} more")
    return table
