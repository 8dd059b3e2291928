"""Sites whose pages come empty, crawled with a real Chromium: marked ones, found ones, and without a browser."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler.paths import data_path
from crawler.render.memory import browser_processes
from crawler.sample.server import Newsroom, serve
from tests.crawler.conftest import NEWSMINT, ROOT
from tests.crawler.newsstand import Answer, Newsstand
from tests.crawler.render.pages import script_page

pytestmark = pytest.mark.slow
SCRIPTED = data_path("sample") / "scripted"
EXPECTED = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(SCRIPTED.glob("sites/*/*/article.json"))]


@dataclass(frozen=True)
class Store:
    """What a crawl left behind."""

    path: Path

    def rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()


def crawl(sources: Path, store: Path, env: Mapping[str, str]) -> Store:
    """One crawl in a process of its own."""
    command = [*NEWSMINT, "crawl", "all", "--sources", str(sources), "--db", str(store)]
    done = subprocess.run(command, cwd=ROOT, env=dict(env), capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return Store(store)


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with serve(folder=SCRIPTED) as newsroom:
        yield newsroom


@pytest.fixture(scope="module")
def sample(newsroom: Newsroom, render_env: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The scripted site of the sample newsroom, crawled."""
    folder = tmp_path_factory.mktemp("scripted")
    sources = folder / "sources.toml"
    text = (SCRIPTED / "sources.toml").read_text(encoding="utf-8")
    sources.write_text(f'{text}proxy = "{newsroom.proxy}"\nallow_private = true\n', encoding="utf-8")
    return crawl(sources, folder / "news.sqlite3", render_env)


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: expected["title"][:20])
def test_a_script_only_page_of_the_sample_newsroom_is_an_article(sample: Store, expected: dict[str, Any]) -> None:
    asked = "SELECT title, authors, section, body, published_at FROM article WHERE url = ?"
    [(title, authors, section, body, published)] = sample.rows(asked, expected["url"])
    assert (title, json.loads(authors), section) == (expected["title"], expected["authors"], expected["section"])
    assert body == expected["body"]
    assert published[:10] == expected["published_at"][:10]
    assert not [words for words in expected["must_not"] if words in body]


def test_headings_and_links_are_those_that_the_script_made(sample: Store) -> None:
    headings = sample.rows("SELECT text FROM heading ORDER BY text")
    assert [text for (text,) in headings] == sorted(each["text"] for it in EXPECTED for each in it["headings"])
    links = sample.rows("SELECT url FROM link WHERE kind = 'inline' ORDER BY url")
    assert [url for (url,) in links] == sorted(each["url"] for it in EXPECTED for each in it["links"])


def test_a_listing_that_scripts_fill_is_read_as_well(sample: Store) -> None:
    """The sitemap names one of the two stories; the other is only on the front page."""
    assert sample.rows("SELECT count(*) FROM article") == [(2,)]
    assert sample.rows("SELECT DISTINCT content_type FROM page") == [("text/html; charset=utf-8; rendered=chromium",)]


def test_what_pages_share_is_fetched_once_and_nothing_else_is(sample: Store, newsroom: Newsroom) -> None:
    asked = newsroom.paths("signalpost.example")
    assert asked.count("/assets/app.js") == 1
    assert not [path for path in asked if "woff" in path]
    assert not [request.url for request in newsroom.requests if "signalpost.example" not in request.url]


def publish_shells(stand: Newsstand, count: int) -> list[str]:
    """Pages that are empty until a script has run, and a sitemap of them."""
    paths = stand.publish(count)
    for number, path in enumerate(paths):
        stand.answers[path] = Answer(script_page(number, "", stand.port).encode())
    return paths


