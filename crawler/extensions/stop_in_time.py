"""A stop that was asked for is a matter of seconds: what a slow server still owes is given up, not waited for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable

from scrapy import Spider
from scrapy.crawler import Crawler

from crawler.extensions.while_open import WhileOpen
from pipelines.stages.session import session_of

log = logging.getLogger(__name__)

LOOK_EVERY = 0.25


class StopInTime(WhileOpen):
    """Extension. ``STOP_SECONDS`` after a stop began, ends the reactor, and then the session, which gives leases back.

    Scrapy itself waits for every request under way, a pause before a retry included.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._grace = crawler.settings.getfloat("STOP_SECONDS")

    def work(self, spider: Spider) -> Iterable[Coroutine[None, None, None]]:
        return [self._run()]

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
