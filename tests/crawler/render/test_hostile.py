"""One crawl of pages whose scripts try what they should not: what becomes of each, and what the servers saw."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crawler.conftest import ROOT
from tests.crawler.newsstand import Answer, Newsstand, newsstand
from tests.crawler.render.pages import ROWS, Row, script_page

pytestmark = pytest.mark.slow
REQUESTS = 20
"""One page may make."""
SETTINGS = {
    "RENDER_SECONDS": 5,
    "RENDER_MEMORY": 700_000_000,
    "RENDER_REQUESTS": REQUESTS,
    "RENDER_MEGABYTES": 5,
    "RENDER_PAGES_A_BROWSER": 15,
    "RENDER_AT_ONCE": 2,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
    "AUTOTHROTTLE_ENABLED": False,
}


@dataclass(frozen=True)
class Crawled:
    """What one crawl left behind."""

    asked: list[str]
    store: Path

    def rows(self, query: str, *values: str) -> list[tuple[str, ...]]:
        connection = sqlite3.connect(self.store)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def crawled(render_env: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("render")
    with newsstand() as stand:
        _publish(stand)
        sources = folder / "sources.toml"
        sources.write_text(
            f'[stand]\ndomain = "localhost"\nsitemaps = ["http://localhost:{stand.port}/sitemap.xml"]\n'
            "allow_private = true\ndelay = 0.0\nrender = true\n"
        )
        settings = {**SETTINGS, "NEWSMINT_SOURCES": sources, "NEWSMINT_DATABASE": folder / "news.sqlite3"}
        options = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
        command = [sys.executable, "-m", "scrapy", "crawl", "news", *options]
        done = subprocess.run(
            command, cwd=ROOT, env=dict(render_env), capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        yield Crawled([path for _, path in stand.asked], folder / "news.sqlite3")


def _publish(stand: Newsstand) -> None:
    for number, row in enumerate(ROWS):
        stand.answers[f"/news/{row.name}"] = Answer(script_page(number, row.script, stand.port).encode())
    listed = "".join(f"<url><loc>http://localhost:{stand.port}/news/{row.name}</loc></url>" for row in ROWS)
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'
    stand.answers["/sitemap.xml"] = Answer(sitemap.encode(), headers={"Content-Type": "application/xml"})
    stand.answers["/robots.txt"] = Answer(
        b"User-agent: *\nDisallow: /forbidden/", headers={"Content-Type": "text/plain"}
    )
    secret = {"Location": f"http://127.0.0.1:{stand.port}/secret/redirect", "Access-Control-Allow-Origin": "*"}
    stand.answers["/to-secret"] = Answer(status=302, headers=secret)
    stand.answers["/large"] = Answer(b"x" * 1_000_000)
    for number in range(30):
        stand.answers[f"/large?{number}"] = stand.answers["/large"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_page_ends_as_it_should(crawled: Crawled, row: Row) -> None:
    found = crawled.rows(
        "SELECT outcome, error, seconds FROM fetch WHERE url LIKE ? ORDER BY id LIMIT 1", f"%/news/{row.name}"
    )
    assert [f"{outcome}: {error}" if error else outcome for outcome, error, _ in found] == [row.outcome]


def test_no_page_reached_what_is_private(crawled: Crawled) -> None:
    assert [path for path in crawled.asked if path.startswith("/secret")] == []


def test_no_page_learned_anything(crawled: Crawled) -> None:
    assert crawled.rows("SELECT url FROM article WHERE body LIKE '%LEAKED%' OR body LIKE '%root:%'") == []


def test_only_what_makes_text_was_fetched(crawled: Crawled) -> None:
    assert [path for path in crawled.asked if path.startswith("/not-text")] == []


def test_robots_txt_holds_for_scripts_as_well(crawled: Crawled) -> None:
    assert [path for path in crawled.asked if path.startswith("/forbidden")] == []


def test_requests_and_bytes_of_a_page_are_bounded(crawled: Crawled) -> None:
    assert 0 < len([path for path in crawled.asked if path.startswith("/flood")]) <= REQUESTS
    assert 5 <= len([path for path in crawled.asked if path.startswith("/large")]) <= REQUESTS


def test_rendered_pages_say_so(crawled: Crawled) -> None:
    kinds = crawled.rows("SELECT DISTINCT content_type FROM page")
    assert kinds == [("text/html; charset=utf-8; rendered=chromium",)]
