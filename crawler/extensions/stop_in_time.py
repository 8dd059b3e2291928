"""A stop that was asked for is a matter of seconds: what a slow server still owes is given up, not waited for."""

from __future__ import annotations

import asyncio
import logging
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from pipelines.stages.session import session_of

log = logging.getLogger(__name__)

LOOK_EVERY = 0.25


class StopInTime:
    """Extension. ``STOP_SECONDS`` after a stop began, ends the reactor, and then the session, which gives leases back.

    Scrapy itself waits for every request under way, a pause before a retry included.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._grace = crawler.settings.getfloat("STOP_SECONDS")
        self._watch: asyncio.Task[None] | None = None
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _opened(self, spider: Spider) -> None:
        self._watch = asyncio.ensure_future(self._run())

    def _closed(self, spider: Spider) -> None:
        if self._watch is not None:
            self._watch.cancel()

    async def _run(self) -> None:
        while not self._is_stopping():
            await asyncio.sleep(LOOK_EVERY)
        await asyncio.sleep(self._grace)
        log.info("Not waiting any longer for %d requests under way", len(self._crawler.engine.downloader.active))
        from twisted.internet import reactor

        session = session_of(self._crawler)
        state = "stopped" if session.trouble is None else "failed"
        reactor.addSystemEventTrigger("after", "shutdown", session.close, state)  # type: ignore[arg-type]
        self._giving_up = asyncio.ensure_future(self._crawler.stop_async())
        await asyncio.sleep(0)
        reactor.stop()  # type: ignore[misc]

    def _is_stopping(self) -> bool:
        return not self._crawler.crawling or session_of(self._crawler).trouble is not None
