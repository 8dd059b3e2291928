"""Answers what a page in the browser asks for, by the crawl's own downloader.

So each of its requests passes the guard of addresses, waits for robots.txt and its host's pace, has bounds in bytes
and time, verifies certificates, and counts towards the source's budgets, at every redirect.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.conditional import fresh_seconds
from crawler.extensions.pace import Pace
from crawler.failures import failure_kind
from crawler.headers import headers_of
from crawler.render.limits import RenderLimits
from crawler.render.policy import refusal, request_headers, response_headers
from pipelines.urls import host

if TYPE_CHECKING:
    from playwright.async_api import Page, Route
    from playwright.async_api import Request as Asked

KEPT = frozenset({"script", "stylesheet"})
"""Kinds that all pages of a site share: one fetch serves them all."""
KEPT_SECONDS = 600.0
"""For how long, at least; longer where the server says so."""
KEPT_BYTES = 64_000_000
"""Of all sites together."""

AT_ONCE = 6
"""Answers that are on their way to one page; a host gets no more at one time than its pace allows."""
ANSWER_SECONDS = 15.0
"""For one answer: streams that never end hold no page up for longer."""
NO_RETRY = 1_000
"""``retry_times`` of a request that is not tried again: a page does not wait for its chat window."""


class Kept:
    """Scripts and styles of this run, by address, within a bound; those not used for the longest time go first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, tuple[float, Response]] = OrderedDict()
        self._size = 0

    def get(self, url: str) -> Response | None:
        until, response = self._answers.get(url, (0.0, None))
        if response is None or until < asyncio.get_running_loop().time():
            return None
        self._answers.move_to_end(url)
        return response

    def put(self, url: str, response: Response) -> None:
        headers = headers_of(response)
        if response.status != 200 or "no-store" in headers.get("cache-control", ""):
            return
        self._drop(url)
        until = asyncio.get_running_loop().time() + max(KEPT_SECONDS, fresh_seconds(headers))
        self._answers[url] = (until, response)
        self._size += len(response.body)
        while self._size > KEPT_BYTES:
            self._drop(next(iter(self._answers)))

    def _drop(self, url: str) -> None:
        if url in self._answers:
            self._size -= len(self._answers.pop(url)[1].body)


@dataclass
class Answers:
    """Those to one page. ``page``: its answer as it was fetched. ``domain``: of its source."""

    crawler: Crawler
    page: Response
    domain: str
    limits: RenderLimits
    kept: Kept
    refused: Counter[str] = field(default_factory=Counter)
    """Why requests were not answered, and how often."""
    answered: int = 0
    size: int = 0
    _served: bool = False
    _over: bool = False
    _lanes: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def attach(self, page: Page, request: Request | None = None) -> None:
        """Answer for this page of the browser from now on. Scrapy-playwright's ``playwright_page_init_callback``."""
        page.on("popup", lambda popup: popup.close())
        await page.route("**/*", self._route)

    def close(self) -> None:
        """The page is done with: what it still waits for is not fetched."""
        self._over = True

    async def _route(self, route: Route) -> None:
        from playwright.async_api import Error

        try:
            await self._answer(route)
        except Error:
            self.refused["gone"] += 1  # the page was closed meanwhile

    async def _answer(self, route: Route) -> None:
        asked = route.request
        if asked.is_navigation_request():
            await self._navigate(route)
            return
        size = len(asked.post_data_buffer or b"")
        if why := refusal(asked.resource_type, asked.method, asked.url, size, self.domain):
            await self._refuse(route, why)
            return
        async with self._lanes:
            if why := self._spent() or self._paused(asked.url):
                await self._refuse(route, why)
                return
            self.answered += 1
            try:
                response = await self._fetch(asked)
            except Exception as error:  # whatever the downloader raises: the page does without
                await self._refuse(route, failure_kind(error)[0])
                return
            self.size += len(response.body)
        await _fulfill(route, response)

    async def _navigate(self, route: Route) -> None:
        """The page itself, once. It may not lead the browser on, nor load others into frames."""
        frame = route.request.frame
        if frame.parent_frame is None and not self._served:
            self._served = True
            await _fulfill(route, self.page)
        else:
            self.refused["frame" if frame.parent_frame else "navigation"] += 1
            await route.abort("aborted")  # with any other word the browser shows an error in the page's place

    def _spent(self) -> str | None:
        if self._over:
            return "over"
        if self.answered >= self.limits.requests:
            return "requests"
        return "megabytes" if self.size >= self.limits.megabytes * 1e6 else None

    def _paused(self, url: str) -> str | None:
        """A host that asked for a pause gets it."""
        pace = self.crawler.get_extension(Pace)
        return "paused" if pace is not None and pace.pause_left(host(url)) else None

    async def _fetch(self, asked: Asked) -> Response:
        keep = asked.resource_type in KEPT and asked.method == "GET"
        if keep and (known := self.kept.get(asked.url)):
            return known
        response = await self.crawler.engine.download_async(self._request(asked))
        if keep:
            self.kept.put(asked.url, response)
        return response

    def _request(self, asked: Asked) -> Request:
        of_page = self.page.request
        assert of_page is not None
        meta: dict[str, Any] = {name: of_page.meta[name] for name in ("source", "proxy") if name in of_page.meta}
        left = max(1, int(self.limits.megabytes * 1e6) - self.size)
        meta |= {"download_maxsize": min(left, self.limits.page_bytes), "download_timeout": ANSWER_SECONDS}
        meta |= {"rendering": True, "retry_times": NO_RETRY}
        headers = request_headers(asked.headers, asked.url, self.domain)
        body = asked.post_data_buffer
        return Request(asked.url, NO_CALLBACK, asked.method, headers, body, meta=meta, priority=10, dont_filter=True)

    async def _refuse(self, route: Route, why: str) -> None:
        self.refused[why] += 1
        await route.abort("blockedbyclient")


async def _fulfill(route: Route, response: Response) -> None:
    headers = response_headers(headers_of(response))
    await route.fulfill(status=response.status, headers=headers, body=response.body)
