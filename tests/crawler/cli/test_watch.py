"""``newsmint watch``: it finds what is new and what was edited while it runs, outlives a site's trouble, and stops."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.crawler.conftest import NEWSMINT, ROOT, Crawl
from tests.crawler.newsstand import Answer, Newsstand, story
from tests.crawler.spiders.test_news import feed

WATCH = """
import sys
from pathlib import Path
from crawler.run import Options, crawl
from crawler.sources import SourceRegistry
from crawler.spiders.watch import Watch

quick = {"LISTING_INTERVAL_LEAST": 1, "LISTING_INTERVAL_MOST": 2, "WATCH_TICK": 0.3, "RETRY_TIMES": 0}
sources = SourceRegistry.load(Path(sys.argv[1])).select(["all"])
options = Options(sources, sys.argv[2], command="newsmint watch", settings=quick, watch=Watch(90, float(sys.argv[3])))
print(crawl(options).state)
"""


@pytest.fixture
def crawl(stand: Newsstand, tmp_path: Path) -> Crawl:
    sources = stand.sources(tmp_path, delay=0.0, sitemaps=[], feeds=[f"{stand.url}/feed"])
    return Crawl(sources, tmp_path / "news.sqlite3")


@contextmanager
def watching(crawl: Crawl, report_every: float = 60.0) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-c", WATCH, str(crawl.sources), str(crawl.store), str(report_every)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


def rows(crawl: Crawl, query: str) -> list[tuple[object, ...]]:
    try:
        return crawl.rows(query)
    except sqlite3.OperationalError:
        return []  # not made yet


def change(crawl: Crawl, statement: str) -> None:
    with closing(sqlite3.connect(crawl.store, timeout=30)) as connection, connection:
        connection.execute(statement)


def test_it_runs_on_until_it_is_stopped(crawl: Crawl, stand: Newsstand) -> None:
    first, second = stand.publish(2)
    stand.answers["/feed"] = feed(stand, {first: "Sat, 21 Nov 2026"})
    with watching(crawl, report_every=4) as process:
        until(lambda: rows(crawl, "SELECT 1 FROM article"))

        stand.answers["/feed"] = Answer(b"down", 500)
        until(lambda: rows(crawl, "SELECT 1 FROM listing WHERE failures > 0 AND error = 'http_500'"))
        change(crawl, "UPDATE listing SET due_at = '2026-01-01T00:00:00Z'")  # as if hours had passed
        stand.answers["/feed"] = feed(stand, {second: "Sun, 22 Nov 2026", first: "Sat, 21 Nov 2026"})
        until(lambda: rows(crawl, "SELECT 1 FROM article LIMIT 1 OFFSET 1"))
        until(lambda: rows(crawl, "SELECT 1 FROM listing WHERE failures = 0 AND error IS NULL AND found = 2"))

        edited = "<p>The council added on Friday that fees stay as they are.</p>"
        stand.answers[first] = Answer(story(0, edited).encode())
        change(crawl, "UPDATE frontier SET due_at = '2026-01-01T00:00:00Z'")
        until(lambda: rows(crawl, "SELECT 1 FROM fetch WHERE outcome = 'updated'"))

        until(lambda: rows(crawl, "SELECT 1 FROM crawl_run WHERE state = 'done'"))
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        said, trouble = process.communicate(timeout=20)
    assert time.monotonic() - asked < 10
    assert said.strip() == "stopped", trouble
    assert "Traceback" not in trouble
    assert crawl.rows("SELECT count(*) FROM article_version") == [(3,)]
    assert crawl.rows("SELECT count(*) FROM frontier WHERE state != 'done'") == [(0,)]
    *before, last = [state for (state,) in crawl.rows("SELECT state FROM crawl_run ORDER BY id")]
    assert set(before) == {"done"}
    assert last == "stopped"


@pytest.mark.slow
def test_it_ends_after_the_time_it_was_given_and_asks_nothing_before_it_is_due(crawl: Crawl, stand: Newsstand) -> None:
    [path] = stand.publish(1)
    stand.answers["/feed"] = feed(stand, {path: "Sat, 21 Nov 2026"})
    command = [*NEWSMINT, "watch", "all", "--sources", str(crawl.sources), "--db", str(crawl.store), "--for", "3s"]
    for _ in range(2):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
        assert done.returncode == 0, done.stderr
    assert len(stand.times("/feed")) == 1
    assert crawl.rows("SELECT command, state FROM crawl_run") == [("newsmint watch all", "done")] * 2


@pytest.mark.parametrize(("span", "code"), [("soon", 2), ("0m", 2), ("5", 2)])
def test_a_span_that_is_none_is_said_so(span: str, code: int) -> None:
    called = subprocess.run(
        [*NEWSMINT, "watch", "all", "--for", span], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert called.returncode == code
    assert "90s, 10m, 2h or 1d" in called.stderr


def test_a_password_in_the_address_of_the_store_is_not_printed() -> None:
    store = "postgresql+psycopg://crawler:secret@127.0.0.1:1/news"
    run = subprocess.run(
        [*NEWSMINT, "watch", "--sample", "--for", "1s", "--db", store],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 75
    assert "crawler:***@127.0.0.1" in run.stderr
    assert "secret" not in run.stdout + run.stderr
