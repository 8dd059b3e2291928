"""The durable Scrapy scheduler. Article URLs wait in the store's ``frontier`` table; here is only what goes out next.

A URL is leased when it is taken from the table and settled in the transaction that stores what came of it. A crawl
that is killed leaves leases behind, which the next start takes back: nothing lost, nothing twice. Requests without a
lease (feeds, sitemaps) live in memory: the next start asks for them anyway.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Collection, Sequence
from typing import Self

from scrapy import Request, Spider, signals
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from sqlalchemy import Connection

from crawler.budgets import Budgets
from crawler.extensions.pace import Pace
from pipelines.errors import NewsmintError
from pipelines.stages import outcomes
from pipelines.stages.outcomes import Missed
from pipelines.stages.session import Session, session_of
from pipelines.store import due, frontier
from pipelines.store.due import Allowance
from pipelines.store.frontier import FrontierEntry
from pipelines.store.times import now
from pipelines.urls import host

log = logging.getLogger(__name__)

AHEAD_SECONDS = 10.0
"""How much work is leased ahead, at a source's own pace."""
PAGE_BYTES = 50_000
"""What a page that waits for its extraction counts at least: all that waits with it, however small it is itself."""
PAUSE_MOST = 120.0
"""Seconds; a source whose host is paused for longer is not waited for."""


