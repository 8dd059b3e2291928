"""The one spider: asks each source's routes what is new, and fetches it.

``scrapy crawl news -a source=coindesk,decrypt [-a since=2026-11-01] [-a limit=20] [-a deep=1]``

Routes are asked anew at every start. What they name goes to the durable frontier, and comes back from it through
the scheduler, newest first, as ``parse_article`` requests.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.budgets import Budgets, Limits, Stop
from crawler.discovery import Discovered, UnusableListing
from crawler.failures import failure_kind
from crawler.frontier.scheduler import FrontierScheduler
from crawler.headers import headers_of, retry_after
from crawler.sources import Source, SourceRegistry
from crawler.spiders.continuations import continuations
from crawler.spiders.routes import ROUTES, Answer, Depth, Route
from crawler.versions import versions
from pipelines.items import RawPage
from pipelines.stages import outcomes
from pipelines.stages.items import Fetched, Lease
from pipelines.stages.outcomes import Missed, Read
from pipelines.stages.session import Session
from pipelines.store.frontier import FrontierEntry
from pipelines.store.sources import SourceRow
from pipelines.store.times import epoch_asked_for, now, utc_text
from pipelines.urls import is_internal, is_trap

FINAL = frozenset(
    {"robots", "scheme", "credentials", "off_site", "not_html", "too_large", "headers", "encodings", "private_address"}
)
"""Failures that another run would meet again, beside 404 and the like."""


class NewsSpider(Spider):
    """Crawls any number of sources in one process. ``from_crawler`` takes text arguments, as ``-a`` gives them."""

    name = "news"
    uses_frontier = True

    def __init__(
        self,
        *,
        sources: Sequence[Source],
        session: Session,
        depth: Depth | None = None,
        limit: int | None = None,
        dry_run: bool = False,
        settings: BaseSettings,
    ) -> None:
        super().__init__(self.name)
        self.sources = tuple(sources)
        self.session = session
        self.limit = limit
        self.uses_frontier = not dry_run
        self._by_key = {source.key: source for source in sources}
        self._routes = {route.name: route for route in ROUTES}
        self._depth = depth or Depth()
        deep = self._depth.goes_back
        self._pages_most = settings.getint("DISCOVERY_PAGES_DEEP" if deep else "DISCOVERY_PAGES")
        self._new_most = settings.getint("NEW_URLS_A_SOURCE")
        self._pages: Counter[tuple[str, str, str]] = Counter()
        self._new: Counter[str] = Counter()
        self._asked: set[str] = set()
        self._read: set[int] = set()
        """Hashes of what each page of a listing named: a server may answer every page number with the same."""
        limits = {source.key: _limits(source, settings) for source in sources}
        self.budgets = Budgets(limits, self._budget_spent)
        self._notes: set[asyncio.Task[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        settings = crawler.settings
        sources = kwargs.get("sources") or _chosen(settings, str(kwargs.get("source", "all")))
        spider = cls(
            sources=sources,
            session=kwargs.get("session") or _opened(settings, sources),
            depth=kwargs.get("depth") or _depth(kwargs),
            limit=int(kwargs["limit"]) if kwargs.get("limit") else None,
            dry_run=bool(kwargs.get("dry_run")),
            settings=settings,
        )
        spider._set_crawler(crawler)
        crawler.signals.connect(spider._received, signal=signals.response_downloaded)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        for route in ROUTES:
            for source in self.sources:
                for url in route.starts(source, self._depth):
                    for request in self._listing_requests(source, route, url, (url,)):
                        yield request

    def _listing_requests(self, source: Source, route: Route, root: str, urls: Sequence[str]) -> Iterator[Request]:
        """Requests for addresses of a route not asked before, as far as the bound on the route's pages allows."""
        place = (source.key, route.name, root)
        for url in urls:
            key = f"{source.key} {url}"
            if key in self._asked or self._pages[place] >= self._pages_most or not self.budgets.left(source.key):
                continue
            self._asked.add(key)
            self._pages[place] += 1
            yield Request(
                url,
                callback=self.parse_listing,
                errback=self.listing_failed,
                cb_kwargs={"root": root},
                meta=self._meta(source, route=route.name, handle_httpstatus_list=list(route.statuses)),
                dont_filter=True,
            )

    async def parse_listing(self, response: Response, root: str) -> AsyncIterator[Request]:
        """Queue what the listing names; go on to the listing's next pages."""
        source, route = self._by_key[response.meta["source"]], self._routes[response.meta["route"]]
        answer = Answer(response.url, response.status, headers_of(response), response.body)
        try:
            found = await asyncio.to_thread(route.read, answer, source, self._depth)
        except UnusableListing as error:
            await self._missed(self._missed_request(response.request, "unusable_listing", str(error)))
            return
        pending = await self._queue(source, route, response, found)
        if self._goes_on(source, root, found, pending):
            for request in self._listing_requests(source, route, root, found.follow):
                yield request

    def _goes_on(self, source: Source, root: str, found: Discovered, pending: int) -> bool:
        """Whether a listing's next pages are worth asking for: not once a page repeats another or brings nothing."""
        if not found.candidates:
            return True
        named = hash((source.key, root, frozenset(each.url for each in found.candidates)))
        if named in self._read:
            return False
        self._read.add(named)
        return (pending > 0 or self._depth.goes_back) and self.budgets.left_to_queue(source.key) > 0

    async def _queue(self, source: Source, route: Route, response: Response, found: Discovered) -> int:
        """Queue what is wanted of it; how many became pending."""
        entries = self._wanted(source, found)
        seconds = response.meta.get("download_latency")
        read = Read(source.key, response.url, route.name, response.status, len(response.body), seconds, entries)
        pending = await self.session.write(lambda conn: outcomes.listing(conn, self.session.place, read), urgent=True)
        self._new[source.key] += pending
        self.budgets.queued(source.key, pending)
        self.session.count(source.key, "listing")
        self.session.count(source.key, "queued", pending)
        if found.reason:
            self.logger.info("%s: %s: %s", source.key, route.name, found.reason)
        if pending:
            self._scheduler.stir(source.key)
        return pending

    def _wanted(self, source: Source, found: Discovered, depth: int = 0) -> list[FrontierEntry]:
        """What of the candidates is of this source, and how many of them this crawl takes up."""
        entries = [
            FrontierEntry(each.url, source.key, each.hint, depth=depth)
            for each in found.candidates
            if is_internal(each.url, source.domain)
            and source.may_be_article(each.url)
            and not is_trap(each.url)
            and (each.hint.route != "listing" or self.budgets.may_follow(source.key, each.url, depth))
        ]
        most = self.budgets.left_to_queue(source.key)
        if self._depth.deep:
            return entries[:most]
        left = min(most, max(0, self._new_most - self._new[source.key]))
        if self._depth.since is None:
            return entries[:left]
        dated = [each for each in entries if each.hint and (each.hint.published_at or each.hint.modified_at)]
        return (dated + [each for each in entries if each not in dated][:left])[:most]

    async def listing_failed(self, failure: Failure) -> None:
        await self._missed(self._from_failure(failure))

    def request_for(self, entry: FrontierEntry) -> Request:
        """The request that fetches a leased URL. Called by the scheduler."""
        lease = Lease(entry.url, self.session.owner, entry.tries)
        meta = self._meta(self._by_key[entry.source], lease=lease, entry=entry)
        return Request(entry.url, callback=self.parse_article, errback=self.article_failed, meta=meta, dont_filter=True)

    async def parse_article(self, response: Response) -> AsyncIterator[Fetched]:
        """Hand the page to the pipeline, with the pages that continue it."""
        entry: FrontierEntry = response.meta["entry"]
        source = self._by_key[entry.source]
        trouble = _no_page(response, source)
        if trouble:
            await self._missed(self._missed_request(response.request, *trouble))
            return
        page = RawPage(
            url=response.url,
            body=response.body,
            source=source.key,
            requested_url=entry.url if entry.url != response.url else None,
            status=response.status,
            content_type=headers_of(response).get("content-type"),
            fetched_at=utc_text(now()),
            hint=entry.hint,
        )
        page = await continuations(page, self.crawler, self._meta(source))
        found = await self._links_of(page, source, entry.depth + 1) if source.whole_site else ()
        self.session.count(source.key, "fetched")
        yield Fetched(page, response.meta["lease"], seconds=response.meta.get("download_latency"), found=found)

    async def _links_of(self, page: RawPage, source: Source, depth: int) -> tuple[FrontierEntry, ...]:
        """Article links of a page: the last resort for a site that no other route covers."""
        answer = Answer(page.url, page.status, {"Content-Type": page.content_type or ""}, page.body)
        try:
            found = await asyncio.to_thread(self._routes["site"].read, answer, source, self._depth)
        except UnusableListing:
            return ()
        return tuple(self._wanted(source, found, depth))

    def _received(self, response: Response, request: Request) -> None:
        if source := request.meta.get("source"):
            self.budgets.received(source, len(response.body))

    def _budget_spent(self, stop: Stop) -> None:
        """Say so in the log, and as a row that ``newsmint failures`` shows."""
        self.logger.warning("%s: %s: %s", stop.source, stop.kind, stop.detail)
        url = stop.url or f"https://{self._by_key[stop.source].domain}/"
        self._notes.add(
            task := asyncio.ensure_future(self._missed(Missed(stop.source, url, None, stop.kind, stop.detail)))
        )
        task.add_done_callback(self._notes.discard)

    async def article_failed(self, failure: Failure) -> None:
        await self._missed(self._from_failure(failure))

    def _from_failure(self, failure: Failure) -> Missed:
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        assert error is not None
        kind, detail = failure_kind(error)
        if not isinstance(error, HttpError):
            return self._missed_request(request, kind, detail)
        response = error.response
        wait = retry_after(headers_of(response)) or 0.0
        return self._missed_request(request, kind, detail, status=response.status, wait=wait)

    def _missed_request(
        self, request: Request | None, kind: str, detail: str, status: int | None = None, wait: float = 0.0
    ) -> Missed:
        assert request is not None
        entry: FrontierEntry | None = request.meta.get("entry")
        route = request.meta.get("route") or (entry.hint.route if entry and entry.hint else None)
        gone = status is not None and 400 <= status < 500 and status not in (403, 408, 425, 429)
        return Missed(
            source=request.meta["source"],
            url=entry.url if entry else request.url,
            route=route,
            kind=kind,
            detail=detail,
            status=status,
            seconds=request.meta.get("download_latency"),
            lease=request.meta.get("lease"),
            retry=kind not in FINAL and not gone,
            wait=wait,
        )

    async def _missed(self, missed: Missed) -> None:
        self.logger.debug("%s: %s: %s: %s", missed.source, missed.url, missed.kind, missed.detail)
        await self.session.write(lambda conn: outcomes.fail(conn, self.session.place, missed))
        self.session.count(missed.source, "failed")

    def _meta(self, source: Source, **more: Any) -> dict[str, Any]:
        return {"source": source.key, **({"proxy": source.proxy} if source.proxy else {}), **more}

    @property
    def _scheduler(self) -> FrontierScheduler:
        scheduler = self.crawler.engine.scheduler
        assert isinstance(scheduler, FrontierScheduler)
        return scheduler


