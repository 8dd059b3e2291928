"""Once a crawl has nothing left to fetch: what it learned late reaches the articles that it stored before.

A site's furniture is known by its repetition, so the first articles of a site are stored with it. They are read again
from the archive, through the same stages; that is a correction of our own reading, and makes no new version.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator
from contextlib import closing
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from sqlalchemy import Connection

from pipelines.archive import PageArchive
from pipelines.chrome import Learned
from pipelines.errors import NewsmintError
from pipelines.stages.items import Fetched
from pipelines.stages.session import session_of
from pipelines.store import open_store
from pipelines.store.chrome import articles_counted, learned
from pipelines.store.pages import load_page
from pipelines.store.stale import known_when_clean, stale_pages

log = logging.getLogger(__name__)

UNDER_WAY = 16
"""Pages in the pipeline at one time: few, so that a stop need not wait for them."""


class CleanAgain:
    """Extension. Holds an idle crawl open until the articles of its sources are clean, or a stop is asked for.

    A crawl that runs on is idle again and again; each time it has stored something since, this looks through that.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._before: dict[str, Learned] = {}
        self._task: asyncio.Task[None] | None = None
        self._looked_at = -1
        """Articles that the run had stored when this last began."""
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._idle, signal=signals.spider_idle)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def _opened(self, spider: Spider) -> None:
        keys = [source.key for source in getattr(spider, "sources", ())]
        self._before = await asyncio.to_thread(self._known, keys) if keys else {}

    def _known(self, keys: list[str]) -> dict[str, Learned]:
        session = session_of(self._crawler)
        with session.store.connect() as conn:
            return known_when_clean(conn, keys, session.place.run_id)

    def _idle(self, spider: Spider) -> None:
        if self._is_stopping() or not self._before:
            return
        stored = sum(counts["new"] for counts in session_of(self._crawler).tally.values())
        if (self._task is None or self._task.done()) and stored != self._looked_at:
            self._looked_at = stored
            self._task = asyncio.ensure_future(self._run())
        if self._task is not None and not self._task.done():
            raise DontCloseSpider

    async def _run(self) -> None:
        batches = self._batches()
        try:
            while not self._is_stopping() and (batch := await asyncio.to_thread(next, batches, None)) is not None:
                scraper = self._crawler.engine.scraper
                await asyncio.gather(*(scraper.start_itemproc_async(item, response=None) for item in batch))
        except NewsmintError as error:
            log.error("%s", error)
        finally:
            await asyncio.to_thread(batches.close)
            self._wake()

    def _batches(self) -> Generator[list[Fetched]]:
        """Pages to read again. Also yields empty lists, so that who waits can stop."""
        session = session_of(self._crawler)
        with session.store.connect() as conn:
            grown = [source for source, it in self._before.items() if articles_counted(conn, source) != it.articles]
        if not grown:
            return
        with closing(open_store(session.store.location, readonly=True)) as store, store.connect() as conn:
            for source in grown:
                before = self._before[source]
                known = learned(conn, source)
                for ids in stale_pages(conn, source, before):
                    if ids:
                        log.info("%s: more is known of it now: %d stored pages are read again", source, len(ids))
                    for start in range(0, max(len(ids), 1), UNDER_WAY):
                        some = [_stored(conn, store.archive, id_) for id_ in ids[start : start + UNDER_WAY]]
                        conn.rollback()
                        yield [item for item in some if item]
                self._before[source] = known

    def _wake(self) -> None:
        """Have the engine look again now whether it is done; by itself it would after five seconds."""
        slot = self._crawler.engine._slot
        if slot is not None:
            slot.nextcall.schedule()

    def _is_stopping(self) -> bool:
        return not self._crawler.crawling or session_of(self._crawler).trouble is not None


def _stored(conn: Connection, archive: PageArchive, page_id: int) -> Fetched | None:
    try:
        page = load_page(conn, archive, page_id)
    except NewsmintError as error:  # the archive has lost this one page
        log.warning("%s", error)
        return None
    return Fetched(page, page_id=page_id, again=True) if page else None
