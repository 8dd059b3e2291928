from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.discovery import UnusableListing, feeds
from pipelines.items import Hint

URL = "https://harbor.example/feed/"
FIXTURES = Path(__file__).parent / "fixtures"


def rss(items: str, channel: str = "<title>Harbor</title>", version: str = '<rss version="2.0"') -> bytes:
    names = "content:http://purl.org/rss/1.0/modules/content/ dc:http://purl.org/dc/elements/1.1/ atom:http://www.w3.org/2005/Atom"
    spaces = " ".join(f'xmlns:{name.partition(":")[0]}="{name.partition(":")[2]}"' for name in names.split())
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>{version} {spaces}><channel>{channel}{items}</channel></rss>".encode()
    )


def item(link: str = "https://harbor.example/a", more: str = "", title: str = "A story") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def only(body: bytes, url: str = URL) -> Hint:
    (candidate,) = feeds.discover(url, body, {}).candidates
    return candidate.hint


FORMATS = {
    "rss-0.91.xml": ("https://harbor.example/tides", "Tides turn for miners", None),
    "rss-1.0.xml": ("https://harbor.example/quay", "Quay opens a second pier", "2026-03-02T07:30:00+01:00"),
    "rss-2.0.xml": ("https://harbor.example/fees?p=1", "Fees & fines fall", "2026-03-03T09:00:00-05:00"),
    "atom.xml": ("https://harbor.example/lamp", "Lamp lit <again>", "2026-03-04T10:15:00+00:00"),
    "feed.json": ("https://harbor.example/rope", "Rope holds", "2026-03-05T11:00:00+09:00"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_address_title_and_date(name: str) -> None:
    found = feeds.discover(URL, (FIXTURES / name).read_bytes(), {})
    newest = found.candidates[0]
    assert (newest.url, newest.hint.title, newest.hint.published_at) == FORMATS[name]
    assert newest.hint.route == "feed"
    assert found.follow == ()


def test_all_that_a_wordpress_feed_says() -> None:
    (first, second) = feeds.discover(URL, (FIXTURES / "rss-2.0.xml").read_bytes(), {}).candidates
    assert first.hint == Hint(
        route="feed",
        title="Fees & fines fall",
        authors=("Ann Example", "Ben Example"),
        published_at="2026-03-03T09:00:00-05:00",
        tags=("Markets", "Bitcoin & Co"),
        summary="The fee market cooled, and with it the fines.",
        content_html="<p>The fee market cooled, and with it the fines late payers owe.</p>\n<p>More soon.</p>",
    )
    assert second.hint.authors == ("Cleo Example",)
    assert second.hint.content_html is None


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://harbor.example/a/?utm_source=rss&amp;utm_medium=rss", "https://harbor.example/a/"),
        ("https://harbor.example/?p=7&amp;amp;utm_source=rss", "https://harbor.example/?p=7"),
        ("/relative/story", "https://harbor.example/relative/story"),
        ("\n   https://harbor.example/spaced \n", "https://harbor.example/spaced"),
        ("<![CDATA[https://harbor.example/cdata?utm_campaign=x]]>", "https://harbor.example/cdata"),
    ],
)
def test_links_are_cleaned(link: str, address: str) -> None:
    (candidate,) = feeds.discover(URL, rss(item(link)), {}).candidates
    assert candidate.url == address


