"""The run's row: how it ended. Also stops the crawl where its store cannot be written any more."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from pipelines.stages.session import session_of

log = logging.getLogger(__name__)


class RunReport:
    """Extension. Last to see the crawl end: what is waiting is committed, then the store is closed."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _opened(self, spider: Spider) -> None:
        loop = asyncio.get_running_loop()
        session_of(self._crawler).on_trouble = partial(loop.call_soon_threadsafe, self._stop)

    def _stop(self) -> None:
        log.error("%s", session_of(self._crawler).trouble)
        self._stopping = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason="cannot_write"))

    async def _closed(self, spider: Spider, reason: str) -> None:
        session = session_of(self._crawler)
        state = {"finished": "done", "cannot_write": "failed"}.get(reason, "stopped")
        await asyncio.to_thread(session.close, state)
