"""Try again what may pass, after a pause: the one the server names in Retry-After, or one that doubles each time.

Scrapy's own middleware tries again at once. A host that asks for a pause gets it for all its pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.misc import _load_objects

from crawler.extensions.pace import Pace
from crawler.headers import headers_of


class RetryLater:
    """Downloader middleware. What still fails goes on to the spider, which leaves it to another run."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._times = settings.getint("RETRY_TIMES")
        self._wait = settings.getfloat("RETRY_WAIT")
        self._wait_most = settings.getfloat("RETRY_WAIT_MAX")
        self._statuses = {int(status) for status in settings.getlist("RETRY_HTTP_CODES")}
        self._exceptions = _load_objects(settings.getlist("RETRY_EXCEPTIONS"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status not in self._statuses:
            return response
        asked = retry_after(headers_of(response))
        if asked is not None:
            self._pace.pause(request.url, asked)
        return await self._again(request, asked) or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        return await self._again(request, None) if isinstance(exception, self._exceptions) else None

    async def _again(self, request: Request, asked: float | None) -> Request | None:
        tried = request.meta.get("retry_times", 0)
        wait = self._wait * 2**tried if asked is None else asked
        if tried >= self._times or wait > self._wait_most or not self._crawler.engine.running:
            return None
        await asyncio.sleep(wait)
        again = request.copy()
        again.meta["retry_times"] = tried + 1
        again.dont_filter = True
        return again

    @property
    def _pace(self) -> Pace:
        pace = self._crawler.get_extension(Pace)
        assert pace is not None
        return pace


def retry_after(headers: Mapping[str, str], at: datetime | None = None) -> float | None:
    """Seconds that a ``Retry-After`` header asks for, given as a number or a date; None without one."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (at or datetime.now(UTC))).total_seconds())
