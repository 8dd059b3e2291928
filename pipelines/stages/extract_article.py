"""From page to article, in a process that may be killed without harm."""

from __future__ import annotations

import asyncio
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler

from pipelines.corrections import load_corrections
from pipelines.items import Article
from pipelines.pool import ExtractionPool
from pipelines.stages.items import Extracted, Fetched
from pipelines.stages.rejected import failed_extraction
from pipelines.stages.session import session_of
from pipelines.stages.site_knowledge import SiteKnowledge


class ExtractArticle:
    """Awaits the extraction pool. Raises ``Rejected`` with the pool's reason where no article came of the page."""

    def __init__(self, crawler: Crawler, rules: str | None, workers: int, time_limit: float, memory_limit: int) -> None:
        self._crawler = crawler
        self._corrections = load_corrections(rules)
        self._limits = workers, time_limit, memory_limit
        self._starting: asyncio.Future[ExtractionPool] | None = None
        crawler.signals.connect(self._expect, signal=signals.request_reached_downloader)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        return cls(
            crawler,
            settings.get("NEWSMINT_RULES"),
            settings.getint("EXTRACTION_WORKERS"),
            settings.getfloat("EXTRACTION_TIME_LIMIT"),
            settings.getint("EXTRACTION_MEMORY_LIMIT"),
        )

    def open_spider(self) -> None:
        self._sites = SiteKnowledge(session_of(self._crawler).store, self._corrections)
        if not getattr(self._crawler.spider, "due_only", False):
            self._started()

    async def close_spider(self) -> None:
        if self._starting is not None:
            await asyncio.to_thread((await self._starting).close)

    async def process_item(self, item: Fetched) -> Extracted:
        site = None if item.again else self._sites.at_hand(item.source)
        if site is None:
            site = await asyncio.to_thread(self._sites.site, item.source, latest=item.again)
        pool = await self._started()
        done = await asyncio.wrap_future(pool.timed(item.page, site))
        if isinstance(done.result, Article):
            return Extracted(item, done.result, done.seconds, done.enrichment, done.notices, done.quality)
        raise failed_extraction(done.result.kind, done.result.detail, done.seconds)

    def _expect(self, request: Request) -> None:
        """A first article is asked for, and what extracts it loaded meanwhile: most visits of what is due find none."""
        if "lease" in request.meta:
            self._started()

    def _started(self) -> asyncio.Future[ExtractionPool]:
        if self._starting is None:
            self._starting = asyncio.ensure_future(asyncio.to_thread(_pool, *self._limits))
        return self._starting


def _pool(workers: int, time_limit: float, memory_limit: int) -> ExtractionPool:
    pool = ExtractionPool(workers, time_limit, memory_limit)
    pool.start()
    return pool
