from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.sources import Source
from crawler.survey import age, ask, check
from tests.crawler.loopback import Page, Site, serve
from tests.crawler.newsite import front, index, posts, rss, sitemap, stories


def harbor(site: Site, **routes: tuple[str, ...]) -> Source:
    routes = {name: tuple(f"{site.base}{path}" for path in paths) for name, paths in routes.items()}
    return Source("harbor", "Harbor", "127.0.0.1", allow_private=True, **routes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("route", "page", "items", "newest"),
    [
        ("feed", rss(3, 1), 2, "2026-03-03T08:00:00+00:00"),
        ("sitemap", sitemap(3, 4), 2, "2026-03-04T00:00:00+00:00"),
        ("news_sitemap", sitemap(5, news=True), 1, "2026-03-05T00:00:00+00:00"),
        ("listing", front(body=stories(1, 2, 3)), 3, None),
    ],
)
def test_a_route_that_answers(route: str, page: Page, items: int, newest: str | None) -> None:
    with serve({"/here": page}) as site:
        answer = ask(harbor(site), route, f"{site.base}/here")
    assert answer.ok
    assert (answer.source, answer.status, answer.items, answer.newest) == ("harbor", 200, items, newest)


def test_the_rest_api_is_asked_at_its_posts() -> None:
    with serve({"/wp-json/wp/v2/posts": posts(2)}) as site:
        answer = ask(harbor(site), "wordpress", f"{site.base}/wp-json")
    assert answer.ok and answer.items == 1 and "per_page=10" in site.asked[0]


def test_an_index_is_as_fresh_as_its_newest_child() -> None:
    pages = {"/index.xml": index("/old.xml", "/new.xml"), "/old.xml": sitemap(1), "/new.xml": sitemap(8, 9)}
    with serve(pages) as site:
        answer = ask(harbor(site), "sitemap", f"{site.base}/index.xml")
    assert (answer.items, answer.newest) == (2, "2026-03-09T00:00:00+00:00")
    assert "/old.xml" not in site.asked


def test_an_index_that_leads_in_a_circle_ends() -> None:
    with serve({"/index.xml": index("/index.xml")}) as site:
        answer = ask(harbor(site), "sitemap", f"{site.base}/index.xml")
    assert answer.problem == "answers, but lists nothing" and len(site.asked) < 6


@pytest.mark.parametrize(
    ("route", "page", "words"),
    [
        ("feed", Page("no", status=403), "answers 403"),
        ("feed", front(), "a web page, not a feed"),
        ("feed", rss(), "answers, but lists nothing"),
        ("sitemap", Page(b""), "empty, not a sitemap"),
        ("wordpress", Page("no", status=401), "wants a login (401)"),
        ("listing", front(body="nothing here"), "answers, but lists nothing"),
    ],
)
def test_what_is_wrong_with_a_route_is_said(route: str, page: Page, words: str) -> None:
    with serve({"/here": page, "/here/wp/v2/posts": page}) as site:
        answer = ask(harbor(site), route, f"{site.base}/here")
    assert not answer.ok and words in str(answer.problem)
    assert "candidates" not in answer.as_dict()


def test_a_source_is_asked_at_all_its_addresses() -> None:
    with serve({"/feed": rss(3), "/map.xml": sitemap(2)}) as site:
        source = harbor(site, feeds=("/feed", "/none"), sitemaps=("/map.xml",))
        answers = list(check(source))
    assert [(each.route, each.status, each.ok) for each in answers] == [
        ("feed", 200, True),
        ("feed", 404, False),
        ("sitemap", 200, True),
    ]


def test_a_site_that_is_not_there() -> None:
    source = Source("gone", "Gone", "127.0.0.1", feeds=("http://127.0.0.1:1/feed",), allow_private=True)
    (answer,) = check(source)
    assert (answer.status, answer.items) == (None, 0) and "refuses the connection" in str(answer.problem)


@pytest.mark.parametrize(
    ("newest", "words"),
    [
        (None, ""),
        ("2026-03-02T11:20:00+00:00", "40 min"),
        ("2026-03-02T05:00:00+00:00", "7 h"),
        ("2026-02-18T12:00:00+00:00", "12 d"),
        ("2026-03-02T13:00:00+00:00", "ahead"),
    ],
)
def test_age(newest: str | None, words: str) -> None:
    assert age(newest, datetime(2026, 3, 2, 12, tzinfo=UTC)) == words
