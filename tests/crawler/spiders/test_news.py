"""Crawls of a small site: what is fetched, how often, how far back, and in which order."""

from __future__ import annotations

import json
import random
import resource
import sqlite3
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.crawler.conftest import NEWSMINT, ROOT, Crawl
from tests.crawler.newsstand import Answer, Newsstand, story

XML = {"Content-Type": "application/rss+xml; charset=utf-8"}


def feed(stand: Newsstand, dates: dict[str, str]) -> Answer:
    """A feed of path → day."""
    items = "".join(
        f"<item><title>{path}</title><link>{stand.url}{path}?utm_source=rss</link>"
        f"<pubDate>{day} 10:00:00 GMT</pubDate></item>"
        for path, day in dates.items()
    )
    text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Stand</title>{items}</channel></rss>'
    return Answer(text.encode(), headers=XML)


@pytest.fixture
def crawl(stand: Newsstand, tmp_path: Path) -> Crawl:
    return Crawl(stand.sources(tmp_path, delay=0.0), tmp_path / "news.sqlite3")


def test_a_second_crawl_fetches_only_what_a_listing_says_has_changed(crawl: Crawl, stand: Newsstand) -> None:
    first, second, third = stand.publish(3)
    assert crawl.run().returncode == 0
    stand.answers[second] = Answer(story(1, "<p>The council added on Friday that fees stay as they are.</p>").encode())
    sitemap = stand.sitemap([first, second, third]).replace(
        f"{second}</loc>", f"{second}</loc><lastmod>2099-01-01T00:00:00Z</lastmod>"
    )
    stand.answers["/sitemap.xml"] = Answer(sitemap.encode())
    assert crawl.run().returncode == 0
    assert [len(stand.times(path)) for path in (first, second, third)] == [1, 2, 1]
    assert crawl.rows(
        "SELECT outcome, count(*) FROM fetch WHERE route = 'sitemap' AND outcome != 'listing' GROUP BY 1"
    ) == [
        ("new", 3),
        ("updated", 1),
    ]
    assert crawl.rows("SELECT count(*) FROM article_version") == [(4,)]


@pytest.mark.slow
def test_limit_since_and_order(stand: Newsstand, tmp_path: Path) -> None:
    old, newest, middle = stand.publish(3)
    stand.answers["/feed"] = feed(
        stand, {old: "Mon, 02 Feb 2026", newest: "Fri, 06 Mar 2026", middle: "Wed, 04 Mar 2026"}
    )
    crawl = Crawl(
        stand.sources(tmp_path, delay=0.0, sitemaps=[], feeds=[f"{stand.url}/feed"]), tmp_path / "news.sqlite3"
    )
    planned = crawl.run("--dry-run", "--json", "--since", "2026-03-01")
    assert [json.loads(line)["url"] for line in planned.stdout.splitlines()] == [
        f"{stand.url}{newest}",
        f"{stand.url}{middle}",
    ]
    assert not crawl.store.exists()
    assert crawl.run("--limit", "2").returncode == 0
    fetched = [path for _, path in stand.asked if path.startswith("/news/")]
    assert fetched == [newest, middle]
    assert crawl.run().returncode == 0
    assert len(crawl.rows("SELECT id FROM article")) == 3


@pytest.mark.slow
def test_what_two_routes_name_is_fetched_once_and_their_hints_are_joined(stand: Newsstand, tmp_path: Path) -> None:
    [path] = stand.publish(1)
    stand.answers["/feed"] = feed(stand, {path: "Fri, 06 Mar 2026"})
    crawl = Crawl(stand.sources(tmp_path, delay=0.0, feeds=[f"{stand.url}/feed"]), tmp_path / "news.sqlite3")
    assert crawl.run().returncode == 0
    assert len([asked for _, asked in stand.asked if asked.startswith(path)]) == 1
    assert crawl.rows("SELECT substr(published_at, 1, 10) FROM article") == [("2026-03-06",)]


@pytest.mark.slow
def test_a_host_that_asks_for_a_pause_gets_it_for_all_its_pages(crawl: Crawl, stand: Newsstand) -> None:
    paths = stand.publish(3)
    busy = Answer(b"later", 503, {"Retry-After": "2"})
    ready = stand.answers[paths[0]]
    assert isinstance(ready, Answer)
    stand.answers[paths[0]] = lambda before: ready if before else busy
    assert crawl.run().returncode == 0
    assert len(crawl.rows("SELECT id FROM article")) == 3
    refused = stand.times(paths[0])[0]
    assert min(when for when, path in stand.asked if when > refused and path != paths[0]) - refused > 1.5
    assert stand.times(paths[0])[1] - refused > 1.5


