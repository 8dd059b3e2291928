from __future__ import annotations

import gzip
import tracemalloc
from datetime import UTC, datetime

import pytest

from crawler.discovery import Candidate, UnusableListing, sitemaps
from pipelines.items import Hint

URL = "https://harbor.example/sitemap.xml"
NAMES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)
SINCE = datetime(2026, 3, 1, tzinfo=UTC)


def urlset(entries: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {NAMES}>{entries}</urlset>'.encode()


def index(*children: tuple[str, str]) -> bytes:
    parts = (
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</sitemap>" for loc, day in children
    )
    return f"<sitemapindex {NAMES}>{''.join(parts)}</sitemapindex>".encode()


def test_pages_newest_first_with_the_date_of_change() -> None:
    body = urlset(
        "<url><loc>https://harbor.example/old</loc><lastmod>2026-01-05</lastmod></url>"
        "<url><loc>https://harbor.example/undated</loc></url>"
        "<url><loc>\n https://harbor.example/new?a=1&amp;utm_source=x \n</loc>"
        "<lastmod>2026-03-02T10:00:00+01:00</lastmod><changefreq>daily</changefreq></url>"
    )
    assert sitemaps.discover(URL, body, {}).candidates == (
        Candidate("https://harbor.example/new?a=1", Hint("sitemap", modified_at="2026-03-02T10:00:00+01:00")),
        Candidate("https://harbor.example/old", Hint("sitemap", modified_at="2026-01-05")),
        Candidate("https://harbor.example/undated", Hint("sitemap")),
    )
    kept = sitemaps.discover(URL, body, {}, since=SINCE).candidates
    assert [each.url.rpartition("/")[2] for each in kept] == ["new?a=1", "undated"]


def test_a_news_sitemap_is_used_as_news() -> None:
    body = urlset(
        """<url><loc>https://harbor.example/quay</loc>
        <news:news>
          <news:publication><news:name>Harbor</news:name><news:language>en</news:language></news:publication>
          <news:publication_date>2026-03-02T10:00:00-05:00</news:publication_date>
          <news:title>Quay &amp; pier open &amp;amp; close</news:title>
          <news:keywords>Bitcoin, harbor , Bitcoin</news:keywords>
        </news:news>
        <image:image><image:loc>https://harbor.example/quay.jpg</image:loc><image:title>None</image:title></image:image>
        <lastmod>2026-03-03</lastmod></url>"""
    )
    (candidate,) = sitemaps.discover(URL, body, {}).candidates
    assert candidate == Candidate(
        "https://harbor.example/quay",
        Hint(
            "news_sitemap",
            title="Quay & pier open & close",
            published_at="2026-03-02T10:00:00-05:00",
            modified_at="2026-03-03",
            tags=("Bitcoin", "harbor"),
        ),
    )


def test_an_index_gives_its_children_newest_first() -> None:
    body = index(
        ("https://harbor.example/posts-1.xml", "2024-01-01"),
        ("https://harbor.example/posts-2.xml.gz", "2026-03-02T08:00:00Z"),
        ("/posts-3.xml", ""),
        ("/posts-4.xml", ""),
    )
    found = sitemaps.discover(URL, body, {})
    assert found.candidates == ()
    assert [each.rpartition("/")[2] for each in found.follow] == [
        "posts-2.xml.gz",
        "posts-1.xml",
        "posts-4.xml",
        "posts-3.xml",
    ]
    assert found.modified == {
        "https://harbor.example/posts-1.xml": "2024-01-01",
        "https://harbor.example/posts-2.xml.gz": "2026-03-02T08:00:00+00:00",
    }
    recent = sitemaps.discover(URL, body, {}, since=SINCE).follow
    assert [each.rpartition("/")[2] for each in recent] == ["posts-2.xml.gz", "posts-4.xml", "posts-3.xml"]


PAGE = "<url><loc>https://harbor.example/a</loc></url>"


@pytest.mark.parametrize(
    "body",
    [
        urlset(PAGE),
        gzip.compress(urlset(PAGE), mtime=0),
        gzip.compress(urlset("")[:-9], mtime=0) + gzip.compress(f"{PAGE}</urlset>".encode(), mtime=0),
        b"\n  " + urlset(PAGE).partition(b"\n")[2],
        "\ufeff".encode() + urlset(PAGE),
        urlset(PAGE).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        urlset(PAGE).replace(
            b"http://www.sitemaps.org/schemas/sitemap/0.9", b"http://www.google.com/schemas/sitemap/0.84"
        ),
        f"<urlset>{PAGE}</urlset>".encode(),
        urlset(PAGE + "<url><lo").removesuffix(b"</urlset>"),
        urlset("<url><loc><![CDATA[https://harbor.example/a]]></loc></url>"),
        urlset("<url><loc>mailto:x@harbor.example</loc></url><url><loc/></url><url/>" + PAGE),
        b"https://harbor.example/a\nhttps://harbor.example/a\nnonsense\n",
        "\ufeffhttps://harbor.example/a\r\n".encode(),
        b"<rss version='2.0'><channel><item><link>https://harbor.example/a</link></item></channel></rss>",
    ],
    ids=(
        "plain gzip gzip-members no-declaration mark utf-16 old-namespace no-namespace cut cdata bad-urls text crlf rss"
    ).split(),
)
def test_every_form_a_sitemap_comes_in(body: bytes) -> None:
    assert [each.url for each in sitemaps.discover(URL, body, {}).candidates] == ["https://harbor.example/a"]


def test_undeclared_prefixes_are_understood() -> None:
    body = (
        b"<urlset><url><loc>https://harbor.example/a</loc><news:news><news:title>A title</news:title></news:news></url>"
        b"</urlset>"
    )
    (candidate,) = sitemaps.discover(URL, body, {}).candidates
    assert candidate.hint.title == "A title"


def test_an_empty_sitemap_is_no_error() -> None:
    assert sitemaps.discover(URL, urlset(""), {}).candidates == ()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"<!doctype html><html><body>Not found</body></html>", "a web page"),
        (b"\x00\x01", "not a sitemap"),
        (b"<other/>", "not a sitemap"),
        (b"\x1f\x8bnonsense", "its compression is broken"),
        (gzip.compress(urlset(PAGE) * 40, mtime=0)[:-20], "its compression is broken"),
    ],
)
def test_what_is_no_sitemap_is_named(body: bytes, words: str) -> None:
    with pytest.raises(UnusableListing, match=words) as caught:
        sitemaps.discover(URL, body, {})
    assert str(caught.value).startswith(URL)


