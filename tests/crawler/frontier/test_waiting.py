"""Fetching is faster than extraction: what was fetched waits, and only so much of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.crawler.conftest import ROOT, Crawl
from tests.crawler.newsstand import Newsstand

PAGES = 200
BYTES = 500_000
"""May wait: ten pages, however small they are."""
OTHERS = 64 + 16 + 50
"""Leased as well: those not fetched yet, those on their way, and those whose transaction is not full yet."""


@pytest.mark.slow
def test_few_small_pages_wait_for_their_extraction(stand: Newsstand, tmp_path: Path) -> None:
    stand.publish(PAGES)
    crawl = Crawl(stand.sources(tmp_path, delay=0.0, concurrency=16), tmp_path / "news.sqlite3")
    settings = {
        "NEWSMINT_DATABASE": crawl.store,
        "NEWSMINT_SOURCES": crawl.sources,
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": BYTES,
        "EXTRACTION_WORKERS": 1,
    }
    words = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    command = [sys.executable, "-m", "scrapy", "crawl", "news", *words]
    most = 0
    with subprocess.Popen(command, cwd=ROOT, env=os.environ, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            time.sleep(0.1)
            if crawl.store.exists():
                most = max(most, _leased(crawl))
    assert crawl.rows("SELECT count(*) FROM article") == [(PAGES,)]
    assert 20 < most <= OTHERS + BYTES // 50_000 + 1 < PAGES


def _leased(crawl: Crawl) -> int:
    tables = crawl.rows("SELECT name FROM sqlite_master WHERE name = 'frontier'")
    return int(crawl.rows("SELECT count(*) FROM frontier WHERE state = 'leased'")[0][0]) if tables else 0