@pytest.mark.slow
def test_the_crawl_delay_of_robots_txt_is_kept(crawl: Crawl, stand: Newsstand) -> None:
    stand.publish(3)
    stand.answers["/robots.txt"] = Answer(
        b"User-agent: newsmint\nCrawl-delay: 1\n", headers={"Content-Type": "text/plain"}
    )
    assert crawl.run().returncode == 0
    times = sorted(when for when, _ in stand.asked)
    assert len(times) == 7  # robots.txt, sitemap, three pages, tdmrep.json, ai.txt
    assert min(later - earlier for earlier, later in pairwise(times[1:])) > 0.9


@pytest.mark.parametrize(
    ("answer", "stored"),
    [
        (Answer(b"no", 404), 1),
        (Answer(b"no", 403), 1),
        (Answer(b"User-agent: *\nDisallow: /", headers={"Content-Type": "text/plain"}), 0),
        (Answer(b"", 302, {"Location": "/robots.txt"}), 0),
        (Answer(b"", 302, {"Location": "http://169.254.169.254/"}), 0),
    ],
    ids=["missing", "forbidden", "disallows", "circle", "private"],
)
@pytest.mark.slow
def test_what_robots_txt_answers_decides(crawl: Crawl, stand: Newsstand, answer: Answer, stored: int) -> None:
    stand.publish(1)
    stand.answers["/robots.txt"] = answer
    assert crawl.run().returncode == (0 if stored else 1)
    assert crawl.rows("SELECT count(*) FROM article") == [(stored,)]


@pytest.mark.slow
def test_a_disk_that_is_full_stops_the_crawl_with_one_line(crawl: Crawl, stand: Newsstand) -> None:
    paths = stand.publish(60)
    noise = random.Random(7)
    for number in range(60):
        filler = f"<!-- {noise.randbytes(30_000).hex()} -->"
        stand.answers[paths[number]] = Answer(story(number, filler).encode())
    assert crawl.run("--limit", "1").returncode == 0
    limit = crawl.store.stat().st_size + 300_000
    finished = subprocess.run(
        crawl.command(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert finished.returncode == 74
    assert "cannot write" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert crawl.rows("PRAGMA integrity_check") == [("ok",)]
    assert crawl.run().returncode == 0
    assert len(crawl.rows("SELECT id FROM article")) == 60


def test_a_second_crawl_at_the_same_time_says_who_holds_the_store(crawl: Crawl, stand: Newsstand) -> None:
    [path] = stand.publish(1)
    stand.answers[path] = Answer(story(1).encode(), pause=5)
    with crawl.start() as first:
        while not stand.times(path):
            time.sleep(0.05)
        second = crawl.run()
        first.communicate(timeout=60)
    assert second.returncode == 75
    assert f"process {first.pid}" in second.stderr


@pytest.mark.slow
def test_an_article_on_several_pages_is_stored_whole(crawl: Crawl, stand: Newsstand) -> None:
    [path] = stand.publish(1)
    pager = '<div class="page-links"><a class="post-page-numbers" href="{}">{}</a></div>'
    stand.answers[path] = Answer(story(1, pager.format(f"{path}/2", 2)).encode())
    stand.answers[f"{path}/2"] = Answer(story(2, pager.format(f"{path}/3", 3)).encode())
    stand.answers[f"{path}/3"] = Answer(story(3).encode())
    assert crawl.run().returncode == 0
    [(body, parts)] = crawl.rows("SELECT body, part_hashes FROM article JOIN page ON article_id = article.id")
    assert len(json.loads(parts)) == 2
    assert all(place in body for place in ("Brook", "Colby", "Dover"))


def test_stored_pages_are_read_again_without_asking_the_site(crawl: Crawl, stand: Newsstand) -> None:
    stand.publish(3)
    assert crawl.run().returncode == 0
    asked = len(stand.asked)
    connection = sqlite3.connect(crawl.store)
    connection.execute("UPDATE article SET body = 'what older rules made of it', content_hash = ''")
    connection.commit()
    connection.close()
    command = [*NEWSMINT, "reextract", "--db", str(crawl.store)]
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert again.returncode == 0, again.stderr
    assert len(stand.asked) == asked
    assert crawl.rows("SELECT count(*) FROM article WHERE body LIKE '%older rules%'") == [(0,)]
    assert crawl.rows("SELECT count(*) FROM article_version") == [(3,)]
    assert crawl.rows("SELECT route, outcome, count(*) FROM fetch WHERE run_id = 2") == [("archive", "updated", 3)]


@pytest.mark.slow
def test_scrapy_runs_the_same_spider_with_the_same_settings(crawl: Crawl, stand: Newsstand) -> None:
    stand.publish(2)
    scrapy = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", "source=stand"]
    settings = ["-s", f"NEWSMINT_DATABASE={crawl.store}", "-s", f"NEWSMINT_SOURCES={crawl.sources}"]
    done = subprocess.run([*scrapy, *settings], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert crawl.rows("SELECT count(*) FROM article") == [(2,)]
    assert crawl.rows("SELECT command, state FROM crawl_run") == [("scrapy crawl news", "done")]
