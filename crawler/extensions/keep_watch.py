"""A crawl that runs on: asks listings when they are due, visits articles again, and begins a new run now and then."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider

from crawler.extensions.while_open import WhileOpen
from crawler.frontier.scheduler import FrontierScheduler
from crawler.spiders.news import NewsSpider
from pipelines.errors import NewsmintError
from pipelines.stages.session import session_of
from pipelines.store.due import sources_with_work
from pipelines.store.times import now

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Times:
    """On the clock of ``time.monotonic``."""

    ends: float
    reports: float


class KeepWatch(WhileOpen):
    """Extension, of spiders that have a ``watch``. ``WATCH_TICK``: seconds between two looks at what is due."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._tick = crawler.settings.getfloat("WATCH_TICK")

    def work(self, spider: Spider) -> Iterable[Coroutine[None, None, None]]:
        if not isinstance(spider, NewsSpider) or spider.watch is None:
            return []
        self._crawler.signals.connect(self._idle, signal=signals.spider_idle)
        return [self._run(spider)]

    def _idle(self, spider: Spider) -> None:
        if self._is_at_work:
            raise DontCloseSpider

    async def _run(self, spider: NewsSpider) -> None:
        assert spider.watch is not None
        seconds, every = spider.watch.seconds or math.inf, spider.watch.report_every
        began = time.monotonic()
        times = _Times(began + seconds, began + every)
        while (clock := time.monotonic()) < times.ends and self._crawler.crawling:
            if clock >= times.reports:
                times.reports = clock + every
                await self._begin_run(spider)
            await self._look(spider)
            await asyncio.sleep(max(0.0, min(self._tick, times.ends - time.monotonic())))
        if self._crawler.crawling:  # by a task of its own: this one is cancelled when the spider closes
            self._ending = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason="finished"))

    async def _look(self, spider: NewsSpider) -> None:
        """Ask the listings that are due, and have the scheduler look for URLs that are."""
        scheduler = self._crawler.engine.scheduler
        assert isinstance(scheduler, FrontierScheduler)
        try:
            for request in spider.listings.visit(due_at=now()):
                self._crawler.engine.crawl(request)
            scheduler.look_again(await asyncio.to_thread(self._with_work, [source.key for source in spider.sources]))
        except NewsmintError as error:
            log.warning("%s", error)

    def _with_work(self, keys: list[str]) -> set[str]:
        with session_of(self._crawler).store.connect() as conn:
            return sources_with_work(conn, now(), keys)

    async def _begin_run(self, spider: NewsSpider) -> None:
        """What was done so far is a run of its own; the budgets of a run are full again."""
        try:
            await session_of(self._crawler).begin_next()
        except NewsmintError as error:
            log.warning("%s", error)
        else:
            spider.budgets.start_over()