def test_items_without_an_address_are_left_out() -> None:
    body = rss(item("javascript:alert(1)") + "<item><title>No link</title></item>" + item("https://harbor.example/b"))
    assert [each.url for each in feeds.discover(URL, body, {}).candidates] == ["https://harbor.example/b"]


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("Fri, 12 Dec 2025 17:33:11 -0500", "2025-12-12T17:33:11-05:00"),
        ("Fri, 12 Dec 2025 17:33:11 GMT", "2025-12-12T17:33:11+00:00"),
        ("12 Dec 2025 17:33 +0000", "2025-12-12T17:33:00+00:00"),
        ("2025-12-12T17:33:11.123Z", "2025-12-12T17:33:11+00:00"),
        ("2025-12-12T17:33:11", "2025-12-12T17:33:11+00:00"),
        ("2025-12-12", "2025-12-12"),
        ("Thu, 01 Jan 1970 00:00:00 +0000", None),
        ("Wed, 30 Nov -0001 00:00:00 +0000", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(written: str, iso: str | None) -> None:
    assert only(rss(item(more=f"<pubDate>{written}</pubDate>"))).published_at == iso


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("Ann Example", ("Ann Example",)),
        ("By Ann Example", ("Ann Example",)),
        ("Harbor by Ann Example", ("Ann Example",)),
        ("Ann Example, Ben Example and Cleo Example", ("Ann Example", "Ben Example", "Cleo Example")),
        ("Ann Example &amp; Ben Example", ("Ann Example", "Ben Example")),
        ("Ann Example, PhD", ("Ann Example, PhD",)),
        ("Harbor", ("Harbor",)),
        ("https://harbor.example/author/ann", ()),
    ],
)
def test_bylines(byline: str, authors: tuple[str, ...]) -> None:
    assert only(rss(item(more=f"<dc:creator>{byline}</dc:creator>"))).authors == authors


def test_an_excerpt_is_no_full_text() -> None:
    """Some sites repeat the excerpt as content; a long description in HTML is the article itself."""
    excerpt = "<![CDATA[<p>An excerpt, no more.</p>]]>"
    hint = only(rss(item(more=f"<description>{excerpt}</description><content:encoded>{excerpt}</content:encoded>")))
    assert (hint.summary, hint.content_html) == ("An excerpt, no more.", None)
    article = "<p>" + "A whole article stands here. " * 50 + "</p>"
    hint = only(rss(item(more=f"<description><![CDATA[{article}]]></description>")))
    assert (hint.summary, hint.content_html) == (None, article)


def test_an_empty_dublin_core_description_hides_nothing() -> None:
    hint = only(rss(item(more="<description>Said here.</description><content:encoded/><dc:description/>")))
    assert hint.summary == "Said here."


def test_newest_first_and_since() -> None:
    days = {day: f"<pubDate>{day} Mar 2026 12:00:00 +0000</pubDate>" for day in (1, 3, 2)}
    body = rss("".join(item(f"https://harbor.example/{day}", more) for day, more in days.items()) + item())
    found = feeds.discover(URL, body, {}).candidates
    assert [each.url.rpartition("/")[2] for each in found] == ["3", "2", "1", "a"]
    found = feeds.discover(URL, body, {}, since=datetime(2026, 3, 2, tzinfo=UTC)).candidates
    assert [each.url.rpartition("/")[2] for each in found] == ["3", "2", "a"]


NEXT = '<atom:link rel="next" href="/feed/?paged=2"/>'
WORDPRESS = "<generator>https://wordpress.org/?v=6.8</generator>"


@pytest.mark.parametrize(
    ("url", "channel", "following"),
    [
        (URL, "", "https://harbor.example/feed/?paged=2"),
        (f"{URL}?paged=9", "", "https://harbor.example/feed/?paged=10"),
        ("https://harbor.example/?feed=rss2", "", "https://harbor.example/?feed=rss2&paged=2"),
        ("https://harbor.example/news.xml", WORDPRESS, "https://harbor.example/news.xml?paged=2"),
        ("https://harbor.example/news.xml", NEXT, "https://harbor.example/feed/?paged=2"),
        ("https://harbor.example/news.xml", '<atom:link rel="next" href="https://other.example/2"/>', None),
        ("https://harbor.example/news.xml", "", None),
    ],
)
def test_deep_asks_for_the_next_page(url: str, channel: str, following: str | None) -> None:
    assert feeds.discover(url, rss(item(), channel), {}, deep=True).follow == ((following,) if following else ())
    assert feeds.discover(url, rss(item(), channel), {}).follow == ()


def test_deep_ends_where_a_page_is_empty_or_old() -> None:
    assert feeds.discover(URL, rss(""), {}, deep=True).follow == ()
    old = rss(
        item("https://harbor.example/new", "<pubDate>5 Mar 2026 12:00:00 +0000</pubDate>")
        + item("https://harbor.example/old", "<pubDate>1 Mar 2026 12:00:00 +0000</pubDate>")
    )
    assert feeds.discover(URL, old, {}, deep=True, since=datetime(2026, 3, 3, tzinfo=UTC)).follow == ()
    assert feeds.discover(URL, old, {}, deep=True, since=datetime(2026, 2, 1, tzinfo=UTC)).follow != ()


