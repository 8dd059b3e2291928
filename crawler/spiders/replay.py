"""Stored pages once more through the pipeline: better rules reach old articles without a request to any site.

``scrapy crawl replay [-a source=coindesk,decrypt] [-a since=2026-11-01]``
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from crawler.sources import Source
from crawler.versions import versions
from pipelines.items import RawPage
from pipelines.stages.items import Fetched
from pipelines.stages.session import Session
from pipelines.store import open_store
from pipelines.store.pages import load_numbered_pages

UNDER_WAY = 32
"""Pages in the pipeline at one time: bounds memory."""


class ReplaySpider(Spider):
    """Yields the latest page of each URL straight to the stages. ``since`` is the time of fetching, ISO 8601."""

    name = "replay"
    uses_frontier = False
    sources: tuple[Source, ...] = ()

    def __init__(self, *, session: Session, keys: Sequence[str] = (), since: str | None = None) -> None:
        super().__init__(self.name)
        self.session = session
        self._keys: Sequence[str | None] = keys or (None,)
        self._since = since
        self._room = asyncio.Semaphore(UNDER_WAY)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        keys = kwargs.get("keys") or [key for key in str(kwargs.get("source", "")).split(",") if key and key != "all"]
        session = kwargs.get("session") or Session.replay(crawler.settings["NEWSMINT_DATABASE"], keys, versions())
        spider = cls(session=session, keys=keys, since=kwargs.get("since"))
        spider._set_crawler(crawler)
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider._make_room, signal=signal)
        return spider

    async def start(self) -> AsyncIterator[Fetched]:
        pages = self._pages()
        while True:
            await self._room.acquire()
            numbered = await asyncio.to_thread(next, pages, None)
            if numbered is None or not self.crawler.engine.running:
                break
            page_id, page = numbered
            self.session.count(page.source or "", "fetched")
            yield Fetched(page, page_id=page_id)

    def _pages(self) -> Iterator[tuple[int, RawPage]]:
        with open_store(self.session.store.location, readonly=True) as store, store.connect() as conn:
            for key in self._keys:
                yield from load_numbered_pages(conn, self.session.store.archive, key, self._since)

    def _make_room(self) -> None:
        self._room.release()
