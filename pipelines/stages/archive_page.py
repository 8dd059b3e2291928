"""First of all keep the page as it came, so that extraction can be run again without fetching."""

from __future__ import annotations

import asyncio
from typing import Self

from scrapy.crawler import Crawler

from pipelines.stages.items import Fetched
from pipelines.stages.session import session_of


class ArchivePage:
    """Compresses the bodies into the archive, off the event loop. The row that names them is written at the end."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_item(self, item: Fetched) -> Fetched:
        if item.page_id is None:
            archive = session_of(self._crawler).store.archive
            for body in (item.page.body, *item.page.parts):
                await asyncio.to_thread(archive.put, body)
        return item
