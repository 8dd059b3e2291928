"""Trouble in the middle of a crawl: the site goes down and comes back, somebody reads the store for long."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.crawler.conftest import Crawl
from tests.crawler.newsstand import Newsstand, newsstand

PAGES = 60


@pytest.mark.slow
def test_a_site_that_goes_down_and_comes_back_is_crawled_to_the_end(tmp_path: Path) -> None:
    with newsstand() as stand:
        paths = stand.publish(PAGES)
        crawl = Crawl(stand.sources(tmp_path, delay=0.05), tmp_path / "news.sqlite3")
        process = crawl.start()
        _wait_for_pages(stand, 10, process)
    with process:
        time.sleep(3)
        with newsstand(again=stand):
            _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert _stored(crawl, stand) == sorted(paths)
    assert crawl.rows("SELECT count(*) FROM article_version") == [(PAGES,)]


@pytest.mark.slow
def test_a_site_that_stays_down_is_left_to_a_later_crawl(tmp_path: Path) -> None:
    with newsstand() as stand:
        paths = stand.publish(PAGES)
        crawl = Crawl(stand.sources(tmp_path, delay=0.05), tmp_path / "news.sqlite3")
        process = crawl.start()
        _wait_for_pages(stand, 10, process)
    down = time.monotonic()
    with process:
        process.communicate(timeout=120)
    assert time.monotonic() - down < 90  # not two retries for each of 50 pages
    [(stored,)] = crawl.rows("SELECT count(*) FROM article")
    [(left,)] = crawl.rows("SELECT count(*) FROM frontier WHERE state IN ('pending', 'failed')")
    assert 0 < stored < PAGES
    assert stored + left == PAGES
    assert ("host_down",) in crawl.rows("SELECT DISTINCT error FROM fetch WHERE outcome = 'failed'")
    with closing(sqlite3.connect(crawl.store)) as connection, connection:
        connection.execute("UPDATE frontier SET due_at = '2026-01-01T00:00:00Z' WHERE state = 'failed'")
    with newsstand(again=stand):
        later = crawl.run()
        assert later.returncode == 0, later.stderr
    assert _stored(crawl, stand) == sorted(paths)


@pytest.mark.slow
def test_a_reader_who_takes_long_holds_nobody_up(stand: Newsstand, tmp_path: Path) -> None:
    stand.publish(4)
    crawl = Crawl(stand.sources(tmp_path, delay=0.0), tmp_path / "news.sqlite3")
    assert crawl.run().returncode == 0
    paths = stand.publish(12)
    with closing(sqlite3.connect(crawl.store, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM article").fetchone() == (4,)
        second = crawl.run()
        assert second.returncode == 0, second.stderr
        assert reader.execute("SELECT count(*) FROM article").fetchone() == (4,)
        reader.execute("COMMIT")
        assert reader.execute("SELECT count(*) FROM article").fetchone() == (12,)
    assert _stored(crawl, stand) == sorted(paths)


def _stored(crawl: Crawl, stand: Newsstand) -> list[str]:
    return sorted(row[0].removeprefix(stand.url) for row in crawl.rows("SELECT url FROM article"))


def _wait_for_pages(stand: Newsstand, count: int, process: subprocess.Popen[str]) -> None:
    while sum("/news/" in path for _, path in list(stand.asked)) < count:
        assert process.poll() is None
        time.sleep(0.05)
