"""Rows of a site each, on a port of its own: robots.txt, feeds, sitemaps, listings, and what has no end."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zlib import crc32

from tests.crawler.hostile.row import Row
from tests.crawler.hostile.server import Answer, Asked, head, page, redirect, stream
from tests.crawler.newsstand import story

XML: dict[str, Any] = {"Content_Type": "application/xml"}
TEXT: dict[str, Any] = {"Content_Type": "text/plain"}
SITEMAP = {"sitemaps": ["/start"]}
FEED = {"feeds": ["/start"]}
WHOLE = {"listings": ["/start"], "whole_site": True}
STORY = "/news/4711-harbour-bank-opens-exchange"


def urls(addresses: Iterable[str]) -> str:
    """A sitemap of these."""
    listed = "".join(f"<url><loc>{each}</loc></url>" for each in addresses)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'


def index(addresses: Iterable[str]) -> str:
    """A sitemap index of these."""
    listed = "".join(f"<sitemap><loc>{each}</loc></sitemap>" for each in addresses)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>'


def rss(items: str, before: str = "") -> str:
    return f'<?xml version="1.0"?>{before}<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'


def item(base: str, title: str) -> str:
    return f"<item><title>{title}</title><link>{base}{STORY}</link></item>"


def _robots(answer: Answer) -> Callable[[str], Mapping[str, Answer]]:
    """A site of one story, with this robots.txt."""
    return lambda base: {"/robots.txt": answer, "/start": page(urls([base + STORY]), **XML), STORY: page(story(7))}


def _start(make: Callable[[str], str | bytes], **headers: object) -> Callable[[str], Mapping[str, Answer]]:
    """A site whose listing is this."""
    return lambda base: {"/start": page(make(base), **{**XML, **headers}), STORY: page(story(8))}


def _looping(base: str) -> Mapping[str, Answer]:
    return {"/start": page(index([f"{base}/start", f"{base}/b"]), **XML), "/b": page(index([f"{base}/start"]), **XML)}


def _ever_deeper(asked: Asked) -> None:
    asked.write(page(index([f"{asked.server.url}/start?{asked.before + 1}"]), **XML))


def _ten_million(base: str) -> Mapping[str, Answer]:
    """An index of 100 sitemaps of 100,000 addresses each."""
    listed = gzip.compress(urls(f"{base}/news/{number}-harbour-bank-opens" for number in range(100_000)).encode(), 1)
    return {
        "/start": page(index(f"{base}/part/{number}" for number in range(100)), **XML),
        "/part/*": page(listed, Content_Type="application/gzip"),
        "/news/*": page(story(9)),
    }


def _long_addresses(base: str) -> Mapping[str, Answer]:
    def part(asked: Asked) -> None:
        named = (f"{base}/news/{asked.target[-1]}{number}-{'harbour-' * 495}" for number in range(15_000))
        asked.write(page(gzip.compress(urls(named).encode(), 1), Content_Type="application/gzip"))

    return {
        "/start": page(index(f"{base}/part/{number}" for number in range(3)), **XML),
        "/part/*": part,
        "/news/*": page(""),
    }


def _number(asked: Asked) -> int:
    """The same for the same address."""
    return crc32(asked.target.encode()) % 1_000_000


def _links(asked: Asked, *targets: str) -> None:
    """A story with links, each in a card, as listings have them."""
    cards = "".join(
        f"<article><h2><a href='{it}'>The harbour bank opens {it[-6:]}</a></h2></article>" for it in targets
    )
    asked.write(page(story(_number(asked), cards)))


def _calendar_page(asked: Asked) -> None:
    number = _number(asked)
    _links(asked, *(f"/days/{number + more}/{more}/{number}/what-the-harbour-bank-does" for more in range(1, 9)))


def _session_page(asked: Asked) -> None:
    number = _number(asked)
    _links(asked, *(f"/s/{number * more:08x}f00d{more}/news/what-the-harbour-bank-does" for more in range(1, 9)))


def _query_page(asked: Asked) -> None:
    number = _number(asked)
    _links(asked, *(f"/news/what-the-harbour-bank-does?id={number + more}&ref={more}" for more in range(1, 9)))


def _deep_page(asked: Asked) -> None:
    depth = len(asked.target)
    _links(asked, f"{asked.target.rstrip('/')}/{'abcdefgh'[depth % 8]}-what-the-harbour-bank-does"[-1500:])


def _endless(answer: Callable[[Asked], None]) -> Callable[[str], Mapping[str, Answer]]:
    return lambda base: {f"/{first}/*": answer for first in ("start", "days", "s", "news")} | {"/start": answer}


def _same_listing(base: str) -> Mapping[str, Answer]:
    """Whatever page is asked for, the same stories, and a next page."""

    def write(asked: Asked) -> None:
        number = asked.target.rpartition("=")[2] if "=" in asked.target else "1"
        links = f"<link rel=next href='/start?paged={int(number) + 1}'>"
        cards = "".join(
            f"<article><h2><a href='{STORY}-{n}'>The harbour bank opens {n}</a></h2></article>" for n in range(6)
        )
        asked.write(page(f"<html><head>{links}</head><body>{cards}</body></html>"))

    return {"/start": write, "/news/*": page(story(10))}


def _stories(asked: Asked) -> None:
    asked.write(page(story(_number(asked))))


def _many(base: str) -> Mapping[str, Answer]:
    """A sitemap of 150 sound stories."""
    listed = urls(f"{base}/news/{number}-harbour-bank-opens" for number in range(150))
    return {"/start": page(listed, **XML), "/news/*": _stories}


def _slow(base: str) -> Mapping[str, Answer]:
    """The same, after a second."""
    answers = _many(base)
    listed = answers["/start"]
    assert isinstance(listed, bytes)
    return {**answers, "/start": stream(b"", listed, times=1, before=1.0)}


ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
LAUGHS = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{ENTITIES}]>'
BLOWUP = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 200_000}">]>'

ROBOTS = (
    Row(
        "robots-10-mb",
        "robots.txt of 10 MB: its first 512 kB count",
        "listing, new",
        lambda base: _robots(page(b"User-agent: *\nDisallow: /private/\n" + b"# x\n" * 2_500_000, **TEXT))(base),
        fields=SITEMAP,
    ),
    Row(
        "robots-one-line",
        "robots.txt of one line of 10 MB",
        "listing, new",
        lambda base: _robots(page(b"Disallow: /" + b"a*" * 5_000_000, **TEXT))(base),
        fields=SITEMAP,
    ),
    Row(
        "robots-many-rules",
        "robots.txt with 30,000 rules",
        "listing, new",
        _robots(page(b"User-agent: *\n" + b"".join(b"Disallow: /p%d\n" % n for n in range(30_000)), **TEXT)),
        fields=SITEMAP,
    ),
    Row(
        "robots-slow-pattern",
        "rules that patterns are slow on",
        "listing, new",
        _robots(page(b"User-agent: *\n" + b"Disallow: " + b"/*a" * 200 + b"b$\n", **TEXT)),
        fields=SITEMAP,
    ),
    Row(
        "robots-binary",
        "robots.txt of random bytes",
        "listing, new",
        _robots(page(bytes(range(256)) * 500, **TEXT)),
        fields=SITEMAP,
    ),
    Row(
        "robots-401",
        "robots.txt answers 401: allowed, as RFC 9309 has it",
        "listing, new",
        _robots(page("", "401 No")),
        fields=SITEMAP,
    ),
    Row("robots-403", "403: the same", "listing, new", _robots(page("", "403 No")), fields=SITEMAP),
    Row("robots-404", "404: the same", "listing, new", _robots(page("", "404 No")), fields=SITEMAP),
    Row(
        "robots-429",
        "429: nothing is fetched",
        "failed: robots_unreachable",
        _robots(page("", "429 Wait")),
        fields=SITEMAP,
    ),
    Row(
        "robots-500",
        "500: nothing is fetched",
        "failed: robots_unreachable",
        _robots(page("", "500 Oops")),
        fields=SITEMAP,
    ),
    Row(
        "robots-503",
        "503: nothing is fetched",
        "failed: robots_unreachable",
        _robots(page("", "503 Busy")),
        fields=SITEMAP,
    ),
    Row(
        "robots-circle",
        "redirects to itself: nothing is fetched",
        "failed: robots_unreachable",
        _robots(redirect("/robots.txt")),
        fields=SITEMAP,
    ),
    Row(
        "robots-to-private",
        "redirects to a private address: nothing is fetched",
        "failed: private_address",
        _robots(redirect("http://127.0.0.2/robots.txt")),
        fields=SITEMAP,
    ),
    Row(
        "robots-bomb",
        "a compression bomb: nothing is fetched",
        "failed: robots_unreachable",
        lambda base: _robots(page(gzip.compress(b"\n" * 60_000_000), Content_Encoding="gzip", **TEXT))(base),
        fields=SITEMAP,
    ),
    Row(
        "robots-silent",
        "never answers: nothing is fetched",
        "failed: timeout",
        _robots(stream(b"", b"", pause=0.1)),
        fields=SITEMAP,
        crawl="waiting",
    ),
    Row(
        "robots-drips",
        "answers a byte now and then: nothing is fetched",
        "failed: timeout",
        _robots(stream(head(**TEXT, Connection="close"), b"#", pause=0.1)),
        fields=SITEMAP,
        crawl="waiting",
    ),
)

LISTINGS = (
    Row(
        "billion-laughs",
        "a feed whose entities would grow to 200 GB: not resolved",
        "listing, new",
        _start(lambda base: rss(item(base, "&l11;"), LAUGHS)),
        fields=FEED,
    ),
    Row(
        "quadratic-blowup",
        "a feed that names one long entity 1,000 times",
        "failed: unusable_listing",
        _start(lambda base: rss(item(base, "&a;" * 1_000), BLOWUP)),
        fields=FEED,
    ),
    Row(
        "external-entity-file",
        "a feed that wants `/etc/hostname` put in: it is not read",
        "listing, new",
        _start(lambda base: rss(item(base, "a &x; b"), '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>')),
        fields=FEED,
    ),
    Row(
        "external-entity-web",
        "a feed that wants an address of the private network asked",
        "listing, new",
        _start(
            lambda base: rss(
                item(base, "a &x; b"), f'<!DOCTYPE rss SYSTEM "{base}/secret.dtd" [<!ENTITY x SYSTEM "{base}/secret">]>'
            )
        ),
        fields=FEED,
    ),
    Row(
        "sitemap-laughs",
        "the same entities in a sitemap: not resolved",
        "listing",
        _start(lambda base: LAUGHS.replace("rss", "urlset") + urls(["&l11;"])),
        fields=SITEMAP,
    ),
    Row(
        "sitemap-entity-file",
        "a sitemap that wants a file put in: it is not read",
        "failed: http_404, listing",
        _start(lambda base: '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + urls([base + "/&x;"])),
        fields=SITEMAP,
    ),
    Row(
        "feed-of-many",
        "a feed of 50,000 items",
        "failed: unusable_listing",
        _start(lambda base: rss(item(base, "t") * 50_000)),
        fields=FEED,
    ),
    Row(
        "feed-nested",
        "a feed nested 50,000 deep",
        "listing",
        _start(lambda base: rss("<a>" * 50_000)),
        fields=FEED,
    ),
    Row(
        "feed-long-title",
        "a title of 3 MB",
        "listing, new",
        _start(lambda base: rss(item(base, "word " * 600_000))),
        fields=FEED,
    ),
    Row(
        "feed-charset",
        "a feed that says its charset is `base64`",
        "listing, new",
        _start(
            lambda base: rss(item(base, "t")).replace('"1.0"', '"1.0" encoding="base64"'),
            Content_Type="application/xml; charset=idna",
        ),
        fields=FEED,
    ),
    Row(
        "json-feed-nested",
        "a JSON feed nested 200,000 deep",
        "failed: unusable_listing",
        _start(lambda base: '{"items":' + "[" * 200_000),
        fields=FEED,
    ),
    Row(
        "feed-bomb",
        "a feed of 60 MB in 60 kB",
        "failed: too_large",
        lambda base: _start(lambda _: gzip.compress(b" " * 60_000_000), Content_Encoding="gzip")(base),
        fields=FEED,
    ),
    Row(
        "rest-nested",
        "REST posts nested 200,000 deep",
        "failed: unusable_listing",
        lambda base: {"/start/wp/v2/posts": page("[" * 200_000, Content_Type="application/json")},
        fields={"wordpress": "/start"},
    ),
    Row(
        "sitemap-bomb",
        "a sitemap of 200 MB in 200 kB of gzip",
        "failed: unusable_listing",
        lambda base: _start(lambda _: gzip.compress(b"<urlset>" + b" " * 200_000_000), Content_Type="application/gzip")(
            base
        ),
        fields=SITEMAP,
    ),
    Row(
        "sitemap-pieces",
        "a sitemap of 250,000 empty gzip files",
        "failed: unusable_listing",
        lambda base: _start(lambda _: gzip.compress(b"") * 250_000, Content_Type="application/gzip")(base),
        fields=SITEMAP,
    ),
    Row("sitemap-loop", "sitemaps that name each other", "listing", _looping, fields=SITEMAP),
    Row(
        "sitemap-chain",
        "an index that always names one more: three pages a run, 5,000 in a deep one",
        "listing",
        lambda base: {"/start": _ever_deeper},
        fields=SITEMAP,
    ),
    Row(
        "sitemap-ten-million",
        "an index of 100 sitemaps of 100,000 addresses: two of them are read, and the bound on pages holds",
        "failed: budget_pages, listing, new, rejected: soft_404",
        _ten_million,
        fields={**SITEMAP, "max_pages": 10},
        seconds=120,
        crawl="slow",
    ),
    Row(
        "sitemap-long-addresses",
        "sitemaps of 15,000 addresses of 4,000 characters each: none over 2,048 is taken",
        "listing",
        _long_addresses,
        fields=SITEMAP,
        seconds=120,
        crawl="slow",
    ),
    Row(
        "one-page-for-all",
        "the same story at any address: the first two are stored",
        "listing, new, rejected: soft_404",
        lambda base: {
            "/start": page(urls(f"{base}/news/{number}-harbour-bank-opens" for number in range(6)), **XML),
            "/news/*": page(story(11)),
        },
        fields=SITEMAP,
    ),
    Row(
        "listing-nested",
        "a listing of 100,000 nested tags",
        "listing",
        _start(lambda base: "<html><body>" + "<div>" * 100_000 + f"<a href='{STORY}'>x</a>", Content_Type="text/html"),
        fields={"listings": ["/start"]},
    ),
    Row(
        "listing-of-many",
        "a listing of 200,000 links: 5,000 are looked at",
        "listing",
        _start(lambda base: "<html><body>" + "<a href='/news/x'>word</a>" * 200_000, Content_Type="text/html"),
        fields={"listings": ["/start"]},
        seconds=120,
        crawl="slow",
    ),
)

ENDLESS = (
    Row(
        "calendar",
        "a calendar that always has another day",
        "failed: budget_shape, listing, new",
        _endless(_calendar_page),
        fields={**WHOLE, "max_shape": 12},
        crawl="deep",
    ),
    Row(
        "session-ids",
        "a new session id in the path of every link",
        "failed: budget_shape, listing, new",
        _endless(_session_page),
        fields={**WHOLE, "max_shape": 12},
        crawl="deep",
    ),
    Row(
        "queries",
        "one page under any number of queries",
        "failed: budget_shape, listing, new",
        _endless(_query_page),
        fields={**WHOLE, "max_shape": 12},
        crawl="deep",
    ),
    Row(
        "ever-deeper",
        "every page leads one deeper",
        "failed: budget_depth, listing, new",
        _endless(_deep_page),
        fields={**WHOLE, "max_depth": 4},
        crawl="deep",
    ),
    Row(
        "endless-paging",
        "page numbers that all answer the same: asked twice, also in a deep crawl",
        "listing, new, rejected: soft_404",
        _same_listing,
        fields={"listings": ["/start"]},
        crawl="deep",
    ),
    Row(
        "too-many-pages",
        "more stories than a run may fetch",
        "failed: budget_pages, listing, new",
        _many,
        fields={**SITEMAP, "max_pages": 10},
        crawl="deep",
    ),
    Row(
        "too-many-bytes",
        "more bytes than a run may load",
        "failed: budget_bytes, listing, new",
        _many,
        fields={**SITEMAP, "max_megabytes": 0.05},
        crawl="deep",
    ),
    Row(
        "too-long",
        "more time than a run may take",
        "failed: budget_time, listing",
        _slow,
        fields={**SITEMAP, "max_minutes": 0.01},
        crawl="deep",
    ),
)
