"""What a visit costs: ``python -m bench.visit [--rounds 5] [--sources 100]``.

Visits of one source as ``newsmint worker`` makes them, begun anew and forked, turn and turn about, with nothing new and
with a new article. And a crawl of one source and one of many, neither with anything new: the difference a source is
what it costs in a process that runs on, as ``newsmint watch`` is. CPU of all of a visit's processes, but not of
PostgreSQL's, which is Debian's package; Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import os
import resource
import statistics
import subprocess
import time
from collections import defaultdict
from contextlib import suppress
from itertools import count, product
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, create_engine, text

from bench.processes import children, cpu_seconds, metered
from crawler.fleet import nursery, visit
from tests.crawler.newsstand import Answer, Newsstand, newsstand, story

RUNS = 3
_PR_SET_CHILD_SUBREAPER = 36


def main() -> int:
    """Print seconds of CPU of a visit, begun anew, forked, and in a process that runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sources", type=int, default=100, help="of the crawl of many; 1 leaves it out")
    options = parser.parse_args()
    with newsstand() as stand, TemporaryDirectory() as folder:
        for (forks, new), seconds in _visits(stand, Path(folder), options.rounds).items():
            print(f"{'forked' if forks else 'begun anew':11} {new} new  {seconds:.3f} s of CPU")
    if options.sources > 1:
        with newsstand() as stand, TemporaryDirectory() as folder:
            one, many = (_cpu(stand, Path(folder) / str(number), number) for number in (1, options.sources))
        print(f"in a process that runs, nothing new  {(many - one) / (options.sources - 1):.4f} s of CPU")
    return 0


def _visits(stand: Newsstand, folder: Path, rounds: int) -> dict[tuple[bool, int], float]:
    """Whether it was forked, and how many new articles it found → mean seconds of CPU of a visit."""
    from tests.postgres import server  # here, as each fork loads this file, and pytest is no part of a visit

    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # what a visit leaves behind is counted as well
    used: defaultdict[tuple[bool, int], list[float]] = defaultdict(list)
    stories = count(10)
    stand.publish(10)
    with server() as postgres, postgres.database() as url:
        engine = create_engine(url)
        given = visit.environment(url, 4, stand.sources(folder, delay=0.0))
        others = {*children(os.getpid())}
        nursery.begin(given)
        loaded = {*children(os.getpid())} - others
        crawls = [visit.Crawl((), given, lambda source, line: None, forks=forks) for forks in (False, True)]
        for crawl in (*crawls, *crawls):  # the first ones store what there is, load the nursery, and fill the caches
            _visit(crawl, engine, loaded)
        for _, crawl, new in product(range(rounds), crawls, (0, 1)):
            if new:
                stand.publish(next(stories) + 1)
            used[crawl.forks, new].append(_visit(crawl, engine, loaded))
        engine.dispose()
    return {key: statistics.fmean(seconds) for key, seconds in used.items()}


def _visit(crawl: visit.Crawl, engine: Engine, loaded: set[int]) -> float:
    """Seconds of CPU of a visit whose listings are due; ``loaded`` are the numbers of the nursery's processes."""
    with engine.begin() as conn:
        conn.execute(text("UPDATE listing SET due_at = '2000-01-01T00:00:00Z'"))
    known = {*children(os.getpid())}
    before = _used(loaded)
    asyncio.run(visit.run(crawl, "stand", asyncio.Event()))
    while left := {*children(os.getpid())} - known:
        for pid in left:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)
    return _used(loaded) - before


def _used(running: set[int]) -> float:
    """Seconds of CPU of this thread, of the processes that have ended, and of those that run and their ended ones."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.thread_time() + ended.ru_utime + ended.ru_stime + sum(cpu_seconds(pid, ended=True) for pid in running)


def _cpu(stand: Newsstand, folder: Path, count: int) -> float:
    """Seconds of CPU of a crawl of so many sources that has nothing to do; the median of ``RUNS``."""
    from tests.crawler.conftest import Crawl

    folder.mkdir()
    sources = folder / "sources.toml"
    sources.write_text("\n".join(_publish(stand, number) for number in range(count)), encoding="utf-8")
    crawl = Crawl(sources, folder / "news.sqlite3")
    crawl.run()
    used = []
    for _ in range(RUNS):
        with subprocess.Popen(crawl.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            meter = metered(process)
        used.append(meter.main + meter.workers)
    return statistics.median(used)


def _publish(stand: Newsstand, number: int) -> str:
    """A source of three stories; its entry in the sources file."""
    paths = [f"/site{number}/news/{place}-story" for place in range(3)]
    stand.answers |= {path: Answer(story(3 * number + place).encode()) for place, path in enumerate(paths)}
    listed = Answer(stand.sitemap(paths).encode(), headers={"Content-Type": "application/xml"})
    stand.answers[f"/site{number}/sitemap.xml"] = listed
    return (
        f'[site{number}]\ndomain = "127.0.0.1"\nsitemaps = ["{stand.url}/site{number}/sitemap.xml"]\n'
        "delay = 0.0\nallow_private = true\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
