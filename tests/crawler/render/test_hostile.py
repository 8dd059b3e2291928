"""One crawl of pages whose scripts try what they should not: what becomes of each, and what the servers saw."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.crawler.conftest import ROOT
from tests.crawler.newsstand import Answer, Newsstand, newsstand
from tests.crawler.render.pages import OCCUPIES_MEMORY, ROWS, Row, script_page

pytestmark = pytest.mark.slow
HTML = {"Content-Type": "text/html; charset=utf-8"}
REQUESTS = 20
"""One page may make."""
SETTINGS = {
    "RENDER_SECONDS": 5,
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

    paths: list[str]
    store: Path

    def asked(self, prefix: str) -> list[str]:
        """What the site was asked for that begins like this."""
        return [path for path in self.paths if path.startswith(prefix)]

    def rows(self, query: str) -> list[Any]:
        connection = sqlite3.connect(self.store)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


def test_what_pages_try_in_the_browser(render_env: Mapping[str, str], tmp_path: Path) -> None:
    """One crawl for all of them: the browser takes longer to start than most pages to render."""
    with newsstand() as stand:
        _publish(stand, ROWS)
        crawled = _crawl(stand, tmp_path, render_env)
    assert _outcomes(crawled) == {row.name: row.outcome for row in ROWS}
    assert not crawled.asked("/secret"), "nothing private was reached"
    assert not crawled.rows("SELECT url FROM article WHERE body LIKE '%LEAKED%' OR body LIKE '%root:%'")
    assert not crawled.asked("/not-text"), "only what makes text was fetched"
    assert not crawled.asked("/forbidden"), "robots.txt holds for scripts as well"
    assert 0 < len(crawled.asked("/flood")) <= REQUESTS
    assert 5 <= len(crawled.asked("/large")) <= REQUESTS
    kinds = crawled.rows("SELECT DISTINCT content_type FROM page")
    assert kinds == [("text/html; charset=utf-8; rendered=chromium",)]


def test_a_page_that_occupies_memory_is_given_up(render_env: Mapping[str, str], tmp_path: Path) -> None:
    """In a crawl of its own, with time enough: a slow machine takes seconds to hand out so much memory."""
    row = Row("occupies-memory", OCCUPIES_MEMORY, "failed: render_crash")
    with newsstand() as stand:
        _publish(stand, (row,))
        crawled = _crawl(stand, tmp_path, render_env, RENDER_SECONDS=90, RENDER_MEMORY=500_000_000)
    assert _outcomes(crawled) == {row.name: row.outcome}


def _outcomes(crawled: Crawled) -> dict[str, str]:
    return dict(
        crawled.rows(
            "SELECT replace(url, rtrim(url, replace(url, '/', '')), ''), outcome || coalesce(': ' || error, '')"
            " FROM fetch WHERE url LIKE '%/news/%'"
        )
    )


def _crawl(stand: Newsstand, folder: Path, env: Mapping[str, str], **changed: int) -> Crawled:
    sources = folder / "sources.toml"
    sources.write_text(
        f'[stand]\ndomain = "localhost"\nsitemaps = ["http://localhost:{stand.port}/sitemap.xml"]\n'
        "allow_private = true\ndelay = 0.0\nrender = true\n"
    )
    settings = {**SETTINGS, **changed, "NEWSMINT_SOURCES": sources, "NEWSMINT_DATABASE": folder / "news.sqlite3"}
    options = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    command = [sys.executable, "-m", "scrapy", "crawl", "news", *options]
    done = subprocess.run(command, cwd=ROOT, env=dict(env), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return Crawled([path for _, path in stand.asked], folder / "news.sqlite3")


def _publish(stand: Newsstand, rows: Sequence[Row]) -> None:
    for number, row in enumerate(rows):
        page = script_page(number, row.script, stand.port)
        stand.answers[f"/news/{row.name}"] = Answer(page.encode(), headers={**HTML, **row.headers})
    listed = "".join(f"<url><loc>http://localhost:{stand.port}/news/{row.name}</loc></url>" for row in rows)
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
