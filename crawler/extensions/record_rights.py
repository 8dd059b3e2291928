"""What hosts say of the use of their pages, so that it is recorded with each page. Nothing is blocked by it.

robots.txt is read by the crawl anyway; ``/.well-known/tdmrep.json`` and ``/ai.txt`` are asked for once a host and day,
as requests of the crawl like any other: its guards, its pace, robots.txt itself. A file that cannot be had is noted
by what kept it from coming, and costs the page nothing but the wait.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.failures import failure_kind
from crawler.recent import HOSTS, Recent
from crawler.signals import robots_read
from pipelines.errors import NewsmintError
from pipelines.rights import Notice
from pipelines.rights.headers import header_notices
from pipelines.rights.hosts import AI_TXT, MAX_BYTES, TDMREP, HostRights, Unusable, read_ai_txt, read_tdmrep
from pipelines.rights.robots import AgentRules, read_robots
from pipelines.stages.session import session_of
from pipelines.store.rights import RightsFile, load_file, save_file
from pipelines.store.times import now
from pipelines.urls import host, is_internal

LIFETIME = 24 * 3600.0
"""Seconds that an answer holds, failures included."""
PATIENCE = 180.0
"""Seconds that a page waits for its host's files; a long Crawl-delay counts for them as well."""
TIMEOUT = 15.0
NO_RETRY = 1_000
"""So often it was tried already, says the request: what fails is asked for tomorrow."""

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Known:
    until: float
    files: HostRights


class RecordRights:
    """Extension: ``of`` gives the notices of an answer. ``RIGHTS_RECORDED = False`` turns it off."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("RIGHTS_RECORDED"):
            raise NotConfigured
        self._crawler = crawler
        self._robots: Recent[str, tuple[AgentRules, str]] = Recent(HOSTS)
        self._files: Recent[str, asyncio.Task[_Known]] = Recent(HOSTS)
        self._notes: set[asyncio.Task[None]] = set()
        crawler.signals.connect(self._robots_read, signal=robots_read)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def of(self, url: str, headers: Mapping[str, str], meta: Mapping[str, Any]) -> tuple[Notice, ...]:
        """What the headers (names in lower case) and the host say of the page at ``url``.

        ``meta`` is what requests of its source carry.
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        files = await self._host_files(origin, meta)
        rules, status = self._robots.recall(origin) or (AgentRules(), "")
        known = (("robots_txt", status), *files.status) if status else files.status
        said = HostRights(rules, files.tdm, files.ai, known)
        return (*header_notices(headers), *said.notices(url))

    async def _robots_read(self, site: str, status: int, body: bytes) -> None:
        rules = await asyncio.to_thread(read_robots, body) if status == 200 else AgentRules()
        self._robots[site] = rules, str(status)
        self._note(RightsFile(site, "robots_txt", str(status), body=body))

    async def _host_files(self, origin: str, meta: Mapping[str, Any]) -> HostRights:
        task = self._files.recall(origin)
        if task is None or (task.done() and task.result().until < time.monotonic()):
            task = self._files[origin] = asyncio.ensure_future(self._ask_host(origin, meta))
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        return task.result().files if done else HostRights()

    async def _ask_host(self, origin: str, meta: Mapping[str, Any]) -> _Known:
        """Never raises: what goes wrong is a status."""
        tdmrep, tdm = await self._file(origin, "tdmrep", TDMREP, read_tdmrep, meta)
        ai_txt, ai = await self._file(origin, "ai_txt", AI_TXT, read_ai_txt, meta)
        status = (("tdmrep", tdmrep), ("ai_txt", ai_txt))
        return _Known(time.monotonic() + LIFETIME, HostRights(tdm=tdm, ai=ai, status=status))

    async def _file(
        self, origin: str, kind: str, path: str, read: Callable[[bytes], tuple[T, ...]], meta: Mapping[str, Any]
    ) -> tuple[str, tuple[T, ...]]:
        """Status and rules of one file: as answered in the last day, else asked for."""
        try:
            stored = await asyncio.to_thread(self._stored, origin, kind)
            file, rules = _read(stored or await self._fetched(origin, kind, path, meta), read)
            if stored is None:
                self._note(file)
        except NewsmintError as error:
            log.info("%s: %s: %s", origin, kind, error)
            return "error", ()
        return file.status, rules

    def _stored(self, origin: str, kind: str) -> RightsFile | None:
        store = session_of(self._crawler).store
        with store.connect() as conn:
            return load_file(conn, store.archive, origin, kind, now() - timedelta(seconds=LIFETIME))

    async def _fetched(self, origin: str, kind: str, path: str, meta: Mapping[str, Any]) -> RightsFile:
        bounds = {"download_timeout": TIMEOUT, "download_maxsize": MAX_BYTES, "retry_times": NO_RETRY}
        request = Request(f"{origin}{path}", callback=NO_CALLBACK, meta={**meta, **bounds}, dont_filter=True)
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:
            failure, detail = failure_kind(error)
            return RightsFile(origin, kind, failure, detail)
        return _answer(origin, kind, response)

    def _note(self, file: RightsFile) -> None:
        """Write it with whatever else is written; nobody waits for it."""
        self._notes.add(task := asyncio.ensure_future(self._save(file)))
        task.add_done_callback(self._notes.discard)

    async def _save(self, file: RightsFile) -> None:
        session = session_of(self._crawler)
        try:
            await session.write(lambda conn: save_file(conn, session.store.archive, file))
        except NewsmintError as error:
            log.info("%s: %s is not recorded: %s", file.origin, file.kind, error)


def _answer(origin: str, kind: str, response: Response) -> RightsFile:
    status = str(response.status)
    if response.status != 200:
        return RightsFile(origin, kind, status)
    if not is_internal(response.url, host(origin).removeprefix("www.")):
        return RightsFile(origin, kind, status, "leads to another site")
    return RightsFile(origin, kind, status, body=response.body)


def _read(file: RightsFile, read: Callable[[bytes], tuple[T, ...]]) -> tuple[RightsFile, tuple[T, ...]]:
    """The file's rules; a file that is none is noted without its body, which is mostly a page."""
    if not file.body:
        return file, ()
    try:
        return file, read(file.body)
    except Unusable as error:
        return RightsFile(file.origin, file.kind, file.status, str(error)), ()
