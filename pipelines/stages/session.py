"""What the stages of one run share: its store, the thread that writes to it, and the run's number."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from scrapy.crawler import Crawler
from sqlalchemy import Connection

from pipelines.errors import NewsmintError
from pipelines.stages.outcomes import Place
from pipelines.stages.writer import Writer
from pipelines.store.database import Store, open_store
from pipelines.store.frontier import give_back
from pipelines.store.lock import Names, crawl_lock, source_locks
from pipelines.store.patience import patiently
from pipelines.store.process import me
from pipelines.store.runs import REEXTRACT, finish_run, start_run
from pipelines.store.sources import SourceRow, save_sources
from pipelines.store.summaries import SourceSummary, run_summary

T = TypeVar("T")

CUT_OFF_SECONDS = 10.0
"""After which a shared store that does not answer may have given this run's sources to another, or will before long."""


class Session:
    """One run on one store, and the only one at a time; on a shared store, the only one of its sources.

    ``trouble``: the error that made writing impossible, if any.
    """

    def __init__(
        self,
        store: Store,
        command: str,
        sources: Sequence[SourceRow],
        versions: Mapping[str, str],
        keys: Sequence[str] = (),
    ) -> None:
        self.store = store
        store.is_patient = True
        self.command = command
        self.owner = me()
        self._versions = versions
        self._closed = False
        self._lock = ExitStack()
        keys = self.keys = keys or [source.key for source in sources]
        self.is_alone = isinstance(store.location, Path)
        """Whether no other run can be at work on the store."""
        held = self._lock.enter_context(crawl_lock(store.location, command, *_locks(command, sources, keys)))
        self.trouble: BaseException | None = None
        self.on_trouble: Callable[[], object] = lambda: None
        self.tally: defaultdict[str, Counter[str]] = defaultdict(Counter)
        """Source → outcome → how often, for whoever watches; what counts is in the store."""
        self.ended: tuple[str, list[SourceSummary]] | None = None
        """How the last run ended, and what it did; None until that is written."""
        self.extractors: set[str] = set()
        """What read the run's pages: code, rules and model."""
        self.afterwards: list[Callable[[str], object]] = []
        """Called with how the run ended, once all is written and the store is closed."""
        with store.begin() as conn:
            save_sources(conn, sources)
            run_id = start_run(conn, command, keys, versions)
        self.place = Place(run_id, store.archive)
        self._writer = Writer(store, self._fail, held.check)

    @classmethod
    def open(
        cls, location: str | Path, command: str, sources: Sequence[SourceRow], versions: Mapping[str, str]
    ) -> Self:
        """Open the store and start a run. Raises what ``open_store`` raises; StoreBusy while another run goes on."""
        return cls(open_store(location), command, sources, versions)

    @classmethod
    def replay(cls, location: str | Path, keys: Sequence[str], versions: Mapping[str, str]) -> Self:
        """Open a store that exists and start a run over pages it holds. Raises what ``open_store`` raises."""
        return cls(open_store(location, create=False), REEXTRACT, (), versions, keys)

    async def write(self, work: Callable[[Connection], T], *, urgent: bool = False) -> T:
        """Have the work done in the next transaction, and wait until it is committed."""
        return await asyncio.wrap_future(self._writer.submit(work, urgent=urgent))

    @property
    def is_cut_off(self) -> bool:
        """Whether this run cannot know that its sources are its own still: it is to ask nothing of their hosts."""
        return not self.is_alone and self._writer.seconds > CUT_OFF_SECONDS

    def count(self, source: str, what: str, times: int = 1) -> None:
        """Add to the tally."""
        self.tally[source][what] += times

    def summary(self) -> list[SourceSummary]:
        """What the run has done so far, by source."""
        with self.store.connect() as conn:
            return run_summary(conn, self.place.run_id)

    async def begin_next(self) -> None:
        """End the run as done and begin the next one: a crawl that runs on makes a row every so often."""
        before = self.place
        try:
            await self.write(partial(self._turn, before), urgent=True)
        except BaseException:
            self.place = before
            raise

    def close(self, state: str) -> None:
        """Commit what is waiting, give the leases back, say how the run ended, and close the store. Once is enough."""
        if self._closed:
            return
        self._closed = True
        self._writer.close()
        self.store.is_patient = self.trouble is None
        conclude = partial(self._conclude, state)
        for step in (conclude if self.trouble else partial(patiently, conclude), self.store.close):
            try:
                step()
            except NewsmintError as error:
                self.trouble = self.trouble or error
        self._lock.close()
        for call in self.afterwards:
            call(state)

    def _conclude(self, state: str) -> None:
        with self.store.begin() as conn:
            give_back(conn, self.owner)
            found = self._finish(conn, self.place.run_id, state)
        self.ended = state, found

    def _turn(self, before: Place, conn: Connection) -> None:
        """On the writer's thread: what it writes from here on, in this very transaction, is of the next run."""
        self._finish(conn, before.run_id, "done")
        self.place = replace(before, run_id=start_run(conn, self.command, self.keys, self._versions))

    def _finish(self, conn: Connection, run_id: int, state: str) -> list[SourceSummary]:
        found = run_summary(conn, run_id)
        summary = {each.source or "": each.as_dict() for each in found}
        extractor = {"extractor": ", ".join(sorted(self.extractors))} if self.extractors else {}
        finish_run(conn, run_id, state, summary, extractor)
        return found

    def _fail(self, error: BaseException) -> None:
        first, self.trouble = self.trouble is None, self.trouble or error
        if first:
            self.on_trouble()


def _locks(command: str, sources: Sequence[SourceRow], keys: Sequence[str]) -> Names:
    """What a run on a shared store holds: the sources that it asks, and their hosts; or the pages it reads again."""
    if command == REEXTRACT:
        return Names([f"{command} {key}" for key in keys] or [command])
    return source_locks(sources)


def session_of(crawler: Crawler) -> Session:
    """The session of the run that a Scrapy component works for."""
    session = getattr(crawler.spider, "session", None)
    assert isinstance(session, Session), "a spider of this project opens its session before the crawl starts"
    return session
