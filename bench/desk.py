"""How fast an analyst gets an answer: ``python -m bench.desk [--articles 100000] [--store FILE]``.

On a made-up store (``bench.newsstore``) or a given one: every saved question and some searches, asked again and again;
the desk's pages, the first one right after the server's start, beside Datasette's own page of the article table; and
articles stored a second with everything on, rolled back in the end. A given store is not changed.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.newssite import free_port
from bench.newsstore import write_store
from pipelines.enrich import Enrichment, enrich
from pipelines.errors import NewsmintError
from pipelines.items import Article, Heading, Link, RemovedBlock, article_id
from pipelines.store import Store, open_store
from pipelines.store.articles import save_article
from pipelines.store.questions import questions, run

VOCABULARY = (
    "bitcoin ether solana exchange regulator wallet court fund said would market price chain bank the of and to in "
    "a for on with from report network custody bridge token miner validator rose fell while after before new old"
).split()
"""Few words, so that look-ups of articles alike find some."""
SERVE = "from crawler.cli import main; main()"
FLOOR = "SELECT id, title, published_at FROM article ORDER BY published_ts DESC, number DESC LIMIT 50"
"""The least that a page of results costs."""
SEARCHES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("bitcoin", {}),
    ("bitcoin etf court", {"source": "outlet3"}),
    ('"spot etf" OR bitcoin', {}),
    ("solana outage", {"order": "date"}),
    ("ERC6551", {}),
    ("stak*", {"since": "2026-06-01"}),
)
GIVEN = {"asset": "bitcoin", "source": "outlet1", "text": "etf", "words": "etf", "author": "Writer 1-1"}
"""Values for parameters that have no default; an article's id and a story's number come from the store."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of the clock: the first time, and the median of those after it."""

    first: float
    median: float
    note: str = ""


def timing(ask: Callable[[], Any], times: int = 7) -> Timing:
    """Ask once, then so many times more; what cannot be answered is named."""
    try:
        first = _milliseconds(ask)
        again = [_milliseconds(ask) for _ in range(times if first < 1_000 else 2)]
    except NewsmintError as error:
        return Timing(float("nan"), float("nan"), str(error)[:80])
    return Timing(first, statistics.median(again))


def _milliseconds(ask: Callable[[], Any]) -> float:
    began = time.perf_counter()
    ask()
    return 1_000 * (time.perf_counter() - began)


