"""What a visit costs: ``python -m bench.visit [--rounds 5] [--others 1000] [--sources 100]``.

Visits of one source as ``newsmint worker`` makes them, begun anew and forked, turn and turn about, with nothing new and
with a new article, on a store that has many other sources. And a crawl of one source and one of many, neither with
anything new: the difference a source is what it costs in a process that runs on, as ``newsmint watch`` is. CPU of all
of a visit's processes, and of PostgreSQL's, which is Debian's package; Linux only.
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
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, create_engine, text

from bench.processes import children, cpu_seconds, metered
from crawler.fleet import nursery, visit
from tests.crawler.newsstand import Answer, Newsstand, newsstand, story

RUNS = 3
_PR_SET_CHILD_SUBREAPER = 36
_OTHERS = (
    "INSERT INTO source (key, name, added_at) SELECT 'site' || n, 'Site', '2026-11-01T00:00:00Z' {each}",
    "INSERT INTO listing (source, url, route, due_at, polls, found, failures) "
    "SELECT 'site' || n, 'https://site.example/feed/' || n, 'feed', '2100-01-01T00:00:00Z', 1, 1, 0 {each}",
    "INSERT INTO crawl_run (command, sources, versions, state, owner, started_at) SELECT 'newsmint crawl site' || n, "
    "jsonb_build_array('site' || n), '{{}}', 'done', 'x', '2026-11-22T00:00:00Z' {each}, generate_series(1, 14)",
    'INSERT INTO "fetch" (run_id, source, url, route, status, size, outcome, fetched_at) '
    "SELECT id, sources->>0, 'https://site.example/', 'feed', 200, 9, 'listing', started_at FROM crawl_run "
    "WHERE owner = 'x'",
    "INSERT INTO frontier (key, url, source, host, state, priority, added_at, due_at, tries, checks, edits, depth) "
    "SELECT n || '/' || m, 'https://site.example/' || n || '/' || m, 'site' || n, 'site.example', 'done', 0, "
    "'2026-11-22T00:00:00Z', '2026-11-22T00:00:00Z', 0, 0, 0, 0 {each}, generate_series(1, 50) AS m",
)
"""What so many other sources have in a store after a day: listings that are not due, visited URLs that are, runs."""

Figures = dict[tuple[bool, int], tuple[float, float]]
"""Whether it was forked, and how many new articles it found → seconds of CPU of a visit, and the server's for it."""


def main() -> int:
    """Print seconds of CPU of a visit, begun anew, forked, and in a process that runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--others", type=int, default=1_000, help="sources beside the one that is visited")
    parser.add_argument("--sources", type=int, default=100, help="of the crawl of many; 1 leaves it out")
    options = parser.parse_args()
    with newsstand() as stand, TemporaryDirectory() as folder:
        for (forks, new), used in _visits(stand, Path(folder), options.rounds, options.others).items():
            way = "forked" if forks else "begun anew"
            print(f"{way:11} {new} new  {used[0]:.3f} s of CPU, {used[1]:.3f} s of the server")
    if options.sources > 1:
        with newsstand() as stand, TemporaryDirectory() as folder:
            one, many = (_cpu(stand, Path(folder) / str(number), number) for number in (1, options.sources))
        print(f"in a process that runs, nothing new  {(many - one) / (options.sources - 1):.4f} s of CPU")
    return 0


def _visits(stand: Newsstand, folder: Path, rounds: int, others: int) -> Figures:
    """Means of so many visits of each kind."""
    from tests.postgres import server  # here, as each fork loads this file, and pytest is no part of a visit

    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # what a visit leaves behind is counted as well
    used: defaultdict[tuple[bool, int], list[tuple[float, float]]] = defaultdict(list)
    stories = count(10)
    stand.publish(10)
    with server() as postgres, postgres.database() as url:
        engine = create_engine(url)
        given = visit.environment(url, 4, _sources(stand, folder, others))
        database = {*children(os.getpid())}
        nursery.begin(given)
        meter = Meter({*children(os.getpid())} - database, database)
        crawls = [visit.Crawl((), given, lambda source, line: None, forks=forks) for forks in (False, True)]
        _visit(crawls[0], engine, meter)
        _fill(engine, others)
        for crawl in (*crawls, *crawls):  # the first ones load the nursery, and fill the server's caches
            _visit(crawl, engine, meter)
        for _, crawl, new in product(range(rounds), crawls, (0, 1)):
            if new:
                stand.publish(next(stories) + 1)
            used[crawl.forks, new].append(_visit(crawl, engine, meter))
        engine.dispose()
    return {key: (fmean(mine for mine, _ in each), fmean(its for _, its in each)) for key, each in used.items()}


@dataclass(frozen=True)
class Meter:
    """Seconds of CPU so far: of this thread, the processes that ended and the nursery's; and the server's."""

    nursery: set[int]
    server: set[int]

    def read(self) -> tuple[float, float]:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        here = time.thread_time() + ended.ru_utime + ended.ru_stime
        mine, its = (sum(cpu_seconds(pid, ended=True) for pid in pids) for pids in (self.nursery, self.server))
        return here + mine, its


def _visit(crawl: visit.Crawl, engine: Engine, meter: Meter) -> tuple[float, float]:
    """What a visit uses whose listings are due."""
    with engine.begin() as conn:
        conn.execute(text("UPDATE listing SET due_at = '2000-01-01T00:00:00Z' WHERE source = 'stand'"))
    known = {*children(os.getpid())}
    before = meter.read()
    asyncio.run(visit.run(crawl, "stand", asyncio.Event()))
    while left := {*children(os.getpid())} - known:
        for pid in left:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)
    mine, its = meter.read()
    return mine - before[0], its - before[1]


def _sources(stand: Newsstand, folder: Path, others: int) -> Path:
    file = stand.sources(folder, delay=0.0)
    entries = (f'[site{n}]\ndomain = "site{n}.example"\nfeeds = ["https://site{n}.example/"]' for n in range(others))
    file.write_text("\n".join((file.read_text(encoding="utf-8"), *entries)), encoding="utf-8")
    return file


def _fill(engine: Engine, others: int) -> None:
    each = f"FROM generate_series(0, {others - 1}) AS n"
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
        for statement in (*_OTHERS, "ANALYZE"):
            conn.exec_driver_sql(statement.format(each=each))


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