class FrontierScheduler(BaseScheduler):
    """Gives out requests host by host in turn, and only to hosts that can take one now."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._lease_seconds = crawler.settings.getfloat("FRONTIER_LEASE_SECONDS")
        self._allowance = Allowance(
            crawler.settings.getfloat("REVISIT_SHARE"), crawler.settings.getint("REVISITS_LEAST")
        )
        self._queues: OrderedDict[str, deque[Request]] = OrderedDict()
        self._waiting: Counter[str] = Counter()
        """Source → leased requests held here."""
        self._taken: Counter[str] = Counter()
        self._dry: set[str] = set()
        """Sources that had nothing more pending when last asked."""
        self._resting: dict[str, str] = {}
        """Source → its host that is paused for too long to wait for."""
        self._leaving: set[asyncio.Task[None]] = set()
        self._claiming: asyncio.Task[None] | None = None
        self._renewed = time.monotonic()
        self._closed = False
        crawler.signals.connect(self._weigh_pages, signal=signals.spider_opened)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def open(self, spider: Spider) -> None:
        self._keys: tuple[str, ...] = tuple(source.key for source in getattr(spider, "sources", ()))
        self._limit: int | None = getattr(spider, "limit", None)
        self._is_durable = bool(getattr(spider, "uses_frontier", False))
        self._session: Session = session_of(self._crawler)
        self._budgets: Budgets = getattr(spider, "budgets", Budgets({}))
        self._is_listing: Callable[[str], bool] = getattr(spider, "is_listing", lambda key: False)
        if self._is_durable:
            with self._session.store.begin() as conn:
                locked = None if self._session.is_alone else self._keys
                frontier.release_stale(conn, now(), self._session.owner, sources=locked)

    def close(self, reason: str) -> None:
        self._closed = True

    def _weigh_pages(self) -> None:
        """Scrapy pauses fetching by the bytes that wait: tens of thousands of small pages, each with its tasks."""
        slot = self._crawler.engine.scraper.slot
        assert slot is not None
        slot.MIN_RESPONSE_SIZE = PAGE_BYTES

    def has_pending_requests(self) -> bool:
        for name in [name for name in self._queues if self._pace.pause_left(name) > PAUSE_MOST]:
            self._leave_alone(name)
        return bool(self._queues) or self._claiming is not None or bool(self._leaving) or bool(self._hungry())

    def enqueue_request(self, request: Request) -> bool:
        request.meta.pop("download_slot", None)  # of the host that redirected here
        queue = self._queues.setdefault(host(request.url), deque())
        if "lease" in request.meta:
            queue.append(request)
            self._waiting[request.meta["source"]] += 1
        else:
            queue.appendleft(request)
        return True

    def next_request(self) -> Request | None:
        if not self._closed:
            self._refill()
        if self._session.is_cut_off:
            return None
        pace = self._pace
        busy = pace.busy()
        for name, queue in self._queues.items():
            if pace.room(queue[0], busy):
                return self._take(name)
        return None

    def _leave_alone(self, name: str) -> None:
        """Let go of a host that is paused for longer than this run waits; its URLs stay for another run."""
        requests = self._queues.pop(name)
        kind = "host_down" if self._pace.is_down(name) else "long_pause"
        log.warning("%s: %s; %d requests are left to another run", name, kind.replace("_", " "), len(requests))
        for request in requests:
            if "lease" in request.meta:
                self._waiting[request.meta["source"]] -= 1
            elif "step" in request.meta:
                self._crawler.spider.listings.drop(request)  # type: ignore[union-attr]
            self._resting[request.meta.get("source", "")] = name
        said = f"{name}, with {len(requests)} URLs or more waiting"
        task = asyncio.ensure_future(self._record_left(requests, kind, said))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _record_left(self, requests: Sequence[Request], kind: str, detail: str) -> None:
        """One row for the host: its URLs are not at fault, and are pending again."""
        source: str = requests[0].meta["source"]
        missed = Missed(source, requests[0].url, None, kind, detail)
        leased = [request.meta["lease"].url for request in requests if "lease" in request.meta]
        try:
            await self._session.write(lambda conn: outcomes.fail(conn, self._session.place, missed))
            await self._session.write(lambda conn: frontier.give_back(conn, self._session.owner, leased))
        except NewsmintError as error:
            log.error("%s", error)
        self._session.count(source, "failed")

    def stir(self, source: str) -> None:
        """There may be something pending for the source again: URLs were added."""
        self._dry.discard(source)
        self._wake()

    def look_again(self, sources: Collection[str]) -> None:
        """These have something pending or due: what a crawl that runs on finds out now and then."""
        pace = self._pace
        self._resting = {key: name for key, name in self._resting.items() if pace.pause_left(name) > PAUSE_MOST}
        self._dry.difference_update(sources)
        self._wake()

    def _take(self, name: str) -> Request:
        queue = self._queues[name]
        request = queue.popleft()
        if queue:
            self._queues.move_to_end(name)
        else:
            del self._queues[name]
        if "lease" in request.meta:
            self._waiting[request.meta["source"]] -= 1
        return request

    def _hungry(self) -> dict[str, int]:
        """Sources with fewer requests at hand than they can use soon, and how many more they may have."""
        if not self._is_durable or self._closed or self._session.trouble is not None:
            return {}
        wanted: dict[str, int] = {}
        for key in self._keys:
            if key in self._dry or key in self._resting:
                continue
            ahead = min(self._pace.ahead(key, AHEAD_SECONDS), self._budgets.left(key))
            if self._limit is not None:
                ahead = min(ahead, self._limit - self._taken[key])
            if ahead > 0 and self._waiting[key] <= ahead // 2:
                wanted[key] = ahead
        return wanted

    def _refill(self) -> None:
        if self._claiming is None and (wanted := self._hungry()):
            self._claiming = asyncio.ensure_future(self._claim(wanted))

    async def _claim(self, wanted: dict[str, int]) -> None:
        try:
            claimed = await self._session.write(lambda conn: self._lease(conn, wanted), urgent=True)
        except NewsmintError as error:
            log.error("%s", error)
            claimed = {}
        finally:
            self._claiming = None
        for key, entries in claimed.items():
            if len(entries) < wanted[key]:
                self._dry.add(key)
            self._taken[key] += len(entries)
            self._budgets.fetching(key, len(entries))
            for entry in entries:
                self._crawler.engine.crawl(self._crawler.spider.request_for(entry))  # type: ignore[union-attr]
        self._wake()

    def _lease(self, conn: Connection, wanted: dict[str, int]) -> dict[str, list[FrontierEntry]]:
        owner, seconds, moment = self._session.owner, self._lease_seconds, now()
        if time.monotonic() - self._renewed > seconds / 3:
            frontier.renew(conn, owner, moment, seconds)
            self._renewed = time.monotonic()
        claimed = {
            key: frontier.claim(conn, owner, number, moment, seconds, sources=[key]) for key, number in wanted.items()
        }
        room = {key: wanted[key] - len(found) for key, found in claimed.items() if len(found) < wanted[key]}
        settled = {key: left for key, left in room.items() if not self._is_listing(key)}  # else new ones may yet come
        for key, number in due.promote(conn, settled, moment, self._allowance).items():
            claimed[key] += frontier.claim(conn, owner, number, moment, seconds, sources=[key])
        return claimed

    def _wake(self) -> None:
        """Have the engine look again now; by itself it would after five seconds."""
        slot = self._crawler.engine._slot
        if slot is not None:
            slot.nextcall.schedule()

    @property
    def _pace(self) -> Pace:
        pace = self._crawler.get_extension(Pace)
        assert pace is not None
        return pace
