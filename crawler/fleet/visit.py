"""One visit: ``newsmint crawl SOURCE --due`` in a process of its own, and what its exit code means for the next try."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from crawler.fleet import nursery
from crawler.fleet.seam import VisitFailed
from crawler.sources import Source, SourceRegistry
from pipelines.errors import BadConfig, BadInput, CannotWrite, MissingInput, NewsmintError, UsageError

log = logging.getLogger(__name__)

STOPPED = 130
STOP_SECONDS = 8.0
"""What a visit gets to end once it was asked to; a crawl gives its pages under way up after six."""
WAIT_SECONDS = 30.0
"""Before the first further try of what may go well later."""
FINAL = frozenset({2, *(kind.exit_code for kind in (UsageError, BadInput, MissingInput, BadConfig))})
"""Exit codes that no further try changes."""
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Crawl:
    """How a worker's visits are run. ``environment`` has the store: a command line is for everybody to read."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Callable[[str, str], None]
    """Given a source key and a line of its crawl's log."""
    forks: bool = field(default_factory=nursery.is_possible)
    """Whether a visit is a fork of a process that has all loaded (``nursery.begin`` first), or one begun anew."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a visit did: counts by what became of the pages, and the kinds of failures."""

    counts: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    reached: bool = True

    def __str__(self) -> str:
        said = [f"{number:,} {name.replace('_', ' ')}" for name, number in self.counts.items() if number]
        kinds = ", ".join(f"{kind} {number}" for kind, number in self.failures.items())
        if not self.reached:
            return f"not reached: {kinds}"
        return ", ".join([*said, *([f"failed: {kinds}"] if kinds else [])]) or "nothing new"


async def run(crawl: Crawl, source: str, stop: asyncio.Event) -> Outcome:
    """Visit a source; with ``stop`` end it cleanly. Raises VisitFailed."""
    process = await _started(crawl, source, ("crawl", source, "--due", "--json", *crawl.arguments))
    stopping = asyncio.ensure_future(_end_with(process, stop))
    last: deque[str] = deque(maxlen=1)
    try:
        rows, _ = await asyncio.gather(_lines(process.stdout), _pass_on(process, source, crawl.log, last))
        code = await process.wait()
    finally:
        stopping.cancel()
        if process.returncode is None:
            process.kill()
    return _judged(code, rows, last[0] if last else "", stopped=stop.is_set())


async def _started(crawl: Crawl, source: str, words: Sequence[str]) -> Process | nursery.Fork:
    if crawl.forks:
        entry = await asyncio.to_thread(_entry, crawl, source)
        try:
            return await nursery.Fork.start(words, entry, _LONGEST_LINE)
        except (OSError, EOFError) as error:
            log.warning("no fork for a visit, which is begun anew: %s", error)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "crawler.fleet.child", str(os.getpid()), *words),
        env=dict(crawl.environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        limit=_LONGEST_LINE,
        start_new_session=True,  # Ctrl-C is for the worker, which then ends its visits
    )


def known(crawl: Crawl) -> SourceRegistry:
    """The sources of the worker's file, as it is by now. Raises MissingInput, BadConfig."""
    file = crawl.environment.get("NEWSMINT_SOURCES")
    return SourceRegistry.load(Path(file) if file else None)


def _entry(crawl: Crawl, source: str) -> Source:
    try:
        return known(crawl).get(source)
    except NewsmintError as error:
        raise VisitFailed(str(error)) from error


def _judged(code: int, rows: Sequence[str], said: str, *, stopped: bool) -> Outcome:
    if stopped and code in (STOPPED, nursery.LOST, -signal.SIGTERM, -signal.SIGKILL):
        raise VisitFailed("interrupted; goes back into the queue", wait=0)
    if code == 0 or (code == 1 and rows):
        return _outcome(rows, reached=code == 0)
    if code == STOPPED:
        raise VisitFailed("somebody else stopped it", wait=WAIT_SECONDS)
    if code == nursery.LOST:
        raise VisitFailed("the process that it was forked from is gone", wait=WAIT_SECONDS)
    if code < 0:
        name = signal.Signals(-code).name if -code in signal.valid_signals() else str(-code)
        raise VisitFailed(f"its process was killed by {name}", wait=WAIT_SECONDS)
    why = said.removeprefix("newsmint: ") or f"exit code {code}"
    if code in FINAL:
        raise VisitFailed(why)
    raise VisitFailed(why, wait=4 * WAIT_SECONDS if code == CannotWrite.exit_code else WAIT_SECONDS)


def _outcome(rows: Sequence[str], *, reached: bool) -> Outcome:
    counts: dict[str, int] = {}
    failures: dict[str, int] = {}
    for row in rows:
        summary = json.loads(row)
        for name in ("new", "updated", "unchanged", "not_modified", "gone"):
            counts[name] = counts.get(name, 0) + summary[name]
        counts["rejected"] = counts.get("rejected", 0) + sum(summary["rejected"].values())
        failures |= summary["failures"]
    return Outcome(counts, failures, reached)


async def _lines(stream: asyncio.StreamReader | None) -> list[str]:
    assert stream is not None
    return [text for line in (await stream.read()).splitlines() if (text := line.decode(errors="replace").strip())]


async def _pass_on(
    process: Process | nursery.Fork, source: str, log: Callable[[str, str], None], last: deque[str]
) -> None:
    """Hand on what the crawl logs, line by line; the last one says why it failed, if it did."""
    assert process.stderr is not None
    while line := await _line(process.stderr):
        if text := line.decode(errors="replace").rstrip():
            log(source, text)
            last.append(text)


async def _line(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readline()
    except ValueError:  # longer than the limit: what was read of it is gone
        return b"(a line too long to be read)\n"


async def _end_with(process: Process | nursery.Fork, stop: asyncio.Event) -> None:
    await stop.wait()
    with suppress(ProcessLookupError):
        process.terminate()
        await asyncio.sleep(STOP_SECONDS)
        process.kill()


def environment(location: str, concurrency: int, sources: Path | None) -> dict[str, str]:
    """The variables of a worker's visits: they share the cores, which each crawl alone would take all of."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    own = {"NEWSMINT_DATABASE_URL": location, "PYTHONUNBUFFERED": "1"}
    own |= {"NEWSMINT_HEALTH_AT_END": "off"}  # a visit would judge all sources of the store: the fleet's upkeep does
    own |= {"NEWSMINT_SOURCES": str(sources)} if sources else {}
    return {"NEWSMINT_EXTRACTION_WORKERS": str(max(1, cores // concurrency)), **os.environ, **own}
