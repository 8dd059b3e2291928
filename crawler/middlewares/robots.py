"""robots.txt as RFC 9309 has it: obeyed, and where it cannot be read for the server's own fault, everything forbidden.

Scrapy's own middleware fetches the page all the same when robots.txt answers 503 or leads in circles, and does not
pass a source's proxy on to it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser

from crawler.failures import Refused, failure_kind
from crawler.recent import Recent
from crawler.signals import robots_read

MAX_BYTES = 512_000
"""Of a robots.txt that are read; RFC 9309 asks for at least 500 KiB."""
LIFETIME = 24 * 3600.0
"""Seconds that rules hold; RFC 9309 allows a day."""
RETRY_AFTER = 600.0
"""Seconds until rules that could not be read are asked for again."""
REMEMBERED = 2_000
"""Hosts whose rules are kept; those of one that was not asked for long are fetched again."""
CARRIED = ("source", "proxy")
"""What of a request's meta its robots.txt request needs as well."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a host allows: by its parser, everything (no parser), or nothing (``refusal``)."""

    until: float
    parser: ProtegoRobotParser | None = None
    refusal: Refused | None = None

    def check(self, url: str, user_agent: str) -> None:
        """Raise Refused where the URL may not be fetched."""
        if self.refusal is not None:
            raise Refused(self.refusal.kind, self.refusal.detail)
        if self.parser is not None and not self.parser.allowed(url, user_agent):
            raise Refused("robots", "forbidden by robots.txt")


class Robots:
    """Downloader middleware: one robots.txt a host, asked for before its first page."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._user_agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        self._rules: Recent[str, asyncio.Future[Rules]] = Recent(REMEMBERED)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        rules = await self._rules_for(request)
        rules.check(request.url, self._user_agent)

    async def _rules_for(self, request: Request) -> Rules:
        parts = urlsplit(request.url)
        site = f"{parts.scheme}://{parts.netloc}"
        known = self._rules.recall(site)
        if known is None or (known.done() and known.result().until < time.monotonic()):
            known = self._rules[site] = asyncio.ensure_future(self._fetch(site, request))
        return await asyncio.shield(known)

    async def _fetch(self, site: str, request: Request) -> Rules:
        meta = {name: request.meta[name] for name in CARRIED if name in request.meta}
        asked = Request(
            f"{site}/robots.txt", callback=NO_CALLBACK, priority=1000, meta={**meta, "dont_obey_robotstxt": True}
        )
        try:
            response = await self._crawler.engine.download_async(asked)
        except Exception as error:
            kind, detail = failure_kind(error)
            return _nothing(kind if kind not in ("redirects", "too_large") else "robots_unreachable", detail)
        return await self._read(response, site, request)

    async def _read(self, response: Response, site: str, request: Request) -> Rules:
        status, body = response.status, response.body[:MAX_BYTES]
        said = body if status == 200 else b""
        await self._crawler.signals.send_catch_log_async(robots_read, site=site, status=status, body=said)
        if 400 <= status < 500 and status != 429:
            return Rules(time.monotonic() + LIFETIME)
        if not 200 <= status < 300:
            return _nothing("robots_unreachable", f"answers {status}")
        parser = await asyncio.to_thread(ProtegoRobotParser, body, self._crawler.spider)
        await self._crawler.signals.send_catch_log_async(signals.robots_parsed, robotparser=parser, request=request)
        return Rules(time.monotonic() + LIFETIME, parser)


def _nothing(kind: str, detail: str) -> Rules:
    return Rules(time.monotonic() + RETRY_AFTER, refusal=Refused(kind, f"robots.txt: {detail}"))
