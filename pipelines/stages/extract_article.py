"""From page to article, in a process that may be killed without harm."""

from __future__ import annotations

import asyncio
from typing import Self

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
        self._pool = ExtractionPool(workers, time_limit, memory_limit)

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
        self._pool.start()

    async def close_spider(self) -> None:
        await asyncio.to_thread(self._pool.close)

    async def process_item(self, item: Fetched) -> Extracted:
        site = None if item.again else self._sites.at_hand(item.source)
        if site is None:
            site = await asyncio.to_thread(self._sites.site, item.source, latest=item.again)
        done = await asyncio.wrap_future(self._pool.timed(item.page, site))
        if isinstance(done.result, Article):
            return Extracted(item, done.result, done.seconds, done.enrichment, done.notices, done.quality)
        raise failed_extraction(done.result.kind, done.result.detail, done.seconds)
