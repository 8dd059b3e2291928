"""``newsmint quality`` after a crawl: measured as stored, and made up for where the rows are gone."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.crawler.conftest import NEWSMINT, ROOT, Crawl
from tests.crawler.newsstand import Newsstand


def quality(store: Path) -> subprocess.CompletedProcess[str]:
    words = [*NEWSMINT, "quality", "--json", "--db", str(store)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
def test_a_crawl_measures_and_the_verb_makes_up_for_what_is_missing(stand: Newsstand, tmp_path: Path) -> None:
    crawl = Crawl(stand.sources(tmp_path, delay=0.0), tmp_path / "news.sqlite3")
    stand.publish(3)
    assert crawl.run().returncode == 0
    measured = "SELECT count(*), sum(gopher), min(words) > 100 FROM quality"
    assert crawl.rows(measured) == [(3, 3, 1)]
    connection = sqlite3.connect(crawl.store)
    connection.execute("DELETE FROM quality WHERE article_id = (SELECT min(article_id) FROM quality)")
    connection.commit()
    connection.close()
    done = quality(crawl.store)
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)
    assert (row["source"], row["articles"], row["applies"], row["gopher"]) == ("stand", 3, 3, 3)
    assert crawl.rows(measured) == [(3, 3, 1)]


def test_without_a_store_it_is_said_in_a_line(tmp_path: Path) -> None:
    done = quality(tmp_path / "none.sqlite3")
    assert done.returncode == 66
    assert "no store there yet" in done.stderr
