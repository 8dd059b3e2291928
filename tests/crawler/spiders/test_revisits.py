"""What is asked for again: conditionally, when its time has come, and so that nothing is lost by a 304."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.crawler.conftest import Crawl
from tests.crawler.newsstand import Answer, Newsstand, story
from tests.crawler.spiders.test_news import feed

DATE = "Sun, 22 Nov 2026 10:00:00 GMT"
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def crawl(stand: Newsstand, tmp_path: Path) -> Crawl:
    sources = stand.sources(tmp_path, delay=0.0, sitemaps=[], feeds=[f"{stand.url}/feed"])
    return Crawl(sources, tmp_path / "news.sqlite3")


def publish(stand: Newsstand, count: int) -> list[str]:
    """Stories and a feed of them; all name their validators, the feed as nginx gives on WordPress' after gzip."""
    paths = stand.publish(count)
    for number, path in enumerate(paths):
        stand.answers[path] = Answer(story(number).encode(), headers={**HTML, "ETag": f'"{number}"'})
    listed = feed(stand, dict.fromkeys(paths, "Sat, 21 Nov 2026"))
    stand.answers["/feed"] = Answer(
        listed.body, headers={**listed.headers, "ETag": f'W/"{count}"', "Last-Modified": DATE}
    )
    return paths


def make_due(crawl: Crawl) -> None:
    """As if days had passed."""
    connection = sqlite3.connect(crawl.store)
    connection.execute("UPDATE frontier SET due_at = '2026-01-01T00:00:00Z'")
    connection.commit()
    connection.close()


def test_what_did_not_change_is_not_sent_and_what_did_is_a_version(crawl: Crawl, stand: Newsstand) -> None:
    first, second, third = publish(stand, 3)
    assert crawl.run().returncode == 0
    assert stand.unchanged == []
    make_due(crawl)
    edited = story(1, "<p>The council added on Friday that fees stay as they are.</p>").encode()
    stand.answers[second] = Answer(edited, headers={**HTML, "ETag": '"edited"'})
    assert crawl.run().returncode == 0
    told = sorted(path.partition("?")[0] for path in stand.unchanged)
    assert told == sorted(["/feed", first, third])
    assert crawl.rows("SELECT outcome, count(*) FROM fetch WHERE run_id = 2 GROUP BY 1 ORDER BY 1") == [
        ("listing", 1),
        ("not_modified", 2),
        ("updated", 1),
    ]
    assert crawl.rows("SELECT checks, edits, etag, outcome FROM frontier ORDER BY etag") == [
        (1, 0, '"0"', "not_modified"),
        (1, 0, '"2"', "not_modified"),
        (1, 1, '"edited"', "updated"),
    ]
    assert crawl.rows("SELECT count(*) FROM frontier WHERE due_at > '2026-11'") == [(3,)]
    assert crawl.rows("SELECT published_at IS NOT NULL FROM article GROUP BY 1") == [(1,)]
    assert crawl.run("--since", "2026-11-01").returncode == 0
    assert stand.unchanged.count("/feed") == 1


@pytest.mark.slow
def test_a_304_on_the_first_page_loses_nothing_of_the_second(stand: Newsstand, tmp_path: Path) -> None:
    paths = stand.publish(2)
    link = "<article><h2><a href='{}'>{}</a></h2></article>"
    front = link.format(paths[0], "Arden opens exchange after a long vote") + "<a rel=next href='/news/?page=2'>2</a>"
    stand.answers["/news/"] = Answer(front.encode(), headers={**HTML, "ETag": '"front"'})
    later = Answer(link.format(paths[1], "Brook opens exchange after a longer vote").encode())
    stand.answers["/news/?page=2"] = lambda before: later if before else Answer(b"gone", 404)
    sources = stand.sources(tmp_path, delay=0.0, sitemaps=[], listings=[f"{stand.url}/news/"])
    crawl = Crawl(sources, tmp_path / "news.sqlite3")
    for stored in (1, 2, 2):
        assert crawl.run().returncode == 0
        assert crawl.rows("SELECT count(*) FROM article") == [(stored,)]
    assert stand.unchanged == ["/news/"]
    assert len(stand.times("/news/?page=2")) == 2


@pytest.mark.slow
def test_a_listing_that_says_the_same_is_not_read_again_unless_it_was_cut_short(crawl: Crawl, stand: Newsstand) -> None:
    paths = stand.publish(3)
    stand.answers["/feed"] = feed(stand, dict.fromkeys(paths, "Sat, 21 Nov 2026"))
    assert crawl.run().returncode == 0
    [(known, polls)] = crawl.rows("SELECT content_hash, polls FROM listing")
    assert known
    assert polls == 1
    connection = sqlite3.connect(crawl.store)
    connection.execute("DELETE FROM frontier")  # nothing of it would be queued again, were it not read
    connection.commit()
    connection.close()
    assert crawl.run().returncode == 0
    assert crawl.rows("SELECT count(*) FROM frontier") == [(0,)]
    assert crawl.rows("SELECT polls, found, content_hash FROM listing") == [(2, 3, known)]


@pytest.mark.slow
def test_articles_whose_pages_go_away_keep_their_text_and_say_how(crawl: Crawl, stand: Newsstand) -> None:
    paths = publish(stand, 4)
    removed, missing, moved, standing = paths
    stories = [stand.answers[path] for path in paths]
    assert crawl.run().returncode == 0
    cards = "".join(
        f"<article><h2><a href='/news/{number}-a-story-of-today'>A story of today, number {number}</a></h2></article>"
        for number in range(30)
    )
    stand.answers["/"] = Answer(f"<title>Stand</title><h1>Today</h1>{cards}".encode())
    stand.answers[removed] = Answer(b"gone", 410)
    stand.answers[missing] = Answer(b"not here", 404)
    stand.answers[moved] = Answer(b"", 302, {"Location": "/"})
    gone = "SELECT url, gone_reason FROM article WHERE gone_at IS NOT NULL AND length(body) > 100"
    for expected in ({removed: "http_410"}, {removed: "http_410", missing: "http_404", moved: "redirected"}):
        make_due(crawl)
        assert crawl.run().returncode == 0
        assert {url.removeprefix(stand.url): reason for url, reason in crawl.rows(gone)} == expected
    stand.answers |= dict(zip(paths, stories, strict=True))
    make_due(crawl)
    assert crawl.run().returncode == 0
    assert crawl.rows(gone) == []
    assert crawl.rows("SELECT count(*) FROM article_version") == [(4,)]
    assert crawl.rows(f"SELECT checks FROM frontier WHERE url LIKE '%{standing}%'") == [(3,)]
