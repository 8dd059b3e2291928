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

KEPT = frozenset({"script", "stylesheet"})
"""Kinds that all pages of a site share: one fetch serves them all."""
KEPT_SECONDS = 600.0
"""For how long, at least; longer where the server says so."""
KEPT_BYTES = 64_000_000
"""Of all sites together."""

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

    async def attach(self, page: Page, request: Request | None = None) -> None:
        """Answer for this page of the browser from now on. Scrapy-playwright's ``playwright_page_init_callback``."""
        page.on("popup", lambda popup: popup.close())
        await page.route("**/*", self._route)

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
        body = asked.post_data_buffer
        why = refusal(asked.resource_type, asked.method, asked.url, len(body or b""), self.domain)
        why = why or self._spent() or self._paused(asked.url)
        if why:
            await self._refuse(route, why)
            return
        self.answered += 1
        headers = request_headers(asked.headers, asked.url, self.domain)
        try:
            response = await self._fetch(asked.method, asked.url, headers, body, asked.resource_type in KEPT)
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
        if self.answered >= self.limits.requests:
            return "requests"
        return "megabytes" if self.size >= self.limits.megabytes * 1e6 else None

    def _paused(self, url: str) -> str | None:
        """A host that asked for a pause gets it."""
        pace = self.crawler.get_extension(Pace)
        return "paused" if pace is not None and pace.pause_left(host(url)) else None

    async def _fetch(self, method: str, url: str, headers: dict[str, str], body: bytes | None, keep: bool) -> Response:
        known = self.kept.get(url) if keep and method == "GET" else None
        if known is not None:
            return known
        asked_by = self.page.request
        assert asked_by is not None
        meta: dict[str, Any] = {name: asked_by.meta[name] for name in ("source", "proxy") if name in asked_by.meta}
        left = max(1, int(self.limits.megabytes * 1e6) - self.size)
        meta |= {"download_maxsize": min(left, self.limits.page_bytes), "download_timeout": ANSWER_SECONDS}
        meta |= {"rendering": True, "retry_times": NO_RETRY}
        request = Request(
            url, NO_CALLBACK, method, headers=headers, body=body, meta=meta, priority=10, dont_filter=True
        )
        response = await self.crawler.engine.download_async(request)
        if keep and method == "GET":
            self.kept.put(url, response)
        return response

    async def _refuse(self, route: Route, why: str) -> None:
        self.refused[why] += 1
        await route.abort("blockedbyclient")


async def _fulfill(route: Route, response: Response) -> None:
    headers = response_headers(headers_of(response))
    await route.fulfill(status=response.status, headers=headers, body=response.body)
