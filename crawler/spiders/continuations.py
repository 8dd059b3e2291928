"""An article on several pages is fetched whole: the pages that continue it become the first page's ``parts``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK

from crawler.failures import failure_kind
from pipelines.items import RawPage
from pipelines.paging import may_go_on
from pipelines.pool import MAX_BYTES
from pipelines.urls import canonicalise, host

MOST = 20
"""Pages of one article, the first included."""


async def continuations(page: RawPage, crawler: Crawler, meta: Mapping[str, Any]) -> RawPage:
    """The page with its further pages fetched, as far as they can be; what is missing is logged, the rest kept."""
    parts: list[bytes] = []
    seen = {canonicalise(page.url)}
    last = page
    while len(parts) + 1 < MOST and len(last.body) <= MAX_BYTES and may_go_on(last):
        url = await asyncio.to_thread(_next, last)
        if url is None or canonicalise(url) in seen or host(url) != host(page.url):
            break
        seen.add(canonicalise(url))
        request = Request(url, callback=NO_CALLBACK, meta=dict(meta), dont_filter=True)
        try:
            response = await crawler.engine.download_async(request)
        except Exception as error:
            crawler.spider.logger.info("%s: cannot be continued: %s: %s", page.url, *failure_kind(error))  # type: ignore[union-attr]
            break
        if (
            response.status != 200
            or host(response.url) != host(page.url)
            or canonicalise(response.url) != canonicalise(url)
        ):
            break
        parts.append(response.body)
        last = replace(page, url=response.url, body=response.body)
    return replace(page, parts=tuple(parts)) if parts else page


def _next(page: RawPage) -> str | None:
    from pipelines.extraction.pages import next_page  # loads the extraction, which most crawls never need here

    return next_page(page)
