"""Whether the sources are well: judged when a crawl ends, and every so often while one runs on; alarms are told."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from importlib.util import find_spec
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from crawler.health import check_after, check_health
from crawler.notify import addresses
from pipelines.errors import NewsmintError
from pipelines.stages.session import session_of

log = logging.getLogger(__name__)


class HealthCheck:
    """Extension, of crawls that fetch. ``NEWSMINT_HEALTH_MINUTES``: pause between two looks; 0 for none but the last.

    A crawl that is asked to stop is not kept from it: the next one judges.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._minutes = crawler.settings.getfloat("NEWSMINT_HEALTH_MINUTES")
        self._task: asyncio.Task[None] | None = None
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _opened(self, spider: Spider) -> None:
        if not getattr(spider, "uses_frontier", False):
            return
        if addresses() and find_spec("apprise") is None:
            log.warning("NEWSMINT_NOTIFY is set, but nobody can be told: pip install 'newsmint[notify]'")
        session_of(self._crawler).afterwards.append(partial(self._at_end, spider))
        if self._minutes > 0:
            self._task = asyncio.ensure_future(self._look(spider))

    def _closed(self, spider: Spider) -> None:
        if self._task is not None:
            self._task.cancel()

    def _at_end(self, spider: Spider, state: str) -> None:
        if state != "stopped":
            check_after(session_of(self._crawler).store.path, getattr(spider, "sources", ()))

    async def _look(self, spider: Spider) -> None:
        store = session_of(self._crawler).store
        while True:
            await asyncio.sleep(self._minutes * 60)
            try:
                await asyncio.to_thread(check_health, store, getattr(spider, "sources", ()))
            except NewsmintError as error:
                log.warning("Health could not be judged: %s", error)
