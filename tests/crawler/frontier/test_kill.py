"""A crawl that is killed, wherever it stands, and started again ends with every article exactly once."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.crawler.conftest import Crawl
from tests.crawler.newsstand import Newsstand

PAGES = 150


@pytest.fixture(params=["file", pytest.param("server", marks=pytest.mark.postgres)])
def shared(request: pytest.FixtureRequest) -> str:
    """The URL of a shared store, or none: a crawl into a file."""
    url: str = request.getfixturevalue("shared_database") if request.param == "server" else ""
    return url


@pytest.mark.slow
def test_every_article_once_after_kills_at_any_moment(stand: Newsstand, tmp_path: Path, shared: str) -> None:
    paths = stand.publish(PAGES)
    crawl = Crawl(stand.sources(tmp_path, delay=0.0, concurrency=2), tmp_path / "news.sqlite3", shared)
    moments = random.Random(7)
    for _ in range(6):
        with crawl.start() as process:
            _wait_for_requests(stand, len(stand.asked) + moments.randrange(1, 30), process)
            time.sleep(moments.uniform(0.0, 0.3))
            process.send_signal(signal.SIGKILL)
    assert crawl.rows("SELECT count(*) FROM article") < [(PAGES,)]
    finished = crawl.run()
    assert finished.returncode == 0, finished.stderr
    assert shared or crawl.rows("PRAGMA integrity_check") == [("ok",)]
    assert [row[0].removeprefix(stand.url) for row in crawl.rows("SELECT url FROM article ORDER BY url")] == sorted(
        paths
    )
    assert crawl.rows("SELECT count(*), count(DISTINCT url) FROM article_version JOIN article ON id = article_id") == [
        (PAGES, PAGES)
    ]
    assert crawl.rows("SELECT state, count(*) FROM frontier GROUP BY state") == [("done", PAGES)]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_clean_and_takes_seconds(stand: Newsstand, tmp_path: Path, how: signal.Signals) -> None:
    stand.publish(40)
    crawl = Crawl(stand.sources(tmp_path, delay=0.2), tmp_path / "news.sqlite3")
    with crawl.start() as process:
        _wait_for_requests(stand, 10, process)
        asked = time.monotonic()
        process.send_signal(how)
        _, said = process.communicate(timeout=20)
    assert time.monotonic() - asked < 10
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert crawl.rows("SELECT count(*) FROM frontier WHERE state = 'leased'") == [(0,)]
    assert crawl.rows("SELECT state FROM crawl_run") == [("stopped",)]
    [(done,)] = crawl.rows("SELECT count(*) FROM frontier WHERE state = 'done'")
    assert crawl.rows("SELECT count(*) FROM article") == [(done,)]
    assert 1 <= done < 40


def test_a_stop_does_not_wait_for_a_server_that_hangs(stand: Newsstand, tmp_path: Path) -> None:
    from tests.crawler.newsstand import Answer, story

    [path] = stand.publish(1)
    stand.answers[path] = Answer(story(1).encode(), pause=60)
    crawl = Crawl(stand.sources(tmp_path, delay=0.0), tmp_path / "news.sqlite3")
    with crawl.start() as process:
        while not stand.times(path):
            time.sleep(0.05)
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    assert time.monotonic() - asked < 10
    assert process.returncode == 130, said
    assert crawl.rows("SELECT state FROM frontier") == [("pending",)]
    assert crawl.rows("SELECT state FROM crawl_run") == [("stopped",)]


def _wait_for_requests(stand: Newsstand, count: int, process: subprocess.Popen[str]) -> None:
    while len(stand.asked) < count:
        assert process.poll() is None
        time.sleep(0.05)
