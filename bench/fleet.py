"""A real fleet on this machine, timed: ``python -m bench.fleet [--workers 2] [--hosts 8] [--pages 800] [-o RUN.json]``.

Sites on addresses of their own, a PostgreSQL of our own (Debian's package), ``newsmint worker`` processes: all on this
machine's cores, so that the CPU of a page here is that of all of them. ``-o`` writes the run for
``python -m bench.simulate --check``. Its clock means something on a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.sides import LOADING, Sides, machine
from bench.simulate import Run
from bench.simulation import Failures
from tests.crawler.fleet.conftest import Fleet, fleet, sites, sources_file, stories
from tests.crawler.newsstand import Newsstand
from tests.postgres import server

LONGEST = 1_800.0
LEASE = Failures().lease


def measure(
    workers: int, slots: int, hosts: int, pages: int, pace: float, folder: Path, kill_at: float | None = None
) -> Run:
    """Crawl so many pages of so many hosts, and say how it went. RuntimeError where not all were stored once.

    ``kill_at``: seconds after the first visit began, at which the first worker is ended by ``kill -9``.
    """
    with server() as postgres, postgres.database() as url:
        return crawl(url, workers, slots, hosts, pages, pace, folder, kill_at).run


@dataclass(frozen=True, slots=True)
class Crawled:
    """A run, the CPU of each side, and each site's visit: seconds from its first request to its last, and requests.

    ``machine`` and ``own``: the shares of all cores that all programs, and these, had in that time.
    """

    run: Run
    sides: Sides
    visits: tuple[tuple[float, int], ...]
    machine: float
    own: float


def crawl(
    url: str,
    workers: int,
    slots: int,
    hosts: int,
    pages: int,
    pace: float,
    folder: Path,
    kill_at: float | None = None,
) -> Crawled:
    """``measure`` on a shared store that is empty."""
    each, sides = pages // hosts, Sides()
    with sites(hosts) as stands:
        for number, stand in enumerate(stands):
            stand.publish(each, first=number * each)
        with fleet(url, sources_file(folder, stands, delay=pace)) as crew:
            crew.schedule()
            sides.look()
            for _ in range(workers):
                crew.worker("--concurrency", str(slots))
            _wait_for(lambda: any(stand.asked for stand in stands), crew, sides)
            before, ours = machine(), sides.total
            if kill_at is not None:
                time.sleep(kill_at)
                crew.workers[0].kill()
            _wait_for(lambda: crew.stored >= each * hosts, crew, sides)
            ended, after = time.monotonic(), machine()
    began = min(stand.asked[0][0] for stand in stands)
    fetched = Counter(path for stand in stands for path in stories(stand))
    again = fetched.total() - each * hosts
    print(f"{again} pages fetched again")
    if len(fetched) != each * hosts or (again and kill_at is None):
        raise RuntimeError(f"{len(fetched)} of {each * hosts} pages fetched, {again} again")
    run = Run(
        seconds=ended - began,
        workers=workers,
        slots=slots,
        cores=len(os.sched_getaffinity(0)),
        hosts=hosts,
        pages=each * hosts,
        pace=pace,
        page_cpu=(sides.total - sides.cpu.get(LOADING, 0.0)) / (each * hosts),
        visit_cpu=0.0,  # the clock begins when a site is asked for the first time: its visit's process has started
        listing_seconds=sum(map(_before_pages, stands)) / hosts,
        lease=LEASE,
        kills=() if kill_at is None else ((0, kill_at),),
    )
    visits = tuple((stand.asked[-1][0] - stand.asked[0][0], len(stand.asked)) for stand in stands)
    busy, idle = (now - then for now, then in zip(after, before, strict=True))
    return Crawled(run, sides, visits, busy / (busy + idle), (sides.total - ours) / (busy + idle))


def _wait_for(is_so: Callable[[], bool], crew: Fleet, sides: Sides) -> None:
    ends = time.monotonic() + LONGEST
    while not is_so():
        if time.monotonic() > ends:
            raise RuntimeError(f"{crew.stored} pages stored after {LONGEST:.0f} s")
        sides.look()
        time.sleep(0.2)
    sides.look()


def _before_pages(stand: Newsstand) -> float:
    """Seconds from a site's first request, robots.txt, to its first page."""
    return next(when for when, path in stand.asked if "/news/" in path) - stand.asked[0][0]


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--slots", type=int, default=4, help="visits at once of a worker")
    parser.add_argument("--hosts", type=int, default=8)
    parser.add_argument("--pages", type=int, default=800, help="at most 200 a host: what a visit takes of one")
    parser.add_argument("--pace", type=float, default=1.0, help="seconds between two requests to a host")
    parser.add_argument("--kill", type=float, metavar="SECOND", help="end the first worker by kill -9 then")
    parser.add_argument("-o", "--output", type=Path, metavar="RUN.json")
    options = parser.parse_args()
    with TemporaryDirectory() as folder, redirect_stdout(sys.stderr):  # what the workers said
        run = measure(
            options.workers, options.slots, options.hosts, options.pages, options.pace, Path(folder), options.kill
        )
    print(
        f"{run.pages} pages in {run.seconds:.1f} s: {run.pages / run.seconds:.1f} pages/s, {1000 * run.page_cpu:.0f} ms"
    )
    if options.output:
        options.output.write_text(json.dumps(asdict(run), indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
