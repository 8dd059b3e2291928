"""The process that reads and extracts. It may be killed at any moment.

It is told of a task over a socket, and says of each record what came of it before it goes on to the next; whoever
started it (``pipelines.bulk.extractor``) writes that down, and kills it when it is silent for too long.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pipelines.bulk.chrome import Knowledge, sighted, site_key
from pipelines.bulk.pages import read
from pipelines.bulk.values import Job, Task
from pipelines.captured import Robots, page_of, source_of
from pipelines.errors import BadInput, NewsmintError
from pipelines.items import Article, RawPage, Verdict
from pipelines.pool import ExtractionFailure, Timed, extract_and_enrich, extract_only, oversize
from pipelines.warc.reading import Broken, Capture, Found, Passed

HEARTBEAT = 1.0
"""Seconds after which passed-over records are told of."""
MOST_OF_A_SITE = 400
"""Articles of a site in one task that the first of two passes reads: what it repeats is on a few already."""

Say = Callable[[tuple[Any, ...]], None]


@dataclass(slots=True)
class _Course:
    """How far a task is. ``passed`` counts what was passed over since it was last told."""

    say: Say
    job: Job
    knowledge: Knowledge
    robots: Robots = field(default_factory=Robots)
    passed: Counter[str] = field(default_factory=Counter)
    told: float = field(default_factory=time.monotonic)
    of_site: Counter[str] = field(default_factory=Counter)

    def tell(self, ordinal: int) -> None:
        """Say what was passed over before this record."""
        self.say(("passed", ordinal, dict(self.passed)))
        self.passed.clear()
        self.told = time.monotonic()


def serve(conn: Connection) -> None:
    """Do the tasks that come over the connection until it ends."""
    while True:
        try:
            task, job, skip = conn.recv()
        except EOFError:
            return
        conn.send(("end", _work(conn.send, task, job, skip), *_used()))


def _work(say: Say, task: Task, job: Job, skip: int) -> str | None:
    """All records of a task but the first ``skip``; what ended it early, if anything did."""
    course = _Course(say, job, Knowledge.of(job))
    ordinal = -1
    try:
        for ordinal, found in enumerate(_found(task, job)):
            is_robots = isinstance(found, Capture) and course.robots.is_one(found)
            if ordinal >= skip:
                _record(course, ordinal, Passed(found.label, "robots_txt") if is_robots else found)
    except NewsmintError as error:
        return str(error)
    finally:
        course.tell(ordinal + 1)
    return None


def _found(task: Task, job: Job) -> Iterator[Found]:
    """The records; whatever a broken input makes a library raise ends it with a word for people."""
    try:
        yield from read(task, job.filters)
    except NewsmintError:
        raise
    except MemoryError:
        raise BadInput(f"{task.path}: reading on takes more memory than a worker may use") from None
    except Exception as error:
        raise BadInput(f"{task.path}: cannot be read on: {type(error).__name__}: {error}"[:500]) from error


def _record(course: _Course, ordinal: int, found: Found) -> None:
    if isinstance(found, Broken):
        course.say(("failed", ordinal, found.label, found.url, found.kind, found.detail))
        return
    reason = course.job.filters.of_capture(found) if isinstance(found, Capture) else found.reason
    if isinstance(found, Capture) and reason is None:
        _page(course, ordinal, found)
        return
    course.passed[reason or ""] += 1
    if time.monotonic() - course.told > HEARTBEAT:
        course.tell(ordinal + 1)


def _page(course: _Course, ordinal: int, capture: Capture) -> None:
    page = page_of(capture, source_of(capture))
    site = site_key(page) if course.job.is_gathering else ""
    if course.job.is_gathering and (not site or course.of_site[site] >= MOST_OF_A_SITE):
        course.passed["enough_of_site"] += 1
        return
    course.tell(ordinal)
    course.say(("page", ordinal, capture.label, page.url, page.source))
    refusal = oversize(page)
    done = Timed(refusal) if refusal else _extracted(course, page)
    if isinstance(done.result, ExtractionFailure):
        course.say(("failed", ordinal, capture.label, page.url, done.result.kind, done.result.detail))
        return
    _article(course, ordinal, capture, page, done, done.result)


def _extracted(course: _Course, page: RawPage) -> Timed:
    read_out = extract_only if course.job.is_gathering else extract_and_enrich
    return read_out(page, course.knowledge.site(page))


def _article(course: _Course, ordinal: int, capture: Capture, page: RawPage, done: Timed, article: Article) -> None:
    from pipelines.bulk.rows import article_row
    from pipelines.bulk.sketches import sketch_row

    if not Verdict(article.verdict).is_stored:
        course.say(("refused", ordinal, capture.label, page.url, str(article.verdict), article.title))
    elif reason := course.job.filters.of_article(article):
        course.passed[reason] += 1
    elif course.job.is_gathering:
        site = site_key(page)
        course.of_site[site] += 1
        course.say(("sighted", ordinal, sighted(article, site)))
    else:
        notices = (*course.robots.notices(capture), *done.notices)
        row = article_row(article, capture.label, done.enrichment, notices, done.quality)
        course.say(("row", ordinal, row, sketch_row(article, done.enrichment.sketch if done.enrichment else None)))


def _used() -> tuple[float, int]:
    """Seconds of CPU and bytes of memory at most, of this process so far."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, _peak() or used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _peak() -> int:
    """What Linux says of this program alone; getrusage counts in what the process was before it."""
    with suppress(OSError):
        found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
        return int(found[1]) * 1024 if found else 0
    return 0


def main() -> None:
    """Load everything, say so, and serve: over the socket ``argv[1]``, within ``argv[2]`` bytes of memory."""
    from pipelines.pool import preload, prepare_worker

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    conn = Connection(int(sys.argv[1]))
    memory_limit = int(sys.argv[2])
    preload()
    from pipelines.bulk import rows, sketches  # noqa: F401

    rows.articles_table()
    prepare_worker(memory_limit)
    try:
        conn.send(("ready", os.getpid()))
        serve(conn)
    except (BrokenPipeError, ConnectionResetError):
        sys.exit(1)
