"""Extraction in processes of its own, each with a hard limit of time and memory.

A page can hang the parser, exhaust memory or kill its process (trafilatura#704, #840). Here that costs one page:
its worker is replaced, and what happened comes back as an ``ExtractionFailure`` with a name.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Set
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing import forkserver, resource_tracker
from types import TracebackType
from typing import Any

from pebble import ProcessExpired, ProcessPool

from pipelines.collector import calm_collector
from pipelines.enrich.values import Enrichment
from pipelines.items import Article, RawPage, Verdict
from pipelines.lasting_pool import LastingPool
from pipelines.orphans import when_orphaned
from pipelines.quality.values import Quality
from pipelines.rights import Notice
from pipelines.site import UNKNOWN_SITE, Site

MAX_BYTES = 5_000_000
"""Of one page. Real news pages have at most 1.5 MB."""
MAX_TAGS = 20_000
"""Start tags of one page. Real news pages have at most 3,200; parsers need over 40 s for 200,000."""
TIME_LIMIT = 30.0
"""Seconds of one page."""
PATIENCE = 3
"""Pages of one source that may take the whole of it; further ones get a sixth, so that no site has all the workers."""
MEMORY_LIMIT = 1_500_000_000
"""Bytes of data a worker may hold, its libraries included."""

MAX_ATTRIBUTES = 5_000
"""Of one tag. Parsers compare each with all the others: 200,000 take them over a minute."""

_START_TAG = re.compile(rb"<[a-zA-Z]")
_LONG_TAG = 20_000
"""Bytes from which a tag's attributes are counted."""
_VALUE = re.compile(rb""""[^"]*"|'[^']*'""")


@dataclass(frozen=True, slots=True)
class ExtractionFailure:
    """Why no article came of a page. ``kind``: ``too_large, too_many_tags, time_limit, memory, crash, error``."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Timed:
    """What came of a page, and the seconds its worker took; None where it died over it.

    ``enrichment`` is there for articles to be stored, of ``timed`` alone.
    """

    result: Article | ExtractionFailure
    seconds: float | None = None
    enrichment: Enrichment | None = None
    notices: tuple[Notice, ...] = ()
    """What the page says of its own use; of ``timed`` alone."""
    quality: Quality | None = None


class ExtractionPool:
    """Worker processes that run ``extract_article``. A context manager; closing kills what still runs."""

    def __init__(
        self, workers: int | None = None, time_limit: float = TIME_LIMIT, memory_limit: int = MEMORY_LIMIT
    ) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._time_limit = time_limit
        self._hung: Counter[str] = Counter()
        """Source → pages that took too long."""
        context = _context()
        self._pool = LastingPool(
            lambda: ProcessPool(self.workers, initializer=prepare_worker, initargs=(memory_limit,), context=context)
        )

    def start(self) -> None:
        """Load the workers now, not with the first page."""
        self._pool.schedule(extract_only, args=(RawPage(url="http://localhost/", body=b"<p></p>"), UNKNOWN_SITE))

    def submit(self, page: RawPage, site: Site = UNKNOWN_SITE) -> Future[Article | ExtractionFailure]:
        """Extract in a worker. The future never raises: whatever goes wrong is its result."""
        answer: Future[Article | ExtractionFailure] = Future()
        self._run(extract_only, page, site).add_done_callback(lambda done: answer.set_result(done.result().result))
        return answer

    def timed(self, page: RawPage, site: Site = UNKNOWN_SITE) -> Future[Timed]:
        """``submit``, with the time it took, and what the enrichment finds in the article."""
        return self._run(extract_and_enrich, page, site)

    def _run(self, task: Callable[[RawPage, Site], Timed], page: RawPage, site: Site) -> Future[Timed]:
        answer: Future[Timed] = Future()
        refusal = oversize(page)
        if refusal:
            answer.set_result(Timed(refusal))
            return answer
        source = page.source or ""
        limit = self._time_limit if not source or self._hung[source] < PATIENCE else self._time_limit / 6

        def settle(done: Future[Timed]) -> None:
            timed = _outcome(done, limit)
            if isinstance(timed.result, ExtractionFailure) and timed.result.kind == "time_limit":
                self._hung[source] += 1
            answer.set_result(timed)

        self._pool.schedule(task, args=(page, site), timeout=limit).add_done_callback(settle)
        return answer

    def map(self, pages: Iterable[RawPage]) -> Iterator[tuple[RawPage, Article | ExtractionFailure]]:
        """Each page with what came of it, in order, with a bounded number of pages under way."""
        under_way: deque[tuple[RawPage, Future[Article | ExtractionFailure]]] = deque()
        for page in pages:
            under_way.append((page, self.submit(page)))
            if len(under_way) >= 4 * self.workers:
                first, answer = under_way.popleft()
                yield first, answer.result()
        for page, answer in under_way:
            yield page, answer.result()

    def close(self) -> None:
        """Kill the workers; pages under way are given up."""
        self._pool.close()

    @property
    def worker_ids(self) -> list[int]:
        """Process numbers of the running workers."""
        return self._pool.worker_ids

    def __enter__(self) -> ExtractionPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def oversize(page: RawPage) -> ExtractionFailure | None:
    """The reason a page is too large to be parsed safely, if it is."""
    size = len(page.body) + sum(map(len, page.parts))
    if size > MAX_BYTES:
        return ExtractionFailure("too_large", f"{size:,} bytes, limit {MAX_BYTES:,}")
    bodies = (page.body, *page.parts)
    if sum(body.count(b"<") for body in bodies) > MAX_TAGS:
        tags = sum(1 for body in bodies for _ in _START_TAG.finditer(body))
        if tags > MAX_TAGS:
            return ExtractionFailure("too_many_tags", f"{tags:,} tags, limit {MAX_TAGS:,}")
    attributes = max((_attributes(tag) for body in bodies for tag in _long_tags(body)), default=0)
    if attributes > MAX_ATTRIBUTES:
        return ExtractionFailure("too_many_tags", f"{attributes:,} attributes in one tag, limit {MAX_ATTRIBUTES:,}")
    return None


def _long_tags(body: bytes) -> Iterator[bytes]:
    """The insides of tags that are long. A pattern for them takes twice as long, for every page of a crawl."""
    for after in body.split(b"<"):
        if len(after) > _LONG_TAG and after[:1].isalpha() and b">" not in after[: _LONG_TAG + 1]:
            yield after.partition(b">")[0]


def _attributes(tag: bytes) -> int:
    """About how many attributes a tag has: words outside of quotes."""
    return len(_VALUE.sub(b"", tag).split())


def _outcome(task: Future[Timed], time_limit: float) -> Timed:
    error = task.exception()
    if error is None:
        return task.result()
    if isinstance(error, TimeoutError):
        return Timed(ExtractionFailure("time_limit", f"took more than {time_limit:g} s"), time_limit)
    if isinstance(error, ProcessExpired | BrokenProcessPool):
        return Timed(ExtractionFailure("crash", f"the worker died: {error}"))
    return Timed(ExtractionFailure("error", f"{type(error).__name__}: {error}"))


def extract_only(page: RawPage, site: Site) -> Timed:
    """The article of a page, here and now; what that raises becomes a failure with a name."""
    from pipelines.extraction import extract_article

    return _in_time(lambda: Timed(extract_article(page, site)))


def extract_and_enrich(page: RawPage, site: Site) -> Timed:
    """``extract_only``, and all else that is read out of a page."""
    from pipelines.enrich import enrich
    from pipelines.extraction import read_page
    from pipelines.quality import measure
    from pipelines.rights.page import page_notices

    def work() -> Timed:
        article, document = read_page(page, site)
        notices = page_notices(document) if document is not None else ()
        if not Verdict(article.verdict).is_stored:
            return Timed(article, notices=notices)
        quality = measure(article.body, article.language)
        return Timed(article, enrichment=enrich(article), notices=notices, quality=quality)

    return _in_time(work)


def _in_time(work: Callable[[], Timed]) -> Timed:
    began = time.perf_counter()
    try:
        done = work()
    except MemoryError:
        done = Timed(ExtractionFailure("memory", "needed more memory than a worker may use"))
    except Exception as error:
        done = Timed(ExtractionFailure("error", f"{type(error).__name__}: {error}"[:500]))
    return replace(done, seconds=round(time.perf_counter() - began, 4))


PRELOADED = (
    "pipelines.extraction",
    *(f"pipelines.enrich.{part}" for part in ("assets", "credits", "duplicates", "labels")),
    "pipelines.rights.page",
    "pipelines.quality",
)


ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Variables of processes that extract: these are as many as the cores already."""

