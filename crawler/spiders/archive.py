"""Web archives through the very path of the live crawl: what a WARC or WACZ file holds comes to the same stages.

No frontier: a record is a page, whose URL nobody has leased. What is stored already is passed over, so that an import
that was stopped goes on where it was when it is started again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from sqlalchemy import Connection

from crawler.source_row import row_of
from crawler.sources import Source
from pipelines.captured import ROUTE, Robots, page_of, source_of
from pipelines.errors import BadInput
from pipelines.stages.items import Fetched
from pipelines.stages.session import Session
from pipelines.store.captures import latest_capture
from pipelines.store.runs import record_fetch
from pipelines.store.sources import save_sources
from pipelines.store.times import normalised
from pipelines.urls import host, is_internal
from pipelines.warc.reading import Broken, Capture, Found, read_archive

UNDER_WAY = 32
"""Pages in the pipeline at one time: bounds memory."""
QUIET = frozenset({"request", "metadata", "warcinfo"})
"""Records beside the answers, which nobody wants counted."""


class ArchiveSpider(Spider):
    """Yields the pages of web archives. ``passed`` counts what is none of ours, by why."""

    name = "archive"
    uses_frontier = False
    sources: tuple[Source, ...] = ()

    def __init__(
        self,
        *,
        session: Session,
        files: Sequence[Path],
        known: Sequence[Source],
        all_hosts: bool = False,
        passed: Counter[str] | None = None,
    ) -> None:
        super().__init__(self.name)
        self.session = session
        self.passed = passed if passed is not None else Counter()
        self._files = files
        self._by_host = _by_host(known)
        self._all_hosts = all_hosts
        self._robots = Robots()
        self._named: set[str] = set()
        self._room = asyncio.Semaphore(UNDER_WAY)
        self._under_way: Counter[str] = Counter()
        self._free = asyncio.Event()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = cls(**kwargs)
        spider._set_crawler(crawler)
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider._settled, signal=signal)
        return spider

    async def start(self) -> AsyncIterator[Fetched]:
        for path in self._files:
            self.logger.info("%s: %s bytes", path.name, f"{path.stat().st_size:,}")
            found = read_archive(path)
            while (each := await self._next(path, found)) is not None:
                if not self.crawler.engine.running:
                    return
                if isinstance(each, Capture):
                    fetched = await self._page(each)
                    if fetched is not None:
                        yield fetched
                elif isinstance(each, Broken):
                    await self._note(each)
                elif each.reason not in QUIET:
                    self.passed[each.reason] += 1

    async def _next(self, path: Path, found: Iterator[Found]) -> Found | None:
        """The next record; a file that cannot be read on is a failure of its own, and the next file's turn."""
        try:
            return await asyncio.to_thread(next, found, None)
        except BadInput as error:
            await self._note(Broken(path.name, "warc_unreadable", str(error)))
            return None

    async def _page(self, capture: Capture) -> Fetched | None:
        """The page to send on its way; None where it is none of ours, or stored."""
        source = self._source_of(capture)
        reason = self._why_not(capture, source)
        if reason is not None:
            self.passed[reason] += 1
            return None
        assert source is not None
        while self._under_way[capture.url]:  # an older capture of the page is on its way: one after the other
            self._free.clear()
            await self._free.wait()
        if stored := await asyncio.to_thread(self._stored, capture):
            self.passed[stored] += 1
            return None
        await self._room.acquire()
        self._under_way[capture.url] += 1
        await self._name(source)
        self.session.count(_key(source), "fetched")
        return Fetched(page_of(capture, _key(source)), notices=self._robots.notices(capture))

    def _source_of(self, capture: Capture) -> Source | str | None:
        """The source that the page is of, by its domain; else the domain itself, where all hosts are wanted."""
        labels = host(capture.url).split(".")
        for start in range(len(labels)):
            for source in self._by_host.get(".".join(labels[start:]), ()):
                if "/" not in source.domain or is_internal(capture.url, source.domain):
                    return source
        return source_of(capture) if self._all_hosts else None

    def _why_not(self, capture: Capture, source: Source | str | None) -> str | None:
        if source is None:
            return "other_host"
        if self._robots.is_one(capture):
            return "robots_txt"
        if capture.status != 200:
            return "redirect" if 300 <= capture.status < 400 else f"http_{capture.status}"
        if not capture.is_html:
            return "not_html"
        if isinstance(source, Source) and not source.may_be_article(capture.url):
            return "excluded"
        return None

    def _stored(self, capture: Capture) -> str | None:
        """``stored`` or ``older`` where the store has this very page, or a later one of this address."""
        with self.session.store.connect() as conn:
            latest = latest_capture(conn, capture.url)
        if latest is None:
            return None
        content_hash, fetched_at = latest
        if content_hash == sha256(capture.body).hexdigest():
            return "stored"
        return "older" if fetched_at >= (normalised(capture.fetched_at) or "9999") else None

    async def _name(self, source: Source | str) -> None:
        """The store knows a source by more than its key where the sources file does."""
        if isinstance(source, Source) and source.key not in self._named:
            self._named.add(source.key)
            row = row_of(source)
            await self.session.write(lambda conn: save_sources(conn, [row]))

    async def _note(self, broken: Broken) -> None:
        """A failure is a row that ``newsmint failures`` shows."""
        run_id, error = self.session.place.run_id, f"{broken.kind}: {broken.label}: {broken.detail}"[:400]

        def work(conn: Connection) -> None:
            url = broken.url or broken.label
            record_fetch(conn, run_id, None, url, ROUTE, None, None, None, "failed", error)

        await self.session.write(work)
        self.session.count("", "failed")

    def _settled(self, item: Any) -> None:
        fetched: Fetched = getattr(item, "fetched", item)
        self._under_way[fetched.page.url] -= 1
        if self._under_way[fetched.page.url] <= 0:
            del self._under_way[fetched.page.url]
        self._free.set()
        self._room.release()


def _by_host(sources: Sequence[Source]) -> Mapping[str, list[Source]]:
    """Host without ``www.`` → its sources, those of a part of the site first."""
    found: dict[str, list[Source]] = {}
    for source in sorted(sources, key=lambda each: -len(each.domain)):
        found.setdefault(source.domain.partition("/")[0].partition(":")[0].removeprefix("www."), []).append(source)
    return found


def _key(source: Source | str) -> str:
    return source if isinstance(source, str) else source.key
