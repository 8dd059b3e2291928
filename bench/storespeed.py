"""How fast a store takes articles in and answers, in a file or on a server: what ``bench.scale`` puts side by side.

Writers are processes of their own, ``python -m bench.storespeed URL FIRST COUNT``: each makes and enriches its
articles, says that it is ready, and stores them when it is told to, as many in a transaction as a crawl's writer.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from bench.desk import GIVEN, SEARCHES, Timing, news, timing
from bench.processes import CpuMeter
from pipelines.enrich import Enrichment, enrich
from pipelines.items import Article, RawPage
from pipelines.stages.writer import BATCH_SIZE
from pipelines.store import Store, open_store
from pipelines.store.articles import save_article
from pipelines.store.dialect import chunks
from pipelines.store.pages import keep_page
from pipelines.store.postgres.pipeline import together
from pipelines.store.questions import Question, questions, run
from pipelines.store.reading import driver

PAGE = 40_000
"""Bytes of a page's body that is stored with its article."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """What storing articles took: articles a second by the clock, and CPU seconds an article on both sides."""

    rate: float
    client: float
    server: float


def ingest(location: str, writers: int, count: int, *, first: int = 0, postmaster: int | None = None) -> Ingest:
    """Have so many writers store ``count`` articles each, from number ``first`` on, all at the same time."""
    meter = CpuMeter(postmaster) if postmaster else None
    with ExitStack() as stack:
        started = [stack.enter_context(_writer(location, first + place * count, count)) for place in range(writers)]
        for each in started:
            _line(each)  # it is ready
        before = _used(meter)
        began = time.perf_counter()
        for each in started:
            _tell(each)
        told = [json.loads(_line(each)) for each in started]
        seconds = time.perf_counter() - began
        server = _used(meter) - before
        for each in started:
            _tell(each)  # it may go: what its connection used could not be read after
    total = writers * count
    return Ingest(total / seconds, sum(it["cpu"] for it in told) / total, server / total)


def _writer(location: str, first: int, count: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "bench.storespeed", location, str(first), str(count)]
    root = Path(__file__).parent.parent
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def _used(meter: CpuMeter | None) -> float:
    if meter is None:
        return 0.0
    meter.look()
    return meter.main + meter.workers


Ready = tuple[Article, Enrichment, RawPage]


def _ready(number: int) -> Ready:
    article = news(number)
    lines = f"<p>{number} {article.body}</p>\n".encode()
    page = RawPage(article.url, (lines * (PAGE // len(lines) + 1))[:PAGE], source=article.source, fetched_at=_FETCHED)
    return article, enrich(article), page


_FETCHED = "2026-11-22T12:00:00Z"


def _store(store: Store, some: Sequence[Ready]) -> None:
    for batch in chunks(some, BATCH_SIZE):
        with store.begin() as conn:
            with together(conn):
                for article, enrichment, page in batch:
                    save_article(conn, article, page_id=keep_page(conn, store.archive, page), enrichment=enrichment)
            store.archive.flush()


def asked(store: Store) -> Iterator[tuple[str, Timing]]:
    """Every saved question and some searches, again and again."""
    given = GIVEN | _of_the_store(store)
    for name, question in questions().items():
        yield name, timing(_asking(store, question, given))
    for words, filters in SEARCHES:
        shown = " ".join([words, *(f"{name}={value}" for name, value in filters.items())])
        yield f"search {shown}", timing(lambda: store.search(words, **filters))  # noqa: B023


def _asking(store: Store, question: Question, given: Mapping[str, Any]) -> Callable[[], Any]:
    values = {it.name: given.get(it.name, given["text"]) for it in question.parameters if it.default is None}
    limit = None if any(it.name == "limit" for it in question.parameters) else 1_000

    def ask() -> Any:
        with store.connect() as conn:
            return run(driver(conn), question, values, limit=limit)

    return ask


def _of_the_store(store: Store) -> dict[str, Any]:
    query = "SELECT article_id, story_id FROM story_article ORDER BY story_id DESC, similarity, article_id LIMIT 1"
    rows = store.sql(query).rows
    return {"article": rows[0][0], "story": rows[0][1]} if rows else {}


def postmaster(url: URL) -> int:
    """The process of a server that ``tests.postgres`` started."""
    return int((Path(str(url.query["host"])) / "data/postmaster.pid").read_text().split()[0])


def main() -> None:
    """Be a writer."""
    location, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    some = [_ready(number) for number in range(first, first + count)]
    with open_store(location) as store:
        _store(store, [_ready(10_000_000 + first)])  # what is done once is done
        print("ready", flush=True)
        sys.stdin.readline()
        cpu, began = time.process_time(), time.perf_counter()
        _store(store, some)
        told = {"cpu": time.process_time() - cpu, "seconds": time.perf_counter() - began}
        print(json.dumps(told), flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main()
