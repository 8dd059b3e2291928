"""What the pipeline drops becomes a row: a rejection with its reason, or a failure where a stage itself failed."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from twisted.python.failure import Failure

from crawler.signals import page_rejected
from pipelines.errors import CannotWrite, StoreBusy
from pipelines.stages import outcomes
from pipelines.stages.items import Extracted, Fetched, Lease
from pipelines.stages.outcomes import LeaseLost, Missed
from pipelines.stages.rejected import Rejected
from pipelines.stages.session import session_of

log = logging.getLogger(__name__)


class Rejections:
    """Extension. Waits for the commit, so that an idle crawl has nothing left to write."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._notes: set[asyncio.Task[None]] = set()
        crawler.signals.connect(self._reject, signal=signals.item_dropped)
        crawler.signals.connect(self._fail, signal=signals.item_error)
        crawler.signals.connect(self._spider_failed, signal=signals.spider_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def _reject(self, item: Any, exception: Exception) -> None:
        if not isinstance(exception, Rejected):
            return
        session, fetched, refusal = session_of(self._crawler), _fetched(item), exception
        try:
            outcome = await session.write(lambda conn: outcomes.reject(conn, session.place, fetched, refusal))
        except (LeaseLost, CannotWrite, StoreBusy) as error:
            log.warning("%s", error)
        else:
            session.count(fetched.source, outcome)
            await self._crawler.signals.send_catch_log_async(page_rejected, fetched=fetched, refusal=refusal)

    async def _fail(self, item: Any, failure: Failure) -> None:
        """A stage raised."""
        fetched = _fetched(item)
        route = fetched.page.hint.route if fetched.page.hint else None
        await self._note(failure, fetched.source, fetched.page.url, route, fetched.lease)

    def _spider_failed(self, failure: Failure, response: Any) -> None:
        """A callback of the spider raised."""
        request = getattr(response, "request", None)
        if request is not None and "source" in request.meta:
            meta = request.meta
            note = self._note(failure, meta["source"], request.url, meta.get("route"), meta.get("lease"))
            self._notes.add(task := asyncio.ensure_future(note))
            task.add_done_callback(self._notes.discard)

    async def _note(self, failure: Failure, source: str, url: str, route: str | None, lease: Lease | None) -> None:
        session, error = session_of(self._crawler), failure.value
        if isinstance(error, LeaseLost | CannotWrite | StoreBusy):
            return  # nothing was written, and nothing can be
        log.error("%s: internal error: %s: %s", url, type(error).__name__, error)
        detail = f"{type(error).__name__}: {error}"[:300]
        missed = Missed(source, url, route, "internal", detail, lease=lease, retry=True)
        await session.write(lambda conn: outcomes.fail(conn, session.place, missed))
        session.count(source, "failed")


def _fetched(item: Fetched | Extracted) -> Fetched:
    return item.fetched if isinstance(item, Extracted) else item