def test_entities_are_neither_multiplied_nor_read() -> None:
    levels = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    for entity in (f'<!ENTITY a "{"ha" * 200}">{levels}', '<!ENTITY j SYSTEM "file:///etc/hostname">'):
        body = f"<!DOCTYPE urlset [{entity}]><urlset><url><loc>https://harbor.example/&j;</loc></url>{PAGE}</urlset>"
        found = sitemaps.discover(URL, body.encode(), {}).candidates
        assert sum(len(each.url) for each in found) < 200


def test_a_compression_bomb_is_refused_before_it_unfolds() -> None:
    bomb = gzip.compress(urlset(" " * (sitemaps.MAX_BYTES + 1)), 1)
    tracemalloc.start()
    with pytest.raises(UnusableListing, match="more than 64 MB"):
        sitemaps.discover(URL, bomb, {})
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_hostile_depth_is_harmless() -> None:
    assert sitemaps.discover(URL, urlset("<a>" * 200_000), {}).candidates == ()


def test_a_sitemap_is_read_to_its_end_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    body = urlset("".join(f"<url><loc>https://harbor.example/{n}</loc></url>" for n in range(3_000)))
    assert len(sitemaps.discover(URL, body, {}).candidates) == 3_000
    monkeypatch.setattr(sitemaps, "MAX_URLS", 100)
    assert len(sitemaps.discover(URL, body, {}).candidates) == 100
