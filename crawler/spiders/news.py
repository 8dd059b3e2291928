"""The one spider: asks each source's routes what is new, and fetches it.

``scrapy crawl news -a source=coindesk,decrypt [-a since=2026-11-01] [-a limit=20] [-a deep=1]``

Routes are asked anew at every start. What they name goes to the durable frontier, and comes back from it through
the scheduler, newest first, as ``parse_article`` requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from crawler.budgets import Budgets, Stop
from crawler.conditional import conditions, fresh_seconds
from crawler.discovery import UnusableListing
from crawler.extensions.record_rights import RecordRights
from crawler.frontier.scheduler import FrontierScheduler
from crawler.headers import headers_of
from crawler.sources import Source
from crawler.spiders.arguments import chosen, depth_of, limits_of, opened, reach_of
from crawler.spiders.continuations import continuations
from crawler.spiders.listings import Listings
from crawler.spiders.missed import missed, missed_by
from crawler.spiders.reach import of_source
from crawler.spiders.routes import Answer, Depth, read_links
from crawler.spiders.unchanged import is_same, kept_validators
from crawler.spiders.watch import Watch
from pipelines.items import RawPage
from pipelines.stages import outcomes
from pipelines.stages.items import Extracted, Fetched, Lease, NotModified
from pipelines.stages.outcomes import Missed
from pipelines.stages.session import Session
from pipelines.store.frontier import FrontierEntry
from pipelines.store.times import now, utc_text
from pipelines.urls import is_internal


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
        watch: Watch | None = None,
        due_only: bool = False,
        settings: BaseSettings,
    ) -> None:
        super().__init__(self.name)
        self.sources = tuple(sources)
        self.session = session
        self.limit = limit
        self.uses_frontier = not dry_run
        self.watch = watch
        self.due_only = due_only
        self._by_key = {source.key: source for source in sources}
        self._reach = reach_of(depth or Depth(), settings)
        limits = {source.key: limits_of(source, settings) for source in sources}
        self.budgets = Budgets(limits, self._budget_spent)
        self.listings = Listings(sources, session, self._reach, self.budgets, self._stir)
        self._notes: set[asyncio.Task[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        settings = crawler.settings
        sources = kwargs.get("sources") or chosen(settings, str(kwargs.get("source", "all")))
        spider = cls(
            sources=sources,
            session=kwargs.get("session") or opened(settings, sources),
            depth=kwargs.get("depth") or depth_of(kwargs),
            limit=int(kwargs["limit"]) if kwargs.get("limit") else None,
            dry_run=bool(kwargs.get("dry_run")),
            watch=kwargs.get("watch"),
            due_only=bool(kwargs.get("due_only")),
            settings=settings,
        )
        spider._set_crawler(crawler)
        crawler.signals.connect(spider._received, signal=signals.response_downloaded)
        crawler.signals.connect(spider._settled, signal=signals.item_scraped)
        crawler.signals.connect(spider._settled, signal=signals.item_dropped)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        for request in self.listings.visit(due_at=now() if self.watch or self.due_only else None):
            yield request

    def is_listing(self, source: str) -> bool:
        """Whether listings of the source are being read, so that new URLs may yet come of them."""
        return self.listings.is_open(source)

    def request_for(self, entry: FrontierEntry, *, whole: bool = False) -> Request:
        """The request that fetches a leased URL; ``whole``: whatever is known of it. Called by the scheduler."""
        lease = Lease(entry.url, self.session.owner, entry.tries)
        meta = self._meta(self._by_key[entry.source], lease=lease, entry=entry)
        is_stored = entry.article_id is not None and entry.tries == 0
        asked_by = conditions(entry.validators) if is_stored and not whole and not self._reach.depth.goes_back else {}
        meta |= {"handle_httpstatus_list": [304]} if asked_by else {}
        return Request(
            entry.url,
            callback=self.parse_article,
            errback=self.article_failed,
            headers=asked_by,
            meta=meta,
            dont_filter=True,
        )

    async def parse_article(self, response: Response) -> AsyncIterator[Fetched | Request]:
        """Hand the page to the pipeline, with the pages that continue it."""
        entry: FrontierEntry = response.meta["entry"]
        source, headers = self._by_key[entry.source], headers_of(response)
        if response.status == 304:
            if is_same(response.url, entry.url):
                await self._not_modified(response, entry)
            else:  # another page's word
                yield self.request_for(entry, whole=True)
            return
        trouble = _no_page(response, source)
        if trouble:
            await self._missed(missed(response.request, *trouble))
            return
        page = RawPage(
            url=response.url,
            body=response.body,
            source=source.key,
            requested_url=entry.url if entry.url != response.url else None,
            status=response.status,
            content_type=headers.get("content-type"),
            fetched_at=utc_text(now()),
            hint=entry.hint,
        )
        page = await continuations(page, self.crawler, self._meta(source))
        found = await self._links_of(page, source, entry.depth + 1) if source.whole_site else ()
        rights = self.crawler.get_extension(RecordRights)
        self.session.count(source.key, "fetched")
        yield Fetched(
            page,
            response.meta["lease"],
            seconds=response.meta.get("download_latency"),
            found=found,
            validators=kept_validators(response.url, entry.url, headers),
            fresh_seconds=fresh_seconds(headers),
            notices=await rights.of(response.url, headers, self._meta(source)) if rights else None,
        )

    async def _not_modified(self, response: Response, entry: FrontierEntry) -> None:
        headers = headers_of(response)
        same = NotModified(
            response.meta["lease"],
            entry,
            seconds=response.meta.get("download_latency"),
            validators=kept_validators(response.url, entry.url, headers, entry.validators),
            fresh_seconds=fresh_seconds(headers),
        )
        await self.session.write(lambda conn: outcomes.not_modified(conn, self.session.place, same))
        self.session.count(entry.source, "fetched")
        self.session.count(entry.source, "unchanged")

    async def _links_of(self, page: RawPage, source: Source, depth: int) -> tuple[FrontierEntry, ...]:
        """Article links of a page: the last resort for a site that no other route covers."""
        answer = Answer(page.url, page.status, {"Content-Type": page.content_type or ""}, page.body)
        try:
            found = await asyncio.to_thread(read_links, answer, source, self._reach.depth)
        except UnusableListing:
            return ()
        entries = of_source(source, found, self.budgets, depth)
        return tuple(self._reach.taken(entries, 0, self.budgets.left_to_queue(source.key)))

    def _received(self, response: Response, request: Request) -> None:
        if source := request.meta.get("source"):
            self.budgets.received(source, len(response.body))

    async def _settled(self, item: Fetched | Extracted) -> None:
        """The links that a page brought were queued with it: there is more to fetch."""
        fetched = item.fetched if isinstance(item, Extracted) else item
        if fetched.found:
            await self.session.write(lambda conn: None)  # a refused page is written just now
            self._stir(fetched.source)

    def _budget_spent(self, stop: Stop) -> None:
        """Say so in the log, and as a row that ``newsmint failures`` shows."""
        self.logger.warning("%s: %s: %s", stop.source, stop.kind, stop.detail)
        url = stop.url or f"https://{self._by_key[stop.source].domain}/"
        self._notes.add(
            task := asyncio.ensure_future(self._missed(Missed(stop.source, url, None, stop.kind, stop.detail)))
        )
        task.add_done_callback(self._notes.discard)

    async def article_failed(self, failure: Failure) -> None:
        await self._missed(missed_by(failure))

    async def _missed(self, missed: Missed) -> None:
        self.logger.debug("%s: %s: %s: %s", missed.source, missed.url, missed.kind, missed.detail)
        outcome = await self.session.write(lambda conn: outcomes.fail(conn, self.session.place, missed))
        self.session.count(missed.source, outcome)

    def _meta(self, source: Source, **more: Any) -> dict[str, Any]:
        return {"source": source.key, **({"proxy": source.proxy} if source.proxy else {}), **more}

    def _stir(self, source: str) -> None:
        scheduler = self.crawler.engine.scheduler
        assert isinstance(scheduler, FrontierScheduler)
        scheduler.stir(source)


def _no_page(response: Response, source: Source) -> tuple[str, str] | None:
    """Kind and detail where what came is no page of the source's site."""
    if not is_internal(response.url, source.domain.partition("/")[0]):
        return "off_site", f"leads to {response.url}"[:300]
    media = (headers_of(response).get("content-type") or "text/html").partition(";")[0].strip().lower()
    if media and not ("html" in media or media in ("text/plain", "application/xml", "text/xml")):
        return "not_html", f"is {media}"[:100]
    return None
