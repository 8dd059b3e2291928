from __future__ import annotations

import pytest

from crawler.prospect import domain_of, find, key_of
from crawler.sources import Source
from pipelines.errors import MissingInput, Unreachable
from tests.crawler.loopback import Page, Site, serve
from tests.crawler.newsite import front, index, posts, rss, sitemap, stories

FEED_LINK = "<link rel='alternate' type='application/rss+xml' href='{path}'>"


def found(site: Site) -> Source:
    return find(f"{site.base}/", key="harbor", allow_private=True)


def paths(site: Site, urls: tuple[str, ...]) -> list[str]:
    return [url.removeprefix(site.base) for url in urls]


def test_a_wordpress_site_declares_all() -> None:
    head = (
        "<meta property='og:site_name' content='The Harbor'>"
        + FEED_LINK.format(path="/comments/feed/")
        + FEED_LINK.format(path="/feed/")
        + FEED_LINK.format(path="/feed/atom/")
        + "<link rel='https://api.w.org/' href='{base}/wp-json/'>"
    )
    pages = {
        "/": front(head),
        "/feed/": rss(3, 4),
        "/feed/atom/": rss(4),
        "/comments/feed/": rss(9),
        "/robots.txt": Page("User-agent: *\nDisallow: /private\nSitemap: {base}/maps.xml\n", "text/plain"),
        "/maps.xml": index("/news-sitemap.xml", "/posts.xml"),
        "/posts.xml": sitemap(1, 2),
        "/news-sitemap.xml": sitemap(4, news=True),
        "/wp-json/wp/v2/posts": posts(3, 4),
    }
    with serve(pages) as site:
        source = found(site)
    assert (source.key, source.name, source.language) == ("harbor", "The Harbor", "en")
    assert source.domain == site.base.removeprefix("http://") and source.allow_private
    assert paths(site, source.feeds) == ["/feed/"]
    assert paths(site, source.sitemaps) == ["/maps.xml"]
    assert paths(site, source.news_sitemaps) == ["/news-sitemap.xml"]
    assert source.wordpress == f"{site.base}/wp-json"


def test_what_is_not_declared_is_guessed() -> None:
    pages = {
        "/": front(),
        "/rss.xml": rss(1),
        "/sitemap.xml": sitemap(1),
        "/sitemap-news.xml": sitemap(1, news=True),
    }
    with serve(pages) as site:
        source = found(site)
    assert source.name == "Harbor News"
    assert paths(site, source.feeds) == ["/rss.xml"]
    assert paths(site, source.sitemaps) == ["/sitemap.xml"]
    assert paths(site, source.news_sitemaps) == ["/sitemap-news.xml"]
    assert source.wordpress is None and not any("wp-json" in path for path in site.asked)


def test_a_rest_api_in_the_header_with_plain_permalinks() -> None:
    link = {"Link": '<{base}/index.php?rest_route=/>; rel="https://api.w.org/"'}
    home = front()
    with serve({"/": Page(home.body, headers=link), "/index.php": posts(1)}) as site:
        assert found(site).wordpress == f"{site.base}/index.php?rest_route=/".rstrip("/")


def test_a_declared_feed_that_does_not_answer_is_not_taken() -> None:
    with serve({"/": front(FEED_LINK.format(path="/dead/")), "/feed/": rss(1)}) as site:
        assert paths(site, found(site).feeds) == ["/feed/"]


def test_robots_txt_is_obeyed() -> None:
    robots = Page("User-agent: *\nDisallow: /feed\n", "text/plain")
    with serve({"/": front(), "/robots.txt": robots, "/feed/": rss(1), "/rss": rss(2)}) as site:
        assert paths(site, found(site).feeds) == ["/rss"]
    assert "/feed/" not in site.asked


def test_a_front_page_of_links_is_the_last_resort() -> None:
    with serve({"/": front(body=stories(1, 2, 3, 4, 5))}) as site:
        source = found(site)
    assert (source.routes, source.listings) == (("listing",), (f"{site.base}/",))


def test_the_address_may_be_a_feed() -> None:
    with serve({"/some/feed.xml": rss(1)}) as site:
        source = find(f"{site.base}/some/feed.xml", allow_private=True)
    assert source.feeds == (f"{site.base}/some/feed.xml",)
    assert source.domain == site.base.removeprefix("http://")


def test_what_is_tried_is_told() -> None:
    told: list[str] = []
    with serve({"/": front(), "/rss": rss(1)}) as site:
        find(f"{site.base}/", allow_private=True, report=told.append)
    assert told[0] == f"reading {site.base}/" and f"trying {site.base}/rss" in told


def test_nothing_that_leads_to_articles() -> None:
    with serve({"/": front(body="A page about us.")}) as site, pytest.raises(MissingInput, match="no feed, sitemap"):
        found(site)


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_site_that_does_not_answer(status: int) -> None:
    with serve({"/": Page("no", status=status)}) as site, pytest.raises(Unreachable, match=f"answers {status}"):
        found(site)


def test_a_home_page_that_turns_programs_away_need_not_end_it() -> None:
    with serve({"/": Page("Just a moment...", status=403), "/feed/": rss(1)}) as site:
        assert paths(site, found(site).feeds) == ["/feed/"]


@pytest.mark.parametrize("body", ["", "   ", "<!-- -->", "\x00"])
def test_an_empty_home_page_need_not_end_it(body: str) -> None:
    with serve({"/": Page(body), "/feed/": rss(1)}) as site:
        assert paths(site, found(site).feeds) == ["/feed/"]


@pytest.mark.parametrize(
    ("url", "domain", "key"),
    [
        ("https://www.harbor.example/", "harbor.example", "harbor"),
        ("https://harbor.co.uk", "harbor.co.uk", "harbor"),
        ("https://es.harbor.example/", "es.harbor.example", "es-harbor"),
        ("https://harbor.example/magazine/", "harbor.example/magazine", "harbor-magazine"),
        ("https://harbor.example/magazine/index.html", "harbor.example/magazine", "harbor-magazine"),
        ("http://127.0.0.1:8000/", "127.0.0.1:8000", "127-0-0-1-8000"),
        ("http://localhost/", "localhost", "localhost"),
    ],
)
def test_domain_and_key_by_the_address(url: str, domain: str, key: str) -> None:
    assert (domain_of(url), key_of(url)) == (domain, key)