def ask_all(path: Path) -> Iterator[tuple[str, Timing]]:
    """Every saved question, and the floor before them."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA cache_size = -64000")
        given = GIVEN | _of_the_store(connection)
        yield "floor: 50 newest titles", timing(lambda: connection.execute(FLOOR).fetchall())
        for name, question in questions().items():
            values = {it.name: given.get(it.name, given["text"]) for it in question.parameters if it.default is None}
            own = {it.name for it in question.parameters}
            limit = None if "limit" in own else 1_000  # as people ask it
            yield name, timing(lambda: run(connection, question, values, limit=limit))  # noqa: B023


def _of_the_store(connection: sqlite3.Connection) -> dict[str, Any]:
    row = connection.execute(
        "SELECT article_id, story_id FROM story_article ORDER BY story_id DESC, similarity LIMIT 1"
    ).fetchone()
    return {"article": row[0], "story": row[1]} if row else {}


def search_all(path: Path) -> Iterator[tuple[str, Timing]]:
    """Some searches, as ``newsmint search`` runs them."""
    with open_store(path, readonly=True) as store:
        for words, filters in SEARCHES:
            shown = " ".join([words, *(f"{name}={value}" for name, value in filters.items())])
            yield f"search {shown}", timing(lambda: store.search(words, **filters))  # noqa: B023


@contextmanager
def desk(path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The desk's address, as soon as it answers, and its process."""
    port = free_port()
    words = ["serve", "--db", str(path), "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        base = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            try:
                first_byte(f"{base}/-/versions.json")
                break
            except OSError:
                time.sleep(0.05)
        yield base, process
    finally:
        process.terminate()
        process.wait()


def first_byte(url: str) -> int:
    """Wait for the first byte of an answer."""
    with urllib.request.urlopen(url, timeout=60) as answer:
        return len(answer.read(1))


def serve_all(path: Path) -> Iterator[tuple[str, Timing]]:
    """The desk's pages by first byte, home first and right after start; then Datasette's own table page."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        some = _of_the_store(connection)
    pages = {
        "home": "/",
        "search": "/search?q=bitcoin",
        "search, three terms and a filter": "/search?q=bitcoin+etf+court&source=outlet3",
        "article": f"/article/{some.get('article', '')}",
        "story": f"/story/{some.get('story', '')}",
        "source": "/source/outlet1",
        "asset": "/asset/bitcoin",
        "stock: table page of article": "/news/article",
    }
    with desk(path) as (base, process):
        for name, page in pages.items():
            try:
                yield f"desk {name}", timing(lambda: first_byte(base + page), times=5)  # noqa: B023
            except OSError as error:
                yield f"desk {name}", Timing(float("nan"), float("nan"), str(error))
        yield f"desk memory: {_resident(process.pid):.0f} MB", Timing(0, 0)


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1_000 for line in lines if line.startswith("VmRSS"))


def ingest(path: Path, count: int = 400) -> tuple[float, float]:
    """Articles stored a second in one transaction: enriched by the writer, and enriched before, as in a crawl.

    All rolled back.
    """
    articles = [news(number) for number in range(count)]
    with open_store(path) as store:
        _stored(store, [(each, None) for each in articles[:50]])  # what is done once is done
        alone = _stored(store, [(each, None) for each in articles])
        return alone, _stored(store, [(each, enrich(each)) for each in articles])


class _RolledBackError(Exception):
    """Ends a transaction that must leave no trace."""


def _stored(store: Store, articles: Sequence[tuple[Article, Enrichment | None]]) -> float:
    began = time.perf_counter()
    try:
        with store.begin() as conn:
            for article, enrichment in articles:
                save_article(conn, article, enrichment=enrichment)
            seconds = time.perf_counter() - began
            raise _RolledBackError
    except _RolledBackError:
        return len(articles) / seconds


def news(number: int) -> Article:
    """An article as they are on average: some 400 words, 4 headings, 17 links, 11 removed blocks."""
    dice = random.Random(number)
    parts = [" ".join(dice.choices(VOCABULARY, k=45)).capitalize() + "." for _ in range(9)]
    for place in (2, 4, 6, 8):
        parts.insert(place, " ".join(dice.choices(VOCABULARY, k=5)).capitalize())
    url = f"https://outlet1.example/new/{number}"
    return Article(
        id=article_id(url),
        url=url,
        canonical_url=url,
        source="outlet1",
        title=" ".join(dice.choices(VOCABULARY, k=9)).capitalize(),
        authors=("Ada Field",),
        published_at=f"2026-11-22T{number % 24:02}:00:00+00:00",
        body="\n\n".join(parts),
        body_markdown="\n\n".join(parts),
        headings=tuple(Heading(2, parts[place], place) for place in (2, 4, 6, 8)),
        links=tuple(
            Link("inline", f"https://outlet{n}.example/news/{dice.randrange(100_000)}", "a story") for n in range(17)
        ),
        removed=tuple(RemovedBlock("model", "model", parts[0][: 20 * n], "html/body/aside") for n in range(11)),
        extractor="bench",
    )


def report(path: Path, articles: int) -> None:
    """All of it, as a table; the last column is the median over the floor's."""
    table = Table("what", "first ms", "median ms", "of the floor", "", title=f"{articles:,} articles")
    floor = 0.0
    for name, took in [*ask_all(path), *search_all(path), *serve_all(path)]:
        floor = floor or took.median
        table.add_row(name, f"{took.first:.1f}", f"{took.median:.1f}", f"{took.median / floor:.1f}", took.note)
    Console(width=120).print(table)


def main() -> None:
    """Measure from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--store", type=Path, help="a store made by bench.newsstore, instead of a new one")
    parser.add_argument("--ingest", action="store_true", help="how many articles it stores a second, too")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        path = options.store or Path(folder) / "desk.sqlite3"
        if options.store is None:
            write_store(path, options.articles, progress=True)
        with open_store(path) as store, store.connect() as conn:
            articles = conn.exec_driver_sql("SELECT max(number) FROM article").scalar_one()
        report(path, articles)
        if options.ingest:
            print("articles stored a second: {:.0f}, and {:.0f} enriched before".format(*ingest(path)))


if __name__ == "__main__":
    main()