FIRST_PAGE = """<!doctype html><html lang=en><head><meta charset=utf-8><title>Harbour fund opens a desk</title></head>
<body><article><h1>Harbour fund opens a desk for Bitcoin</h1><p>By Ada Quill, 3 March 2026</p>
<p>The harbour fund has opened a desk that buys Bitcoin and Ether for its members, its chair said on Tuesday.</p>
<h2>Why now</h2><p>Fees had fallen by a third since the autumn, and two auditors had looked through the books without
finding a fault. Members had asked for it at three meetings in a row, while the fund still kept all in bonds.</p>
<p>The desk has four people and will trade in the mornings only. What it holds is counted each Friday, and the list is
pinned to the door of the hall, where everybody may read it.</p>
<p>Another fund, in the next town, tried the same in spring and gave it up after a month: nobody there had kept the
keys apart from the books. The chair said that the lesson had been learned.</p></article></body></html>"""
"""A page that is read as an article, so that all that happens to one happens to it."""

_shares_server = False


def share_server() -> None:
    """In a process that a fork server made which has loaded all this: it forks this process's workers as well.

    Python would begin a second server, as it asks for one of the process's own making.
    """
    global _shares_server
    server: Any = getattr(forkserver, "_forkserver", None)
    if multiprocessing.parent_process() is not None and hasattr(server, "ensure_running"):
        server.ensure_running = resource_tracker.ensure_running
        _shares_server = True


def _context() -> multiprocessing.context.BaseContext:
    """Processes that start fast: a server that has loaded the extraction forks them, where the system has it."""
    for variable, value in ONE_THREAD.items():
        os.environ.setdefault(variable, value)
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    if _shares_server:
        return context
    context.set_forkserver_preload(["pipelines.loaded"])
    with held({signal.SIGINT}):  # Ctrl-C while the server loads is not for it
        forkserver.ensure_running()
    return context


@contextmanager
def held(signals: Set[signal.Signals]) -> Iterator[None]:
    """Within it, these signals wait; what is begun in it holds them back until it says otherwise."""
    resource_tracker.ensure_running()  # else the block starts it, and it lifts the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def preload() -> None:
    """Load all that extraction and enrichment need: code, and with a first page rules, models and lists of names."""
    for name in PRELOADED:
        import_module(name)
    extract_and_enrich(RawPage(url="https://newsroom.example/news/first-page", body=FIRST_PAGE.encode()), UNKNOWN_SITE)


def prepare_worker(memory_limit: int) -> None:
    """Make this process one that extracts: bounded in memory, ended with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the crawl, which then stops its workers
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})  # the server may hold it back
    when_orphaned(lambda: os._exit(1))  # a crawl that is killed leaves no workers behind
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory_limit, memory_limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    calm_collector()
