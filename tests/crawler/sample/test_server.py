"""The newsroom's server as a crawler meets it: through its proxy, over real sockets."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import quote

import pytest

from crawler.paths import data_path
from crawler.sample.newsroom import load_sites
from crawler.sample.server import Newsroom, serve
from crawler.sources import SourceRegistry
from pipelines.errors import CannotWrite

HARBOR = "http://coinharbor.example"
SOURCES = SourceRegistry.load(data_path("sample") / "sources.toml")


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with serve() as running:
        yield running


def fetch(newsroom: Newsroom, url: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", newsroom.port, timeout=10)
    connection.request(
        method, quote(url, safe=":/?&=%."), headers={key.replace("_", "-"): value for key, value in headers.items()}
    )
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


@pytest.mark.parametrize(
    ("url", "status", "kind", "holds"),
    [
        (f"{HARBOR}/", 200, "text/html; charset=UTF-8", "Quayside Bridge"),
        (f"{HARBOR}/page/2/", 200, "text/html; charset=UTF-8", "ERC-4626"),
        (f"{HARBOR}/category/security/", 200, "text/html; charset=UTF-8", "Quayside Bridge"),
        (f"{HARBOR}/feed/", 200, "application/rss+xml; charset=UTF-8", "appeared first on"),
        (f"{HARBOR}/feed/?paged=2", 200, "application/rss+xml; charset=UTF-8", "hardware-wallet-checklist"),
        (f"{HARBOR}/feed/?paged=3", 404, "text/html; charset=UTF-8", "404"),
        (f"{HARBOR}/sitemap_index.xml", 200, "text/xml; charset=UTF-8", "post-sitemap.xml.gz"),
        (f"{HARBOR}/quayside-bridge-exploit/?share=x&nb=1", 200, "text/html; charset=UTF-8", "lost about $38 million"),
        (f"{HARBOR}/quayside-bridge-exploit/?replytocom=9", 200, "text/html; charset=UTF-8", "lost about $38 million"),
        (f"{HARBOR}/quayside-bridge-exploit/amp/", 200, "text/html; charset=UTF-8", "<html amp"),
        (f"{HARBOR}/no-such-page/", 404, "text/html; charset=UTF-8", "404"),
        ("http://ledgerline.example/wp-sitemap-posts-post-1.xml", 200, "text/xml; charset=UTF-8", "<loc>"),
        ("http://ledgerline.example/feed/atom/", 200, "application/atom+xml; charset=UTF-8", "<entry>"),
        (
            "http://chainpost.example/wp-json/wp/v2/posts?per_page=100",
            401,
            "application/json; charset=UTF-8",
            "rest_forbidden",
        ),
        ("http://chainpost.example/old-archive-story-behind-guard/", 200, "text/html; charset=UTF-8", "Ray ID"),
        ("http://tokenwire.example/policy/subpoena-guarded", 403, "text/html; charset=UTF-8", "Ray ID"),
        ("http://tokenwire.example/feed.json", 200, "application/feed+json", "jsonfeed.org"),
        ("http://tokenwire.example/news-sitemap.xml", 200, "text/xml; charset=UTF-8", "news:publication_date"),
        ("http://tokenwire.example/robots.txt", 200, "text/plain", "Crawl-delay: 0.2"),
        (
            "http://muenzblatt.example/technik/2026/04/warum-balkonkraftwerke-minen/2/",
            200,
            "text/html; charset=UTF-8",
            "Fazit",
        ),
        ("http://unknown.example/", 404, "text/html; charset=UTF-8", "404"),
    ],
)
def test_what_an_address_answers(newsroom: Newsroom, url: str, status: int, kind: str, holds: str) -> None:
    response, body = fetch(newsroom, url)
    assert (response.status, response.headers["Content-Type"]) == (status, kind)
    assert holds in body.decode()


def test_the_old_site_names_its_charset_only_inside_the_page(newsroom: Newsroom) -> None:
    response, body = fetch(newsroom, "http://kriptograf.example/?PAGEN_1=2")
    assert response.headers["Content-Type"] == "text/html"
    assert "Казахстан выдал" in body.decode("windows-1251")


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (f"{HARBOR}/?p=2119", f"{HARBOR}/quayside-bridge-exploit/"),
        (f"{HARBOR}/quayside-bridge-exploit", f"{HARBOR}/quayside-bridge-exploit/"),
        (f"{HARBOR}/sitemap.xml", f"{HARBOR}/sitemap_index.xml"),
    ],
)
def test_redirects(newsroom: Newsroom, url: str, target: str) -> None:
    response, _ = fetch(newsroom, url)
    assert (response.status, response.headers["Location"]) == (301, target)


@pytest.mark.parametrize("key", [source.key for source in SOURCES])
def test_every_route_of_every_sample_source_is_there(newsroom: Newsroom, key: str) -> None:
    source = SOURCES.get(key)
    for url in (*source.feeds, *source.sitemaps, *source.news_sitemaps, *source.listings):
        response, body = fetch(newsroom, url)
        assert (response.status, bool(body)) == (200, True)


def test_every_known_address_answers_as_its_table_says(newsroom: Newsroom) -> None:
    for host, site in load_sites().items():
        for address, route in site.routes.items():
            response, _ = fetch(newsroom, f"http://{host}{address}", "HEAD")
            assert response.status == route.get("status", 200), address


def test_head_has_the_length_of_get_and_no_body(newsroom: Newsroom) -> None:
    get, body = fetch(newsroom, f"{HARBOR}/feed/")
    head, nothing = fetch(newsroom, f"{HARBOR}/feed/", "HEAD")
    assert head.headers["Content-Length"] == get.headers["Content-Length"] == str(len(body))
    assert nothing == b""


def test_gzip_only_for_those_who_ask(newsroom: Newsroom) -> None:
    plain, body = fetch(newsroom, f"{HARBOR}/feed/")
    packed, compressed = fetch(newsroom, f"{HARBOR}/feed/", Accept_Encoding="gzip, br")
    assert (plain.headers["Content-Encoding"], packed.headers["Content-Encoding"]) == (None, "gzip")
    assert gzip.decompress(compressed) == body


def test_the_compressed_sitemap_is_a_file_not_an_encoding(newsroom: Newsroom) -> None:
    response, body = fetch(newsroom, f"{HARBOR}/post-sitemap.xml.gz", Accept_Encoding="gzip")
    assert response.headers["Content-Encoding"] is None
    assert gzip.decompress(body).startswith(b"<?xml")


@pytest.mark.parametrize(
    ("url", "accept", "send", "status"),
    [
        (f"{HARBOR}/feed/", "identity", ("If_None_Match", "If_Modified_Since"), 304),
        (f"{HARBOR}/feed/", "gzip", ("If_Modified_Since",), 304),
        (
            f"{HARBOR}/feed/",
            "gzip",
            ("If_None_Match",),
            200,
        ),  # WordPress does not know its own ETag once nginx made it weak
        (f"{HARBOR}/feed/", "gzip", ("If_None_Match", "If_Modified_Since"), 200),
        ("http://muenzblatt.example/atom.xml", "gzip", ("If_None_Match",), 304),
    ],
)
def test_conditional_requests(newsroom: Newsroom, url: str, accept: str, send: tuple[str, ...], status: int) -> None:
    first, _ = fetch(newsroom, url, Accept_Encoding=accept)
    marks = {"If_None_Match": first.headers["ETag"], "If_Modified_Since": first.headers["Last-Modified"]}
    again, body = fetch(newsroom, url, Accept_Encoding=accept, **{name: marks[name] for name in send})
    assert again.status == status
    assert (body == b"") == (status == 304)


def test_rest_pages_hold_every_post_once(newsroom: Newsroom) -> None:
    slugs, number, pages = [], 1, 1
    while number <= pages:
        response, body = fetch(newsroom, f"{HARBOR}/wp-json/wp/v2/posts?per_page=4&page={number}")
        slugs += [post["slug"] for post in json.loads(body)]
        pages, number = int(response.headers["X-WP-TotalPages"]), number + 1
    assert len(slugs) == len(set(slugs)) == int(response.headers["X-WP-Total"]) == 13


@pytest.mark.parametrize(
    ("query", "status", "slugs"),
    [
        ("slug=what-is-erc-6551", 200, ["what-is-erc-6551"]),
        ("per_page=1&orderby=date&order=asc", 200, ["hardware-wallet-checklist"]),
        ("after=2026-04-02T06:45:00&_fields=slug,link", 200, ["flash-norway-fund-buys-miner-stake"]),
        ("per_page=500", 400, None),
        ("page=99", 400, None),
        ("page=none", 400, None),
    ],
)
def test_rest_queries(newsroom: Newsroom, query: str, status: int, slugs: list[str] | None) -> None:
    response, body = fetch(newsroom, f"{HARBOR}/wp-json/wp/v2/posts?{query}")
    assert response.status == status
    if slugs is not None:
        assert [post["slug"] for post in json.loads(body)] == slugs


def test_a_protected_post_gives_nothing_away(newsroom: Newsroom) -> None:
    _, body = fetch(newsroom, f"{HARBOR}/wp-json/wp/v2/posts?slug=members-briefing-april")
    assert json.loads(body)[0]["content"] == {"rendered": "", "protected": True}
    assert b"behind a password" not in fetch(newsroom, f"{HARBOR}/members-briefing-april/")[1]


def test_the_second_edition_has_new_text_and_new_prices_and_leaves_the_rest(newsroom: Newsroom) -> None:
    url, other = f"{HARBOR}/quayside-bridge-exploit/", f"{HARBOR}/what-is-erc-6551/"
    before, same = fetch(newsroom, url)[1], fetch(newsroom, other)[1]
    newsroom.edition = 2
    after, moved = fetch(newsroom, url)[1], fetch(newsroom, other)[1]
    assert b"lost about $38 million" in before
    assert b"lost about $41 million" in after
    assert b"$85,630.10" in moved
    assert moved.replace(b"$85,630.10", b"$84,112.40") != same
    assert len(moved) == len(same)
    assert b"2026-04-20" in gzip.decompress(fetch(newsroom, f"{HARBOR}/post-sitemap.xml.gz")[1])


def test_trouble_comes_first_and_passes() -> None:
    url = f"{HARBOR}/feed/"
    with serve(trouble={url: [503, 429]}) as newsroom:
        answers = [fetch(newsroom, url)[0] for _ in range(3)]
    assert [answer.status for answer in answers] == [503, 429, 200]
    assert [answer.headers["Retry-After"] for answer in answers] == ["1", "1", None]


def test_requests_are_noted(newsroom: Newsroom) -> None:
    fetch(newsroom, f"{HARBOR}/feed/")
    fetch(newsroom, "http://ledgerline.example/feed/?paged=7")
    assert newsroom.paths("coinharbor.example") == ["/feed/"]
    assert [(request.method, request.status) for request in newsroom.requests] == [("GET", 200), ("GET", 404)]


def test_a_browser_can_look_around_without_a_proxy(newsroom: Newsroom) -> None:
    front, body = fetch(newsroom, "/")
    assert front.status == 200
    assert b'href="/coinharbor.example/"' in body
    page, body = fetch(newsroom, "/coinharbor.example/quayside-bridge-exploit/")
    assert page.status == 200
    assert f'href="{newsroom.proxy}/coinharbor.example/feed/"'.encode() in body
    assert b"http://coinharbor.example" not in body


def test_the_host_header_will_do(newsroom: Newsroom) -> None:
    response, body = fetch(newsroom, "/atom.xml", Host="muenzblatt.example")
    assert (response.status, b"<feed" in body) == (200, True)


def test_a_taken_port_is_said_in_one_line(newsroom: Newsroom) -> None:
    with pytest.raises(CannotWrite, match=f"127.0.0.1:{newsroom.port}.*--port"), serve(port=newsroom.port):
        pass