def test_json_feed_goes_on_at_next_url() -> None:
    body = (FIXTURES / "feed.json").read_bytes()
    assert feeds.discover(URL, body, {}, deep=True).follow == ("https://harbor.example/feed.json?page=2",)


@pytest.mark.parametrize(
    ("broken", "title"),
    [
        (rss(item(title="Fish & chips")), "Fish & chips"),
        (rss(item(title="Caf&eacute; &rsquo;n&nbsp;bar")), "Café ’n bar"),
        (b"\n\n  " + rss(item(title="Late declaration")), "Late declaration"),
        (b"<br />Warning: something<br />" + rss(item(title="After a warning")), "After a warning"),
        (rss(item(title="A \x0bcontrol\x00 mark")), "A control mark"),
        (rss(item(title="Cut short"))[:-30], "Cut short"),
        (rss(item(title="Café")).replace("é".encode(), b"\xe9").replace(b"UTF-8", b"iso-8859-1"), "Café"),
        (rss(item(title="비트코인")).decode().replace("UTF-8", "euc-kr").encode("euc-kr"), "비트코인"),
        ("\ufeff".encode() + rss(item(title="Marked")), "Marked"),
    ],
)
def test_feeds_that_are_broken_as_feeds_are(broken: bytes, title: str) -> None:
    assert only(broken).title == title


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"<!doctype html><html><body><h1>Just a moment...</h1></body></html>", "a web page"),
        (b"\x00\x01\x02", "not XML"),
        (b"Not found", "not XML"),
        (b'{"error": 404}', "no JSON Feed"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "not XML"),
        (b'{"items": ' + b"[" * 100_000, "not JSON"),
        (b"<urlset><url><loc>https://harbor.example/a</loc></url></urlset>", "not a feed"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, words: str) -> None:
    with pytest.raises(UnusableListing, match=words) as caught:
        feeds.discover(URL, body, {})
    assert str(caught.value).startswith(URL) and "\n" not in str(caught.value)


def bomb() -> bytes:
    levels = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    return f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "{"ha" * 200}">{levels}]>{item(title="&j;")}'.encode()


@pytest.mark.parametrize(
    "body",
    [
        bomb(),
        rss(item() + "<x>" * 100_000),
        rss("<item>" * 100_000),
        b"<rss>" + b'<a b="' * 20_000,
        b"<rss>" + b"<" * 1_000_000,
        b"<rss><channel>" + b"<![CDATA[" * 100_000,
        b"<rss>" + b"&" * 1_000_000,
    ],
    ids=["entities", "elements", "items", "attributes", "brackets", "cdata", "ampersands"],
)
def test_hostile_feeds_are_refused_or_harmless(body: bytes) -> None:
    try:
        assert len(feeds.discover(URL, body, {}).candidates) <= 1
    except UnusableListing as error:
        assert URL in str(error)


def test_external_entities_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("top secret")
    doctype = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    body = rss(item(title="Open &x; end")).replace(b"?>", b"?>" + doctype.encode(), 1)
    assert "secret" not in str(only(body).title)


def test_sizes_are_bounded() -> None:
    with pytest.raises(UnusableListing, match="more than 5 MB"):
        feeds.discover(URL, b" " * 5_000_001, {})
    many = json.dumps({"items": [{"url": f"https://harbor.example/{n}"} for n in range(1_500)]}).encode()
    assert len(feeds.discover(URL, many, {}).candidates) == feeds.MAX_ENTRIES


@pytest.mark.parametrize("value", [None, 7, [], {}, "", ["x"], {"name": 3}])
def test_nonsense_in_a_json_feed_is_passed_over(value: object) -> None:
    fields = ("title", "authors", "author", "tags", "date_published", "summary", "content_html")
    body = json.dumps({"items": [value, {"url": "https://harbor.example/a", **dict.fromkeys(fields, value)}]}).encode()
    assert [each.url for each in feeds.discover(URL, body, {}).candidates] == ["https://harbor.example/a"]
