"""Sites whose pages come empty, crawled with a real Chromium: marked ones, found ones, and without a browser."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crawler.paths import data_path
from crawler.render.memory import browser_processes
from crawler.sample.server import serve
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


def test_script_only_pages_of_the_sample_newsroom_are_articles(render_env: Mapping[str, str], tmp_path: Path) -> None:
    """The sitemap names one of the two stories; the other is only on the front page, which a script fills as well."""
    sources = tmp_path / "sources.toml"
    text = (SCRIPTED / "sources.toml").read_text(encoding="utf-8")
    with serve(folder=SCRIPTED) as newsroom:
        sources.write_text(f'{text}proxy = "{newsroom.proxy}"\nallow_private = true\n', encoding="utf-8")
        store = crawl(sources, tmp_path / "news.sqlite3", render_env)

    assert {url for (url,) in store.rows("SELECT url FROM article")} == {each["url"] for each in EXPECTED}
    for expected in EXPECTED:
        assert_stored(store, expected)
    assert store.rows("SELECT DISTINCT content_type FROM page") == [("text/html; charset=utf-8; rendered=chromium",)]
    asked = newsroom.paths("signalpost.example")
    assert asked.count("/assets/app.js") == 1, "what pages share is fetched once"
    assert not [path for path in asked if "woff" in path]
    assert not [request.url for request in newsroom.requests if "signalpost.example" not in request.url]


def assert_stored(store: Store, expected: Mapping[str, Any]) -> None:
    """The article of that address is the one expected."""
    asked = "SELECT id, title, authors, section, body, published_at FROM article WHERE url = ?"
    [(key, title, authors, section, body, published)] = store.rows(asked, expected["url"])
    assert (title, json.loads(authors), section) == (expected["title"], expected["authors"], expected["section"])
    assert body == expected["body"]
    assert published[:10] == expected["published_at"][:10]
    assert not [words for words in expected["must_not"] if words in body]
    headings = store.rows("SELECT level, text, position FROM heading WHERE article_id = ? ORDER BY ordinal", key)
    assert headings == [(each["level"], each["text"], each["position"]) for each in expected["headings"]]
    links = store.rows("SELECT url, text FROM link WHERE kind = 'inline' AND article_id = ?", key)
    assert links == [(each["url"], each["text"]) for each in expected["links"]]


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


def test_a_browser_that_does_not_start_is_told_with_its_last_words(
    stand: Newsstand, render_env: Mapping[str, str], tmp_path: Path
) -> None:
    publish_shells(stand, 1)
    env = {**render_env, "NEWSMINT_BROWSER": "false"}
    store = crawl(stand.sources(tmp_path, delay=0.0, render=True), tmp_path / "news.sqlite3", env)
    [(kind, detail)] = store.rows("SELECT error, detail FROM fetch WHERE outcome = 'failed'")
    assert (kind, detail[:26]) == ("needs_browser", "Chromium does not start: [")


def test_what_scripts_ask_for_keeps_the_pace_of_the_host(
    stand: Newsstand, render_env: Mapping[str, str], tmp_path: Path
) -> None:
    [path] = stand.publish(1)
    parts = [f"/part-{number}.js" for number in range(4)]
    stand.answers[path] = Answer(script_page(0, "".join(f"load('{part}');" for part in parts), stand.port).encode())
    for part in parts:
        stand.answers[part] = Answer(b"1", headers={"Content-Type": "text/javascript"})
    crawl(stand.sources(tmp_path, delay=0.8, render=True), tmp_path / "news.sqlite3", render_env)
    asked = [when for when, what in stand.asked if what == path or what in parts]
    assert len(asked) == 5
    assert min(later - earlier for earlier, later in pairwise(asked)) > 0.7


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
