"""A host that is down is left in peace: after some failures in a row nothing is asked of it for a while, then longer.

Without this each of its URLs would wait for its own retries, and a site that is down would hold a crawl for hours.
"""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.misc import _load_objects

from crawler.extensions.pace import Pace
from crawler.recent import HOSTS, Recent
from pipelines.urls import host

LONGEST = 3600.0
"""Seconds; in a crawl that runs on, a host that stays down is tried again after this at the latest."""


class HostDown:
    """Downloader middleware, next to the downloader: it sees every attempt, those that are tried again included."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._after = settings.getint("HOST_DOWN_AFTER")
        self._pause = settings.getfloat("HOST_DOWN_PAUSE")
        self._exceptions = _load_objects(settings.getlist("RETRY_EXCEPTIONS"))
        self._failures: Recent[str, int] = Recent(HOSTS)
        """Host → failures in a row."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        if response.status >= 500:
            self._failed(request)
        else:
            self._failures.pop(host(request.url), None)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if isinstance(exception, self._exceptions):
            self._failed(request)

    def _failed(self, request: Request) -> None:
        """Count it; requests that were under way when the pause began say nothing new."""
        pace, name = self._crawler.get_extension(Pace), host(request.url)
        assert pace is not None
        if pace.pause_left(name) > 0:
            return
        self._failures[name] = self._failures.get(name, 0) + 1
        beyond = self._failures[name] - self._after
        if beyond >= 0:
            pace.pause(request.url, min(self._pause * 5 ** min(beyond, 9), LONGEST), is_down=True)
