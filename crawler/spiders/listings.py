"""Asks the sources' feeds, sitemaps and listing pages, and queues what they name. Part of the news spider."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.budgets import Budgets
from crawler.conditional import fresh_seconds
from crawler.discovery import Discovered, UnusableListing
from crawler.headers import headers_of
from crawler.sources import Source
from crawler.spiders.missed import missed, missed_by
from crawler.spiders.reach import Reach, of_source
from crawler.spiders.routes import ROUTES, Answer, Route
from crawler.spiders.unchanged import asked_by, content_hash, is_older, is_same, kept_validators
from crawler.spiders.walks import Round, Step, Walk
from pipelines.stages import outcomes, polls
from pipelines.stages.outcomes import Missed
from pipelines.stages.polls import Page, Read
from pipelines.stages.session import Session
from pipelines.store import listings
from pipelines.store.frontier import FrontierEntry
from pipelines.store.listings import Listing
from pipelines.store.times import now

log = logging.getLogger(__name__)

STALLED = 3600.0
"""Seconds after which a crawl that runs on gives up a visit that does not end: no listing may be lost to a fault."""
ROUND_SECONDS = 600.0
"""For how long visits join a round: where there is always one under way, it would never end, and remember all."""


class Listings:
    """Visits listings. ``on_change`` hears the key of a source that has URLs to fetch, or none of whose is open now."""

    def __init__(
        self,
        sources: Iterable[Source],
        session: Session,
        reach: Reach,
        budgets: Budgets,
        on_change: Callable[[str], None],
    ) -> None:
        self._sources = tuple(sources)
        self._session = session
        self._reach = reach
        self._budgets = budgets
        self._on_change = on_change
        self._rounds: dict[str, Round] = {}
        self._open: Counter[str] = Counter()
        """Source → visits that are not over."""
        self._under_way: dict[tuple[str, str], Walk] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def visit(self, *, due_at: datetime | None = None) -> list[Request]:
        """Requests that begin a visit of every listing that is not under way; with ``due_at`` of those due by then."""
        waiting = self._waiting(due_at) if due_at else set()
        for walk in [walk for walk in self._under_way.values() if due_at and time.monotonic() - walk.began > STALLED]:
            log.warning("%s: the visit of %s is given up", walk.source.key, walk.root)
            self._finish(walk)
        walks = [
            self._walk(source, route, root)
            for route in ROUTES
            for source in self._sources
            for root in dict.fromkeys(route.starts(source, self._reach.depth))
            if (source.key, root) not in self._under_way and (source.key, root) not in waiting
        ]
        return [request for walk in walks for request in self._begin(walk)]

    def is_open(self, source: str) -> bool:
        """Whether a listing of the source is being visited."""
        return self._open[source] > 0

    def drop(self, request: Request) -> None:
        """A request of a visit will not be made: its host wants to be left alone."""
        step: Step = request.meta["step"]
        step.walk.failed(step.url, "paused", None, 0.0)
        self._closing.add(task := asyncio.ensure_future(self._close(step.walk)))
        task.add_done_callback(self._closing.discard)

    def _walk(self, source: Source, route: Route, root: str) -> Walk:
        known = self._known(source.key, root)
        here = self._rounds.get(source.key)
        if here is None or time.monotonic() - here.began > ROUND_SECONDS:
            here = self._rounds[source.key] = Round()
        self._open[source.key] += 1
        whole = known is not None and known.content_hash is not None
        walk = self._under_way[(source.key, root)] = Walk(source, route, root, here, was_whole=whole)
        return walk

    def _begin(self, walk: Walk) -> list[Request]:
        requests = list(self._requests(walk, (walk.root,)))
        if not requests:  # another route has asked for it, or the source's budget is spent
            self._finish(walk)
        return requests

    def _requests(self, walk: Walk, urls: Sequence[str], found: Discovered | None = None) -> Iterator[Request]:
        """Requests for addresses not asked before, as far as the bound on a route's pages allows."""
        for url in urls:
            if url in walk.round.asked or walk.pages >= self._reach.pages or not self._budgets.left(walk.source.key):
                continue
            walk.round.asked.add(url)
            walk.pages += 1
            step = Step(walk, url, self._known(walk.source.key, url))
            modified = found.modified.get(url) if found and not self._reach.depth.goes_back else None
            if not is_older(modified, step.known):
                yield self._request(step)

    def _request(self, step: Step, *, whole: bool = False) -> Request:
        """``whole``: whatever is known of it."""
        walk = step.walk
        conditions = {} if whole or self._reach.depth.goes_back else asked_by(step.known, walk.source)
        walk.open += 1
        statuses = [*walk.route.statuses, *([304] if conditions else ())]
        meta = {"source": walk.source.key, "route": walk.route.name, "step": step, "handle_httpstatus_list": statuses}
        meta |= {"proxy": walk.source.proxy} if walk.source.proxy else {}
        return Request(
            step.url, callback=self._answered, errback=self._failed, headers=conditions, meta=meta, dont_filter=True
        )

    async def _answered(self, response: Response) -> AsyncIterator[Request]:
        """Queue what the listing names; go on to its next pages."""
        step: Step = response.meta["step"]
        try:
            if response.status == 304 and not is_same(response.url, step.url):  # another page's word
                yield self._request(step, whole=True)
            elif self._is_as_it_was(response, step):
                await self._note(response, step)
            else:
                for request in await self._further(response, step):
                    yield request
        except Exception:
            step.walk.failed(step.url, "internal", response.status, 0.0)
            raise
        finally:
            await self._close(step.walk)

    async def _further(self, response: Response, step: Step) -> list[Request]:
        """Read a page; the requests for the pages it leads to."""
        try:
            found = await self._read(response, step)
        except UnusableListing as error:
            await self._missed(step, missed(response.request, "unusable_listing", str(error)))
            return []
        return list(self._requests(step.walk, found.follow, found))

    def _is_as_it_was(self, response: Response, step: Step) -> bool:
        if response.status == 304:
            return True
        if self._reach.depth.goes_back or step.known is None:
            return False
        return step.known.content_hash == content_hash(step.walk.source, response.body)

    async def _note(self, response: Response, step: Step) -> None:
        """It says what it said when all of it was taken up."""
        known = step.known
        assert known is not None
        before = known.validators if response.status == 304 else None
        kept = kept_validators(response.url, step.url, headers_of(response), before)
        self._note_answer(response, step, Page(step.url, response.status, kept, known.content_hash))
        await self._record(response, step, ())

    async def _read(self, response: Response, step: Step) -> Discovered:
        """Read a page and queue what it names; nothing is left of what it gave where no more pages need be read."""
        walk, headers = step.walk, headers_of(response)
        answer = Answer(response.url, response.status, headers, response.body)
        found = await asyncio.to_thread(walk.route.read, answer, walk.source, self._reach.depth)
        if found.reason:
            log.info("%s: %s: %s", walk.source.key, walk.route.name, found.reason)
        listed = of_source(walk.source, found, self._budgets)
        entries = self._reach.taken(listed, walk.round.new, self._budgets.left_to_queue(walk.source.key))
        pending = await self._record(response, step, entries)
        walk.found += pending
        walk.whole = walk.whole and len(entries) == len(listed)
        kept = kept_validators(response.url, step.url, headers)
        shown = content_hash(walk.source, response.body)
        self._note_answer(response, step, Page(step.url, response.status, kept, shown))
        return found if self._goes_on(walk, found, pending) else Discovered()

    def _goes_on(self, walk: Walk, found: Discovered, pending: int) -> bool:
        """Whether further pages are worth asking for: not once a page repeats another or brings nothing."""
        if not found.candidates:
            return True
        if walk.repeats(found.candidates):
            return False
        brings = pending > 0 or self._reach.depth.goes_back or not walk.was_whole
        return brings and self._budgets.left_to_queue(walk.source.key) > 0

    def _note_answer(self, response: Response, step: Step, page: Page) -> None:
        step.walk.answered.append(page)
        if step.url == step.walk.root:
            step.walk.fresh_seconds = fresh_seconds(headers_of(response))

    async def _record(self, response: Response, step: Step, entries: Sequence[FrontierEntry]) -> int:
        """Write down that a page was read, and queue its entries; how many became pending."""
        walk, session = step.walk, self._session
        key, seconds = walk.source.key, response.meta.get("download_latency")
        size, patient = len(response.body), not self._reach.depth.goes_back
        read = Read(key, step.url, walk.route.name, response.status, size, seconds, entries, patient)
        pending = await session.write(lambda conn: polls.listing(conn, session.place, read), urgent=True)
        walk.round.new += pending
        self._budgets.queued(key, pending)
        session.count(key, "listing")
        session.count(key, "queued", pending)
        if pending:
            self._on_change(key)
        return pending

    async def _failed(self, failure: Failure) -> None:
        step: Step = failure.request.meta["step"]  # type: ignore[attr-defined]
        try:
            await self._missed(step, missed_by(failure))
        finally:
            await self._close(step.walk)

    async def _missed(self, step: Step, trouble: Missed) -> None:
        step.walk.failed(step.url, trouble.kind, trouble.status, trouble.wait)
        session = self._session
        log.debug("%s: %s: %s: %s", trouble.source, trouble.url, trouble.kind, trouble.detail)
        await session.write(lambda conn: outcomes.fail(conn, session.place, trouble))
        session.count(trouble.source, "failed")

    async def _close(self, walk: Walk) -> None:
        """One request less is open; with the last one the visit is over."""
        walk.open -= 1
        if walk.open:
            return
        try:
            if not self._reach.depth.goes_back:  # that saw only a part, or far more than a visit does
                settle = partial(polls.settle, poll=walk.poll(), bounds=self._reach.bounds, at=now())
                await self._session.write(settle)
        finally:
            self._finish(walk)

    def _finish(self, walk: Walk) -> None:
        key = walk.source.key
        if self._under_way.get((key, walk.root)) is not walk:
            return  # it was given up before
        del self._under_way[(key, walk.root)]
        self._open[key] -= 1
        if not self._open[key]:
            del self._rounds[key], self._open[key]
            self._on_change(key)

    def _known(self, source: str, url: str) -> Listing | None:
        with self._session.store.connect() as conn:
            return listings.load(conn, source, url)

    def _waiting(self, moment: datetime) -> set[tuple[str, str]]:
        with self._session.store.connect() as conn:
            return listings.waiting(conn, [source.key for source in self._sources], moment)
