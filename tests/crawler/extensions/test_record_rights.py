"""What a site says of its pages is in the store after a crawl; what it says wrong costs the pages nothing."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.crawler.conftest import Crawl
from tests.crawler.newsstand import Answer, Newsstand, story

TEXT = {"Content-Type": "text/plain"}
JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
ROBOTS = b"User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /news/0\n"
TDMREP = b'[{"location": "/news/1", "tdm-reservation": 1, "tdm-policy": "https://a.example/tdm"}]'
ASKED = ["/.well-known/tdmrep.json", "/ai.txt"]


@pytest.fixture
def crawl(stand: Newsstand, tmp_path: Path) -> Crawl:
    return Crawl(stand.sources(tmp_path, delay=0.0), tmp_path / "news.sqlite3")


def said(crawl: Crawl) -> list[tuple[object, ...]]:
    return crawl.rows(
        "SELECT ai_allowed, ai_reasons, tdm_reserved, directives FROM article JOIN article_rights ON article_id = "
        "article.id JOIN rights ON rights.id = rights_id ORDER BY url"
    )


def make_due(crawl: Crawl) -> None:
    connection = sqlite3.connect(crawl.store)
    connection.execute("UPDATE frontier SET due_at = '2026-01-01T00:00:00Z'")
    connection.commit()
    connection.close()


def test_rights_are_stored_with_pages_and_articles_and_the_host_is_asked_once_a_day(
    crawl: Crawl, stand: Newsstand
) -> None:
    paths = stand.publish(3)
    stand.answers["/robots.txt"] = Answer(ROBOTS, headers=TEXT)
    stand.answers[ASKED[0]] = Answer(TDMREP, headers=JSON)
    noai = story(2).replace("<title>", "<meta name=robots content=noai><title>").encode()
    stand.answers[paths[2]] = Answer(noai, headers={**HTML, "ETag": '"2"', "X-Robots-Tag": "noarchive"})
    assert crawl.run().returncode == 0
    assert said(crawl) == [
        (0, '["robots_txt: CCBot", "robots_txt: GPTBot"]', None, "[]"),
        (0, '["tdm"]', 1, "[]"),
        (0, '["meta: noai"]', None, '["noai", "noarchive"]'),
    ]
    assert crawl.rows("SELECT kind, status, detail, content_hash IS NULL FROM rights_file ORDER BY kind") == [
        ("ai_txt", "404", None, 1),
        ("robots_txt", "200", None, 0),
        ("tdmrep", "200", None, 0),
    ]
    assert crawl.rows("SELECT count(*) FROM page_rights") == [(3,)]

    make_due(crawl)
    stand.answers["/robots.txt"] = Answer(b"User-agent: CCBot\nDisallow: /news/0\n", headers=TEXT)
    assert crawl.run().returncode == 0
    assert [len(stand.times(path)) for path in ASKED] == [1, 1]
    assert paths[2] in stand.unchanged
    assert [row[1] for row in said(crawl)] == ['["robots_txt: CCBot"]', '["tdm"]', '["meta: noai"]']
    assert crawl.rows("SELECT count(*) FROM page_rights") == [(4,)]
    assert crawl.rows("SELECT article_id FROM change") == crawl.rows("SELECT id FROM article WHERE url LIKE '%/0-%'")


def deep(size: int) -> bytes:
    return b"[" * size


WRONG = [
    (Answer(b"<html><body>All is well</body></html>"), "200", "no JSON array"),
    (Answer(deep(100_000), headers=JSON), "200", "no JSON array"),
    (Answer(b"[" + b" " * 400_000 + b"]", headers=JSON), "too_large", None),
    (Answer(b"no", 503), "503", None),
    (Answer(b"", 302, {"Location": "/.well-known/tdmrep.json"}), "redirects", None),
]


@pytest.mark.parametrize(("answer", "status", "detail"), WRONG)
@pytest.mark.slow
def test_a_file_that_is_none_is_named_and_costs_the_pages_nothing(
    crawl: Crawl, stand: Newsstand, answer: Answer, status: str, detail: str | None
) -> None:
    stand.publish(1)
    stand.answers[ASKED[0]] = answer
    assert crawl.run().returncode == 0
    ((found, said_of_it, key),) = crawl.rows(
        "SELECT status, detail, content_hash FROM rights_file WHERE kind = 'tdmrep'"
    )
    assert (found, key) == (status, None)
    assert detail is None or said_of_it == detail
    assert crawl.rows("SELECT ai_allowed, tdm_reserved FROM rights") == [(1, None)]
    assert crawl.rows("SELECT count(*) FROM article") == [(1,)]
    ((notices,),) = crawl.rows("SELECT notices FROM rights")
    assert ["tdmrep", "status", status] in json.loads(notices)