def _no_page(response: Response, source: Source) -> tuple[str, str] | None:
    """Kind and detail where what came is no page of the source's site."""
    if not is_internal(response.url, source.domain.partition("/")[0]):
        return "off_site", f"leads to {response.url}"[:300]
    media = (headers_of(response).get("content-type") or "text/html").partition(";")[0].strip().lower()
    if media and not ("html" in media or media in ("text/plain", "application/xml", "text/xml")):
        return "not_html", f"is {media}"[:100]
    return None


def _limits(source: Source, settings: BaseSettings) -> Limits:
    """The source's own budgets, the crawl's where it has none."""
    return Limits(
        pages=source.max_pages or settings.getint("BUDGET_PAGES"),
        depth=source.max_depth or settings.getint("BUDGET_DEPTH"),
        shape=source.max_shape or settings.getint("BUDGET_SHAPE"),
        megabytes=source.max_megabytes or settings.getfloat("BUDGET_MEGABYTES"),
        minutes=source.max_minutes or settings.getfloat("BUDGET_MINUTES"),
    )


def _chosen(settings: BaseSettings, keys: str) -> tuple[Source, ...]:
    path = settings.get("NEWSMINT_SOURCES")
    return SourceRegistry.load(Path(path) if path else None).select([key for key in keys.split(",") if key])


def _opened(settings: BaseSettings, sources: Sequence[Source]) -> Session:
    rows = [SourceRow(source.key, source.name, source.domain, source.language) for source in sources]
    return Session.open(settings["NEWSMINT_DATABASE"], "scrapy crawl news", rows, versions())


def _depth(arguments: dict[str, Any]) -> Depth:
    seconds = epoch_asked_for(arguments.get("since"), "since")
    since = datetime.fromtimestamp(seconds, now().tzinfo) if seconds is not None else None
    return Depth(since, str(arguments.get("deep", "")).lower() in ("1", "true", "yes"))
