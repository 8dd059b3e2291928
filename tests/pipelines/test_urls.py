from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.urls import MAX_LENGTH, canonicalise, fetchable, host, identity, is_internal, is_trap

PAGE = "https://coins.example/markets/bitcoin-holds-steady-today"


@pytest.mark.parametrize(
    "spelling",
    [
        PAGE,
        f"{PAGE}/",
        f"  {PAGE}\n",
        f"{PAGE}#comments",
        f"{PAGE}?utm_source=rss&utm_medium=rss",
        f"{PAGE}?UTM_Campaign=x&amp;fbclid=abc",
        "HTTPS://Coins.Example:443/markets/bitcoin-holds-steady-today",
        "https://coins.example/news/../markets/./bitcoin-holds-steady-today",
        "https://coins.example//markets//bitcoin-holds-steady-today",
        "https://coins.example/markets/%62itcoin-holds-steady-today",
        f"{PAGE}/amp/",
        f"{PAGE}/amp",
        f"{PAGE}?amp=1",
        f"{PAGE}?amp",
        f"{PAGE}?outputType=amp",
        f"{PAGE}.amp",
        "https://amp.coins.example/markets/bitcoin-holds-steady-today",
        "https://coins.example/amp/markets/bitcoin-holds-steady-today",
        "https://www.google.com/amp/s/coins.example/markets/bitcoin-holds-steady-today/amp/",
        "https://coins-example.cdn.ampproject.org/c/s/coins.example/markets/bitcoin-holds-steady-today",
    ],
)
def test_spellings_of_one_page_are_one(spelling: str) -> None:
    assert canonicalise(spelling) == PAGE


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://coins.example", "https://coins.example/"),
        ("https://coins.example/?p=417", "https://coins.example/?p=417"),
        ("https://coins.example/?p=417&amp;utm_medium=x", "https://coins.example/?p=417"),
        ("https://coins.example/view?b=2&#038;a=1", "https://coins.example/view?a=1&b=2"),
        ("https://coins.example/View?Id=7", "https://coins.example/View?Id=7"),
        ("https://coins.example/story.amp.html", "https://coins.example/story.html"),
        ("http://coins.example:80/a", "http://coins.example/a"),
        ("http://coins.example:8080/a", "http://coins.example:8080/a"),
        ("https://bücher.example/käse test", "https://xn--bcher-kva.example/k%C3%A4se%20test"),
        ("https://coins.example/%eb%b9%84%ed%8a%b8", "https://coins.example/%EB%B9%84%ED%8A%B8"),
        ("https://coins.example/비트", "https://coins.example/%EB%B9%84%ED%8A%B8"),
        ("https://coins.example/100%-gain", "https://coins.example/100%25-gain"),
        ("https://coins.example/a%2Fb", "https://coins.example/a%2Fb"),
        ("http://[2001:DB8::1]:80/a", "http://[2001:db8::1]/a"),
        # AMP is a coin as well: its tag and price pages keep their name
        ("https://coins.example/tag/amp/", "https://coins.example/tag/amp"),
        ("https://coins.example/price/amp", "https://coins.example/price/amp"),
        ("https://amp.example/a", "https://amp.example/a"),
    ],
)
def test_canonical_form(url: str, canonical: str) -> None:
    assert canonicalise(url) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "mailto:desk@coins.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://coins.example/a",
        "//coins.example/a",
        "/a",
        "http://",
        "http://user:secret@coins.example/",
        "http://coins.example:99999/",
        "http://coins.example:x/",
        "http://[::1",
        "http://co ins.example/",
        "http://coins..example/",
        f"https://coins.example/{'a' * MAX_LENGTH}",
    ],
)
def test_what_cannot_be_crawled_has_no_form(url: str) -> None:
    assert canonicalise(url) is None
    assert fetchable(url) is None
    assert identity(url) is None


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("/b", "https://coins.example/b"),
        ("c?x=1", "https://coins.example/a/c?x=1"),
        ("../c", "https://coins.example/c"),
        ("//news.example/d", "https://news.example/d"),
        ("?page=2", "https://coins.example/a/b?page=2"),
        ("#top", "https://coins.example/a/b"),
        ("https://news.example/e", "https://news.example/e"),
    ],
)
def test_links_are_resolved_against_their_page(link: str, absolute: str) -> None:
    assert canonicalise(link, "https://coins.example/a/b") == absolute


def test_what_is_fetched_is_what_was_listed() -> None:
    listed = "https://coins.example/a-long-story/amp/?utm_source=rss&amp;z=1&a=2#top"
    assert fetchable(listed) == "https://coins.example/a-long-story/amp/?z=1&a=2"
    assert canonicalise(listed) == "https://coins.example/a-long-story?a=2&z=1"


def test_identity_joins_schemes_and_www() -> None:
    spellings = ("http://coins.example/a/", "https://www.coins.example/a", "https://coins.example/a?utm_source=x")
    assert {identity(each) for each in spellings} == {"coins.example/a"}


