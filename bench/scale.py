"""A store in a file and one on a server, side by side, and crawl workers on the latter: ``python -m bench.scale``.

``--only stores`` or ``--only workers`` does the one or the other.

One made-up store (``bench.newsstore``) is copied to a PostgreSQL server that is started for it, with the settings it
comes with and 256 MB of shared memory. Both are asked every saved question and some searches; then the same articles,
enriched before as in a crawl and each with its page, are stored in both by one writer, and on the server by two. CPU
is given for the writers and the server apart: on a machine with other work it is what holds.

Each number of workers crawls the same sites into a new store: first at a pace that the sites ask for, then at none.
Their pages a second are told with what was in use the most: what has to grow for more.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table
from sqlalchemy import URL

from bench.crews import Sites, crews, table
from bench.desk import Timing
from bench.newsstore import write_store
from bench.server import empty_database
from bench.storespeed import Ingest, asked, ingest, postmaster
from pipelines.store import open_store
from pipelines.store.copying import copy_store

FILE, SERVER = "SQLite", "PostgreSQL"


@dataclass(frozen=True, slots=True)
class Figures:
    """All that was measured: by what was asked, then by store, milliseconds; by writers and store, what they took."""

    articles: int
    copied: dict[str, float]
    """Seconds of a copy, there and back, both compared."""
    asked: dict[str, dict[str, Timing]]
    stored: dict[str, Ingest]


@contextmanager
def stores(articles: int, folder: Path) -> Iterator[tuple[Path, URL, dict[str, float]]]:
    """The same store in a file and on a server, and the seconds that copies took."""
    path = folder / "news.sqlite3"
    write_store(path, articles, progress=True)
    with empty_database() as shared:
        there = _timed_copy(path, shared)
        yield path, shared, {f"{FILE} → {SERVER}": there, f"{SERVER} → {FILE}": _timed_copy(shared, folder / "back")}


def _timed_copy(source: Path | URL, destination: Path | URL) -> float:
    began = time.perf_counter()
    if not copy_store(source, destination).ok:
        raise SystemExit(f"{source} and its copy are not the same")
    return time.perf_counter() - began


def measure(articles: int, count: int) -> Figures:
    """Measure all of it, in a folder and on a server that are gone afterwards."""
    with TemporaryDirectory() as folder, stores(articles, Path(folder)) as (path, shared, copied):
        url = shared.render_as_string(hide_password=False)
        answers: dict[str, dict[str, Timing]] = {}
        for name, location in ((FILE, str(path)), (SERVER, url)):
            with open_store(location, readonly=True) as store:
                for what, took in asked(store):
                    answers.setdefault(what, {})[name] = took
        server = postmaster(shared)
        stored = {
            f"{FILE}, 1 writer": ingest(str(path), 1, count),
            f"{SERVER}, 1 writer": ingest(url, 1, count, postmaster=server),
            f"{SERVER}, 2 writers": ingest(url, 2, count, first=count + 1, postmaster=server),
        }
        return Figures(articles, copied, answers, stored)


def tables(found: Figures) -> Iterator[Table]:
    """The figures for people; ratios are to SQLite."""
    table = Table(
        "",
        f"{FILE}: first ms",
        "median",
        f"{SERVER}: first ms",
        "median",
        "ratio",
        "",
        title=f"{found.articles:,} articles",
    )
    for what, by_store in found.asked.items():
        one, other = by_store[FILE], by_store[SERVER]
        times = [f"{it:.1f}" for it in (one.first, one.median, other.first, other.median)]
        table.add_row(what, *times, f"{other.median / one.median:.1f}", one.note or other.note)
    yield table
    table = Table("stored, enriched before", "articles/s", "ratio", "CPU ms, writers", "CPU ms, server", "ratio of CPU")
    first = next(iter(found.stored.values()))
    for what, took in found.stored.items():
        cpu = (took.client + took.server) / (first.client + first.server)
        row = (
            f"{took.rate:.0f}",
            f"{took.rate / first.rate:.2f}",
            f"{1e3 * took.client:.2f}",
            f"{1e3 * took.server:.2f}",
        )
        table.add_row(what, *row, f"{cpu:.2f}")
    yield table
    table = Table("copied and compared", "s", "articles/s")
    for what, seconds in found.copied.items():
        table.add_row(what, f"{seconds:.1f}", f"{found.articles / seconds:.0f}")
    yield table


def main() -> int:
    """Measure from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("stores", "workers"), help="one of the two")
    parser.add_argument("--articles", type=int, default=10_000, help="in the store that is asked")
    parser.add_argument("--ingest", type=int, default=500, help="articles that each writer stores")
    parser.add_argument(
        "--workers", type=int, nargs="+", default=[1, 2, 4], metavar="N", help="numbers of crawl workers"
    )
    parser.add_argument("--slots", type=int, default=2, help="visits at a time of a worker")
    parser.add_argument("--hosts", type=int, default=8, help="sites that are crawled")
    parser.add_argument("--pages", type=int, default=480, help="of all sites; at most 200 of one")
    parser.add_argument("--pace", type=float, default=0.25, help="seconds between two requests to a site")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures, in full")
    options = parser.parse_args()
    console = Console(width=120)
    figures: dict[str, object] = {}
    if options.only != "workers":
        found = measure(options.articles, options.ingest)
        figures |= asdict(found)
        for each in tables(found):
            console.print(each)
    if options.only != "stores":
        paced = Sites(options.hosts, options.pages, options.pace)
        crewed = list(crews(options.workers, options.slots, paced))
        figures["workers"] = list(map(asdict, crewed))
        console.print(table(crewed))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
