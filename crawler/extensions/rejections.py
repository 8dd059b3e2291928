"""What the pipeline drops becomes a row: a rejection with its reason, or a failure where a stage itself failed."""

from __future__ import annotations

import logging
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from twisted.python.failure import Failure

from pipelines.errors import CannotWrite, StoreBusy
from pipelines.stages import outcomes
from pipelines.stages.items import Extracted, Fetched
from pipelines.stages.outcomes import LeaseLost, Missed
from pipelines.stages.rejected import Rejected
from pipelines.stages.session import session_of

log = logging.getLogger(__name__)


class Rejections:
    """Extension. Waits for the commit, so that an idle crawl has nothing left to write."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self._reject, signal=signals.item_dropped)
        crawler.signals.connect(self._fail, signal=signals.item_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def _reject(self, item: Any, exception: Exception) -> None:
        if not isinstance(exception, Rejected):
            return
        session, fetched, refusal = session_of(self._crawler), _fetched(item), exception
        try:
            await session.write(lambda conn: outcomes.reject(conn, session.place, fetched, refusal))
        except (LeaseLost, CannotWrite, StoreBusy) as error:
            log.warning("%s", error)
        else:
            session.count(fetched.source, "rejected")

    async def _fail(self, item: Any, failure: Failure) -> None:
        session, fetched, error = session_of(self._crawler), _fetched(item), failure.value
        if isinstance(error, LeaseLost | CannotWrite | StoreBusy):
            return  # nothing was written, and nothing can be
        missed = Missed(
            source=fetched.source,
            url=fetched.page.url,
            route=fetched.page.hint.route if fetched.page.hint else None,
            kind="internal",
            detail=f"{type(error).__name__}: {error}"[:300],
            status=fetched.page.status,
            lease=fetched.lease,
            retry=True,
        )
        await session.write(lambda conn: outcomes.fail(conn, session.place, missed))
        session.count(fetched.source, "failed")


def _fetched(item: Fetched | Extracted) -> Fetched:
    return item.fetched if isinstance(item, Extracted) else item
