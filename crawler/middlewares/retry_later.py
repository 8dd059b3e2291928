"""Try again what may pass, after a pause: the one the server names in Retry-After, or one that doubles each time.

Scrapy's own middleware tries again at once. A host that asks for a pause gets it for all its pages.
"""

from __future__ import annotations

import asyncio
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.misc import _load_objects

from crawler.headers import headers_of, retry_after


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