def test_a_source_that_nobody_marked_is_found_by_its_shells(
    stand: Newsstand, render_env: Mapping[str, str], tmp_path: Path
) -> None:
    paths = publish_shells(stand, 4)
    sources = stand.sources(tmp_path, delay=0.0)
    store = crawl(sources, tmp_path / "news.sqlite3", render_env)
    assert store.rows("SELECT count(*) FROM article") == [(4,)]
    assert store.rows("SELECT count(*) FROM frontier WHERE outcome = 'new' AND error IS NULL") == [(4,)]
    assert max(len(stand.times(path)) for path in paths) == 2

    [late] = stand.publish(1, first=7)
    stand.answers[late] = Answer(script_page(7, "", stand.port).encode())
    crawl(sources, tmp_path / "news.sqlite3", render_env)
    assert store.rows("SELECT count(*) FROM article") == [(5,)]
    assert len(stand.times(late)) == 1, "by now it is known, and rendered at once"


@pytest.mark.parametrize(("marked", "kept"), [(True, 0), (False, 4)])
def test_without_a_browser_the_failure_says_what_to_do_and_passes(
    stand: Newsstand, chromium: str, render_env: Mapping[str, str], tmp_path: Path, marked: bool, kept: int
) -> None:
    """No such program stands for none: the extra cannot be taken out of a running test."""
    publish_shells(stand, 4)
    sources = stand.sources(tmp_path, delay=0.0, **({"render": True} if marked else {}))
    store = crawl(sources, tmp_path / "news.sqlite3", {**os.environ, "NEWSMINT_BROWSER": "/no/chromium"})
    failures = store.rows("SELECT count(*), min(detail) FROM fetch WHERE error = 'needs_browser'")
    assert failures[0][0] == (4 if marked else 1)
    assert "/no/chromium" in failures[0][1]
    assert store.rows("SELECT count(*) FROM rejection WHERE reason = 'script_shell'") == [(kept,)]

    crawl(sources, tmp_path / "news.sqlite3", render_env)
    assert store.rows("SELECT count(*) FROM article") == [(4,)], "the first run that has a browser catches up"


def test_a_source_may_forbid_it(stand: Newsstand, render_env: Mapping[str, str], tmp_path: Path) -> None:
    publish_shells(stand, 4)
    store = crawl(stand.sources(tmp_path, delay=0.0, render=False), tmp_path / "news.sqlite3", render_env)
    assert store.rows("SELECT outcome, error, count(*) FROM fetch WHERE outcome <> 'listing' GROUP BY 1, 2") == [
        ("rejected", None, 4)
    ]


@pytest.mark.parametrize("signal_name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_stop_ends_the_browser_and_blames_no_page(
    stand: Newsstand, render_env: Mapping[str, str], tmp_path: Path, signal_name: str
) -> None:
    """The signal goes to all processes of the group, as a terminal or systemd sends it."""
    [path] = stand.publish(1)
    stand.answers[path] = Answer(script_page(0, "setInterval(() => fetch('/tick'), 100)", stand.port).encode())
    store = Store(tmp_path / "news.sqlite3")
    command = [*NEWSMINT, "crawl", "all", "--sources", str(stand.sources(tmp_path, render=True)), "--db"]
    with subprocess.Popen(
        [*command, str(store.path)], cwd=ROOT, env=dict(render_env), stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        wait_until(lambda: stand.times("/tick"), 60)
        browser = browser_processes(process.pid)
        assert browser
        os.killpg(process.pid, getattr(signal, signal_name))
        process.communicate(timeout=15)
    assert process.returncode == (-signal.SIGKILL if signal_name == "SIGKILL" else 130)
    wait_until(lambda: not any(Path(f"/proc/{each.pid}").exists() for each in browser), 10)
    assert store.rows("SELECT count(*) FROM fetch WHERE outcome = 'failed'") == [(0,)]
    assert store.rows("SELECT state IN ('pending', 'leased'), tries FROM frontier") == [(1, 0)]


def wait_until(condition: Callable[[], object], seconds: float) -> None:
    """Return as soon as it holds; fail where it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)