PIECES = st.sampled_from(
    "http https :// / // amp amp. coins.example www. ? & amp; &amp; # % %2 %41 %26 .. . ./ é a-b-c-d utm_source= = p=1 "
    "html :80 : @ [ ] \\ \t \n google.com cdn.ampproject.org /c/s/ 비 &#38; .amp .AMP".split(" ")
)
HOSTILE = st.one_of(
    st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(lambda parts: "https://a.example/" + "".join(parts))
)


@settings(max_examples=600, deadline=None)
@given(HOSTILE, st.none() | HOSTILE)
@example("HTTP://0/..AMP", None)
@example("https://a.example/&amp;#38;amp;", None)
def test_hostile_addresses_never_raise_and_forms_are_final(url: str, base: str | None) -> None:
    asked = fetchable(url, base)
    named = canonicalise(url, base)
    assert (asked is None) == (named is None)
    if asked is not None and named is not None:
        assert fetchable(asked) == asked
        assert canonicalise(named) == named
        assert canonicalise(asked) == named
    host(url), is_trap(url), is_internal(url, "a.example"), identity(url, base)


@pytest.mark.parametrize(
    "url",
    [
        "https://coins.example/a-story/?share=twitter",
        "https://coins.example/a-story/?share=facebook&nb=1",
        "https://coins.example/a-story/?replytocom=18",
        "https://coins.example/a-story/feed/",
        "https://coins.example/comments/feed/",
        "https://coins.example/feed/atom",
        "https://coins.example/a-story/print/",
        "https://coins.example/a-story?print=1",
        "https://coins.example/print/a-story",
        "https://coins.example/tag/bitcoin",
        "https://coins.example/de/tags/bitcoin/",
        "https://coins.example/2024/",
        "https://coins.example/2024/05/",
        "https://coins.example/2024/05/17",
        "https://coins.example/?m=202405",
        "https://coins.example/events/2024-05-17",
        "https://coins.example/calendar/next",
        "https://coins.example/?s=bitcoin",
        "https://coins.example/wp-login.php?redirect_to=x",
        "https://coins.example/wp-content/uploads/a.html",
        "https://coins.example/cdn-cgi/l/email-protection",
        "https://coins.example/paper.PDF",
        "https://coins.example/photo.jpeg",
        "https://coins.example/a;jsessionid=12",
        "https://coins.example/a/b/a/b/a/b",
        f"https://coins.example/{'x/y1/' * 1 + '/'.join(map(str, range(20)))}",
        "https://coins.example/a?b=1&c=2&d=3&e=4&f=5&g=6&h=7&i=8&j=9",
        "http://[::1",
    ],
)
def test_traps(url: str) -> None:
    assert is_trap(url)


@pytest.mark.parametrize(
    "url",
    [
        PAGE,
        f"{PAGE}/",
        "https://coins.example/2024/05/17/bitcoin-holds-steady",
        "https://coins.example/?p=417",
        "https://coins.example/news?page=2",
        "https://coins.example/page/3/",
        "https://coins.example/category/markets/",
        "https://coins.example/news-feed-of-the-day",
        "https://coins.example/printing-money-again",
        "https://coins.example/share-prices-fall.html",
        "https://coins.example/archives/48213",
        "https://coins.example/article?id=19",
        "https://coins.example/12/12/2012-was-a-year",
    ],
)
def test_pages_are_no_traps(url: str) -> None:
    assert not is_trap(url)


@pytest.mark.parametrize(
    ("url", "domain", "answer"),
    [
        ("https://coins.example/a", "coins.example", True),
        ("https://www.coins.example/a", "coins.example", True),
        ("https://news.coins.example:8443/a", "coins.example", True),
        ("https://coins.example/a", "www.coins.example", True),
        ("https://notcoins.example/a", "coins.example", False),
        ("https://coins.example.evil.example/a", "coins.example", False),
        ("https://coins.example/magazine/a", "coins.example/magazine", True),
        ("https://coins.example/Magazine/", "coins.example/magazine/", True),
        ("https://coins.example/magazines/a", "coins.example/magazine", False),
        ("https://coins.example/news/a", "coins.example/magazine", False),
        ("http://127.0.0.1:8000/a", "127.0.0.1:8000", True),
        ("http://127.0.0.1:8001/a", "127.0.0.1:8000", False),
        ("http://127.0.0.1:8000/a", "127.0.0.1", True),
        ("nonsense", "coins.example", False),
    ],
)
def test_whose_an_address_is(url: str, domain: str, answer: bool) -> None:
    assert is_internal(url, domain) is answer


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://User@Coins.Example.:80/a", "coins.example"), ("/a", ""), ("http://[::1", ""), ("http://[::1]/", "::1")],
)
def test_host(url: str, name: str) -> None:
    assert host(url) == name
