"""What a crawl learns late reaches the articles that it stored before."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest

from tests.crawler.conftest import Crawl
from tests.crawler.newsstand import Answer, Newsstand, story

FURNITURE = (
    "The clock above our stand is four minutes slow, as it was when we took it over.",
    "The stand takes no payment for what it writes, and its staff hold no more than pocket money in any coin.",
    "Come and talk to us in the back room, which is open day and night for all who trade here.",
)
"""Words that no rule knows, in bare paragraphs, in another order on every page."""
HOLDING = " OR ".join(f"instr(body, '{text}')" for text in FURNITURE)


@pytest.fixture
def crawl(stand: Newsstand, tmp_path: Path) -> Crawl:
    for number, path in enumerate(stand.publish(40)):
        lines = random.Random(number).sample(FURNITURE, len(FURNITURE))
        stand.answers[path] = Answer(story(number, "".join(f"<p>{line}</p>" for line in lines)).encode())
    return Crawl(stand.sources(tmp_path, delay=0.0), tmp_path / "news.sqlite3")


@pytest.mark.slow
def test_the_first_articles_of_a_site_lose_its_furniture_at_the_end_of_the_crawl(crawl: Crawl) -> None:
    shown = crawl.run().stdout
    [(recleaned,)] = crawl.rows("SELECT count(*) FROM fetch WHERE outcome = 'recleaned'")
    assert recleaned >= 4
    assert "recleaned" in shown
    assert crawl.rows(f"SELECT count(*) FROM article WHERE {HOLDING}") == [(0,)]
    assert crawl.rows("SELECT count(*), max(version) FROM article_version") == [(40, 1)]
    assert crawl.rows(f"SELECT count(*) FROM article_version WHERE {HOLDING}") == [(0,)]
    assert crawl.rows("SELECT count(*) FROM removed_block WHERE reason = 'site_chrome'") == [(120,)]
    crawl.run()
    assert crawl.rows("SELECT count(*) FROM fetch WHERE outcome = 'recleaned'") == [(recleaned,)]


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "state"), [(signal.SIGKILL, "lost"), (signal.SIGINT, "stopped")])
def test_the_next_crawl_carries_on_where_one_was_ended(crawl: Crawl, sent: signal.Signals, state: str) -> None:
    process = crawl.start()
    assert process.stderr is not None
    assert any("are read again" in line for line in process.stderr)
    process.send_signal(sent)
    began = time.monotonic()
    process.communicate()
    assert time.monotonic() - began < 10
    assert crawl.rows("PRAGMA integrity_check") == [("ok",)]
    crawl.run()
    assert crawl.rows("SELECT state FROM crawl_run ORDER BY id") == [(state,), ("done",)]
    assert crawl.rows(f"SELECT count(*) FROM article WHERE {HOLDING}") == [(0,)]
    assert crawl.rows("SELECT count(*), max(version) FROM article_version") == [(40, 1)]
