"""How fast a host is asked: never faster than it answers, than its robots.txt says, or than its source's entry says.

Scrapy's AutoThrottle has one least delay for all hosts and forgets Crawl-delay with the next answer; this keeps a
floor a host, as AutoThrottle's rule moves the delay above it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, Self

from scrapy import Request, Spider, signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.robotstxt import ProtegoRobotParser

from crawler.headers import headers_of, retry_after
from crawler.recent import HOSTS, Recent
from crawler.sources import Source
from pipelines.urls import host

HOSTS_OF_A_SOURCE = 100
"""Hosts by which the pace of a source is judged."""


class _Pause(NamedTuple):
    until: float
    is_down: bool


NEVER = _Pause(0.0, False)


class Pace:
    """Extension: sets the delay and concurrency of Scrapy's download slots, of which there is one a host."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._user_agent: str = settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"]
        self._least = settings.getfloat("DOWNLOAD_DELAY")
        self._most = settings.getfloat("AUTOTHROTTLE_MAX_DELAY")
        self._crawl_delay_most = settings.getfloat("CRAWL_DELAY_MAX")
        self._concurrency = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._adapts = settings.getbool("AUTOTHROTTLE_ENABLED")
        self._sources: dict[str, Source] = {}
        self._crawl_delay: Recent[str, float] = Recent(HOSTS)
        self._hosts_of: dict[str, Recent[str, None]] = {}
        self._paused: Recent[str, _Pause] = Recent(HOSTS)
        self._last = 0.0
        """When another run on a shared store may have asked a host last: until this one had its locks."""
        connect = crawler.signals.connect
        connect(self._learn_sources, signal=signals.spider_opened)
        connect(self._learn_crawl_delay, signal=signals.robots_parsed)
        connect(self._set_slot, signal=signals.request_reached_downloader)
        connect(self._adapt, signal=signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def pause(self, url: str, seconds: float, *, is_down: bool = False) -> None:
        """Ask nothing of the URL's host for so long: it said so itself, or it is down."""
        name = host(url)
        before = self._paused.get(name, NEVER)
        self._paused[name] = _Pause(max(before.until, time.monotonic() + seconds), is_down)

    def is_down(self, name: str) -> bool:
        """Whether the host's last pause was for being down."""
        return self._paused.get(name, NEVER).is_down

    def pause_left(self, name: str) -> float:
        """Seconds for which the host is to be left alone; 0 when it may be asked."""
        return max(0.0, self._paused.get(name, NEVER).until - time.monotonic())

    def busy(self) -> Counter[str]:
        """Host → requests under way, those that middlewares hold (for robots.txt, for a pause) included."""
        return Counter(host(request.url) for request in self._crawler.engine.downloader.active)

    def room(self, request: Request, busy: Counter[str]) -> bool:
        """Whether the request's host takes one more now."""
        name = host(request.url)
        return busy[name] < self._concurrency_of(request) and self.pause_left(name) == 0

    def ahead(self, source: str, seconds: float) -> int:
        """How many pages of a source go out in so many seconds at most, at its slowest host's floor."""
        delay = max([self._floor(source, name) for name in self._hosts_of.get(source, ())] or [self._floor(source, "")])
        return 64 if delay <= 0 else max(2, min(64, int(seconds / delay)))

    def _learn_sources(self, spider: Spider) -> None:
        sources: Sequence[Source] = getattr(spider, "sources", ())
        self._sources = {source.key: source for source in sources}
        self._crawler.engine.downloader._delay = 0.0  # the floor below is what a slot starts with
        session = getattr(spider, "session", None)
        if session is not None and not session.is_alone:
            self._last = time.monotonic()

    def _learn_crawl_delay(self, robotparser: ProtegoRobotParser, request: Request) -> None:
        rules = robotparser.rp
        rate = rules.request_rate(self._user_agent)
        asked = max(
            float(rules.crawl_delay(self._user_agent) or 0),
            rate.seconds / rate.requests if rate and rate.requests else 0.0,
        )
        self._crawl_delay[host(request.url)] = min(asked, self._crawl_delay_most)
        hosts = self._hosts_of.setdefault(request.meta.get("source", ""), Recent(HOSTS_OF_A_SOURCE))
        hosts[host(request.url)] = None

    def _floor(self, source: str, name: str) -> float:
        known = self._sources.get(source)
        own = known.delay if known else None
        if own is None:
            own = 0.0 if known and known.allow_private else self._least
        return max(own, self._crawl_delay.recall(name) or 0.0)

    def _concurrency_of(self, request: Request) -> int:
        known = self._sources.get(request.meta.get("source", ""))
        return (known.concurrency if known else None) or self._concurrency

    def _set_slot(self, request: Request) -> None:
        slot = self._slot(request)
        if slot is None:
            return
        source = request.meta.get("source", "")
        known = self._sources.get(source)
        floor = self._floor(source, host(request.url))
        slot.delay = max(slot.delay, floor)
        slot.lastseen = slot.lastseen or self._last
        slot.concurrency = self._concurrency_of(request)
        if self._crawl_delay.get(host(request.url)) or (known and known.delay is not None):
            slot.jitter = 0.0  # Scrapy varies a delay by half: too short for one that was asked for

    def _adapt(self, response: Response, request: Request) -> None:
        if response.status in (429, 503) and (asked := retry_after(headers_of(response))):
            self.pause(request.url, asked)  # here, before the slot is free for the next request
        slot, latency = self._slot(request), request.meta.get("download_latency")
        if slot is None or latency is None or not self._adapts:
            return
        target = latency / slot.concurrency
        delay = max(target, (slot.delay + target) / 2)
        if response.status == 200 or delay > slot.delay:  # errors are answered fast; that is no reason to hurry
            floor = self._floor(request.meta.get("source", ""), host(request.url))
            slot.delay = min(max(delay, floor), max(self._most, floor))

    def _slot(self, request: Request) -> Slot | None:
        return self._crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
