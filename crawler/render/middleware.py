"""Pages of sources that need a browser are rendered, once they have come as all others do."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response

from crawler.failures import Refused
from crawler.frontier.scheduler import FrontierScheduler
from crawler.headers import headers_of
from crawler.render.answers import Answers, Kept
from crawler.render.limits import RenderLimits
from crawler.render.needs import browser_program, missing
from crawler.render.shells import Shells
from crawler.signals import page_rejected
from crawler.sources import Source
from pipelines.stages.items import Fetched
from pipelines.stages.rejected import Rejected
from pipelines.stages.session import session_of
from pipelines.store.shells import NEEDS_BROWSER, SHELL
from pipelines.urls import is_internal

if TYPE_CHECKING:
    from crawler.render.browser import Browser

log = logging.getLogger(__name__)

SIGNAL_SECONDS = 0.3
"""Within which a signal has reached this process, where it has reached the browser."""
CONTENT_TYPE = "text/html; charset=utf-8; rendered=chromium"
"""Of a page that scripts have filled; the store keeps it with the page."""


class Render:
    """Downloader middleware, the outermost: what it gets has been redirected and unpacked."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._limits = RenderLimits.of(settings)
        self._program: str | None = settings["NEWSMINT_BROWSER"]
        self._sandbox = settings["NEWSMINT_RENDER_SANDBOX"] != "off"
        self._missing = missing(self._program, self._sandbox)
        self._times = settings.getint("RENDER_SHELLS")
        self._shells: Shells | None = None
        self._browser: Browser | None = None
        self._kept = Kept()
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)
        crawler.signals.connect(self._rejected, signal=page_rejected)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _opened(self, spider: Spider) -> None:
        if sources := getattr(spider, "sources", ()):
            self._shells = Shells(sources, session_of(self._crawler), self._times, self._missing)

    async def _closed(self, spider: Spider) -> None:
        if self._browser is not None:
            await self._browser.close()

    async def _rejected(self, fetched: Fetched, refusal: Rejected) -> None:
        if self._shells is not None and await self._shells.rejected(fetched, refusal):
            scheduler = self._crawler.engine.scheduler
            assert isinstance(scheduler, FrontierScheduler)
            scheduler.stir(fetched.source)

    def process_request(self, request: Request) -> None:
        """A shell that did not change says nothing of the text that its scripts load: it is asked for whole."""
        is_page = "lease" in request.meta or request.meta.get("route") in ("listing", "site")
        if not is_page or self._source_to_render(request) is None:
            return
        if self._missing is not None:
            raise Refused(NEEDS_BROWSER, self._missing)
        for name in ("If-None-Match", "If-Modified-Since"):
            request.headers.pop(name, None)

    async def process_response(self, request: Request, response: Response) -> Response:
        source = self._source_to_render(request)
        if source is None or self._missing is not None or not _is_page(response, source):
            return response
        body = await self._rendered(request, response, source)
        return HtmlResponse(response.url, response.status, {"Content-Type": CONTENT_TYPE}, body, request=request)

    def _source_to_render(self, request: Request) -> Source | None:
        key = request.meta.get("source", "")
        if self._shells is None or "rendering" in request.meta or request.meta.get("dont_obey_robotstxt"):
            return None
        entry = request.meta.get("entry")
        came_as_shell = entry is not None and entry.error == SHELL
        return self._shells.source(key) if key in self._shells or came_as_shell else None

    async def _rendered(self, request: Request, response: Response, source: Source) -> bytes:
        domain = source.domain.partition("/")[0]
        answers = Answers(self._crawler, response.replace(request=request), domain, self._limits, self._kept)
        started = time.monotonic()
        try:
            return await self._browser_of_run().render(response.url, answers, source.language)
        except Refused:
            await self._unless_stopping()
            raise
        finally:
            request.meta["download_latency"] = request.meta.get("download_latency", 0.0) + time.monotonic() - started
            refused = ", ".join(f"{why} {number}" for why, number in answers.refused.most_common())
            log.debug("%s: %d requests answered; refused: %s", response.url, answers.answered, refused or "none")

    async def _unless_stopping(self) -> None:
        """A stop that the browser is told of as well, as systemd does, is no fault of its pages."""
        await asyncio.sleep(SIGNAL_SECONDS)
        if not self._crawler.crawling:
            await asyncio.Future()  # until StopInTime gives it up; the next run fetches it

    def _browser_of_run(self) -> Browser:
        if self._browser is None:
            from crawler.render.browser import Browser  # Playwright is there only where the extra is installed

            program = browser_program(self._program)
            assert program is not None
            self._browser = Browser(self._crawler, self._limits, program, self._sandbox)
        return self._browser


def _is_page(response: Response, source: Source) -> bool:
    """Whether this is a page of the source's own, and no feed, refusal or error."""
    media = (headers_of(response).get("content-type") or "").partition(";")[0].strip().lower()
    is_html = media in ("text/html", "application/xhtml+xml") or (not media and isinstance(response, HtmlResponse))
    return response.status == 200 and is_html and is_internal(response.url, source.domain.partition("/")[0])
