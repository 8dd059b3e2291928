"""A queue of a million URLs: ``python -m bench.frontier [--urls 1000000]``.

How long a crawl takes to start on it (open the store, take back what a killed crawl had leased, claim the first batch),
and how long a claim of a batch takes, from one source and from all; each beside a floor of the same run, which is the
bare SQL that reads as many rows off the same index. The file cache is as warm as building the store leaves it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, insert, text

from pipelines.store import Store, due, frontier, open_store
from pipelines.store.dialect import chunks
from pipelines.store.frontier import FrontierEntry
from pipelines.store.frontier_rows import key_of, new_row
from pipelines.store.schema import frontier as table
from pipelines.store.sources import ensure_sources
from pipelines.store.times import now, utc_text

BATCH = 64
"""URLs of a claim: as many as the scheduler asks for at most."""
TIMES = 50
LEFT_LEASED = 128
"""URLs that a killed crawl left leased."""


def fill(store: Store, urls: int, sources: Sequence[str]) -> None:
    """Queue so many URLs, spread over the sources."""
    moment, rest = utc_text(now()), iter(_entries(sources))
    with store.begin() as conn:
        ensure_sources(conn, sources)
    for some in chunks(range(urls), 50_000):
        entries = [next(rest) for _ in some]
        with store.begin() as conn:
            conn.execute(insert(table), [new_row(key_of(each.url), each, moment) for each in entries])


def _entries(sources: Sequence[str]) -> Iterator[FrontierEntry]:
    for number in count():
        source = sources[number % len(sources)]
        yield FrontierEntry(f"https://{source}.example/2026/{number % 97}/story-{number}", source, priority=number)


def start(path: Path, sources: Sequence[str]) -> float:
    """Seconds until a crawl has its first batch."""
    began = time.perf_counter()
    with open_store(path) as store:
        with store.begin() as conn:
            frontier.release_stale(conn, now(), "next")
        with store.connect() as conn:
            due.sources_with_work(conn, now(), sources)
        with store.begin() as conn:
            frontier.claim(conn, "next", BATCH, now(), 900)
        return time.perf_counter() - began


def bare_start(path: Path) -> float:
    """The floor of ``start``: open the store, read a batch."""
    began = time.perf_counter()
    with open_store(path) as store, store.connect() as conn:
        bare_read(conn)
        return time.perf_counter() - began


def bare_read(conn: Connection) -> None:
    """The floor of a claim: as many of the newest rows of one source as a batch has."""
    query = "SELECT * FROM frontier WHERE source = 'source-0' AND state = 'pending' ORDER BY priority DESC LIMIT :most"
    conn.execute(text(query), {"most": BATCH}).all()


@dataclass(frozen=True, slots=True)
class Taken:
    """What a work took, time after time, in milliseconds: by the clock, and of CPU."""

    clock: list[float]
    cpu: list[float]

    @property
    def usual(self) -> float:
        """The median by the clock."""
        return statistics.median(self.clock)

    def __str__(self) -> str:
        cpu = statistics.median(self.cpu)
        return f"{self.usual:8.2f} ms, {cpu:.2f} ms of CPU; slowest of {len(self.clock)}: {max(self.clock):.2f} ms"


def repeated(store: Store, work: Callable[[Connection], object]) -> Taken:
    """The work, each time in a transaction of its own, the commit included."""
    taken = Taken([], [])
    for _ in range(TIMES):
        began, cpu = time.perf_counter(), time.process_time()
        with store.begin() as conn:
            work(conn)
        taken.clock.append((time.perf_counter() - began) * 1000)
        taken.cpu.append((time.process_time() - cpu) * 1000)
    return taken


def main() -> int:
    """Build, measure, print; 1 where a bound of the design is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--urls", type=int, default=1_000_000)
    parser.add_argument("--sources", type=int, default=50)
    options = parser.parse_args()
    sources = [f"source-{number}" for number in range(options.sources)]
    with TemporaryDirectory(prefix="newsmint-frontier-") as folder:
        path = Path(folder, "news.sqlite3")
        print(f"queueing {options.urls:,} URLs of {options.sources} sources …", flush=True)
        with open_store(path) as store:
            fill(store, options.urls, sources)
            with store.begin() as conn:
                frontier.claim(conn, "killed", LEFT_LEASED, now() - timedelta(days=1), 900)
        seconds, floor = start(path, sources), bare_start(path)
        print(f"start        {seconds:8.3f} s; floor {floor:.3f} s")
        with open_store(path) as store:
            bare = repeated(store, bare_read)
            claims = {
                "one source": repeated(
                    store, lambda conn: frontier.claim(conn, "me", BATCH, now(), 900, sources=sources[:1])
                ),
                "all sources": repeated(store, lambda conn: frontier.claim(conn, "me", BATCH, now(), 900)),
                "renewal": repeated(store, lambda conn: frontier.renew(conn, "me", now(), 900)),
            }
            for name, taken in {"bare read": bare, **claims}.items():
                print(f"{name:12} {taken}")
    return 1 if seconds > 2 or max(claims[name].usual for name in ("one source", "all sources")) > 10 else 0


if __name__ == "__main__":
    raise SystemExit(main())
