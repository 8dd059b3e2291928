"""The last stage: article, page, the fetch and its URL's new state, in one transaction."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler

from pipelines.stages import outcomes
from pipelines.stages.items import Extracted
from pipelines.stages.session import session_of


class StoreArticle:
    """Waits for the commit, so that whatever has left the pipeline is safe."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_item(self, item: Extracted) -> Extracted:
        session = session_of(self._crawler)
        outcome = await session.write(lambda conn: outcomes.store(conn, session.place, item))
        session.extractors.add(item.article.extractor)
        if not (item.fetched.again and outcome == "unchanged"):
            session.count(item.fetched.source, outcome)
        return item
