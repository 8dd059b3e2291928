"""An article on several pages is fetched whole: the pages that continue it become the first page's ``parts``."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK

from crawler.failures import failure_kind
from pipelines.items import RawPage
from pipelines.pool import MAX_BYTES
from pipelines.urls import canonicalise, host

MOST = 20
"""Pages of one article, the first included."""

_PAGERS = (
    *(b'rel="next', b"rel='next", b"rel=next", b' next"', b" next'", b'"next"'),
    *(
        b"post-page-numbers",
        b"page-links",
        b"page-numbers",
        b"pagination",
        b"pager",
        b"paging",
        b"page-nav",
        b"multipage",
    ),
)
_NUMBER = re.compile(
    r"(?:[/_-](?:page[-/]?|p|seite-?)?|[?&](?:page|seite|pagina|pg|p)=)(?P<number>\d{1,2})/?(?:\.html?)?$"
)
_ENDING = re.compile(r"\.(?:html?|php|aspx?)$")


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


def may_go_on(page: RawPage) -> bool:
    """Whether ``next_page`` could find a continuation: true for any page that has one, and seldom for another.

    Cheap, since it runs on the event loop, where searching a page for a pattern with alternatives takes longer than
    fetching it: most pages are told by substrings alone, and are not parsed here.
    """
    lowered = page.body.lower()
    if not any(mark in lowered for mark in _PAGERS):
        return False
    slug, number = _slug_and_next(page.url.lower())
    if not slug.isascii() or "%" in slug:
        return True
    wanted = rf"(?:2|{number})".encode()
    behind = re.escape(slug).encode() + rb"""[^"'\s<>]{0,14}(?<!\d)""" + wanted + rb"(?!\d)"
    relative = rb"""["'=](?:\./)?(?:page/|\?(?:page|seite|pagina|pg|p)=)?""" + wanted + rb"""/?["'\s>]"""
    return bool(slug) and (re.search(behind, lowered) or re.search(relative, lowered)) is not None


def _slug_and_next(url: str) -> tuple[str, int]:
    """The article's word in the address, and the number of the part after this one."""
    found = _NUMBER.search(url)
    first = url[: found.start()] if found else url
    last = first.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    return _ENDING.sub("", last), int(found["number"]) + 1 if found else 2


def _next(page: RawPage) -> str | None:
    from pipelines.extraction.pages import next_page  # loads the extraction, which most crawls never need here

    return next_page(page)
