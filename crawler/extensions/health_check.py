"""Whether the sources are well: judged when a crawl ends, and every so often while one runs on; alarms are told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from functools import partial
from importlib.util import find_spec

from scrapy import Spider
from scrapy.crawler import Crawler

from crawler.extensions.while_open import WhileOpen
from crawler.health import check_after, check_health
from crawler.notify import addresses
from pipelines.errors import NewsmintError
from pipelines.stages.session import session_of

log = logging.getLogger(__name__)


class HealthCheck(WhileOpen):
    """Extension, of crawls that fetch. ``NEWSMINT_HEALTH_MINUTES``: pause between two looks; 0 for none but the last,
    which ``NEWSMINT_HEALTH_AT_END`` may switch off.

    A crawl that is asked to stop is not kept from it: the next one judges.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._minutes = crawler.settings.getfloat("NEWSMINT_HEALTH_MINUTES")
        self._judges_at_end = crawler.settings["NEWSMINT_HEALTH_AT_END"] != "off"

    def work(self, spider: Spider) -> Iterable[Coroutine[None, None, None]]:
        if not getattr(spider, "uses_frontier", False):
            return []
        if addresses() and find_spec("apprise") is None:
            log.warning("NEWSMINT_NOTIFY is set, but nobody can be told: pip install 'newsmint[notify]'")
        if self._judges_at_end:
            session_of(self._crawler).afterwards.append(partial(self._at_end, spider))
        return [self._look(spider)] if self._minutes > 0 else []

    def _at_end(self, spider: Spider, state: str) -> None:
        if state != "stopped":
            check_after(session_of(self._crawler).store.location, getattr(spider, "sources", ()))

    async def _look(self, spider: Spider) -> None:
        store = session_of(self._crawler).store
        while True:
            await asyncio.sleep(self._minutes * 60)
            try:
                await asyncio.to_thread(check_health, store, getattr(spider, "sources", ()))
            except NewsmintError as error:
                log.warning("Health could not be judged: %s", error)
