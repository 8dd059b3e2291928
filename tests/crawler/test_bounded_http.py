"""Connections stay open between requests, also where a source allows several at once."""

from __future__ import annotations

from pathlib import Path

from tests.crawler.conftest import Crawl
from tests.crawler.newsstand import Newsstand


def test_a_source_with_three_requests_at_once_makes_few_connections(stand: Newsstand, tmp_path: Path) -> None:
    stand.publish(24)
    crawl = Crawl(stand.sources(tmp_path, delay=0.0, concurrency=3), tmp_path / "news.sqlite3")

    assert crawl.run("--deep").returncode == 0

    assert crawl.rows("SELECT count(*) FROM article") == [(24,)]
    assert stand.connections <= 5
