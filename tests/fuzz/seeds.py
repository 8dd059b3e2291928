"""Sound input of each kind, to be made unsound; and the pieces that its grammar is made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

TESTS = Path(__file__).parents[1]
CRASHES = Path(__file__).parent / "crashes"
"""``crashes/TARGET/NAME``: input that once broke a parser."""
_RULES = TESTS.parent / "pipelines/extraction/rules"
_LISTINGS = TESTS / "crawler/discovery/fixtures"

SITEMAP = b"""<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://harbor.example/news/a-b-c-d</loc>
<lastmod>2026-11-22T10:00:00Z</lastmod><news:news><news:title>A &amp; B</news:title><news:publication_date>2026-11-22
</news:publication_date><news:keywords>a, b</news:keywords></news:news></url></urlset>"""
INDEX = b"<sitemapindex><sitemap><loc>https://harbor.example/s1.xml</loc><lastmod>2026-11-22</lastmod></sitemap></sitemapindex>"
REST = b"""[{"id": 1, "date_gmt": "2026-11-22T10:00:00", "modified_gmt": "2026-11-22T11:00:00", "status": "publish",
"link": "https://harbor.example/news/a-b-c-d", "title": {"rendered": "A &#8217; B"},
"content": {"rendered": "<p>c</p>", "protected": false},
"_embedded": {"author": [{"name": "Ann"}], "wp:term": [[{"taxonomy": "category", "name": "N"}]]}}]"""
ROBOTS = b"User-agent: *\nDisallow: /private/*.pdf$\nAllow: /\nCrawl-delay: 5\nRequest-rate: 1/10s\nSitemap: /s.xml\n"
CORRECTIONS = b"""[[correction]]
source = "harbor"
action = "remove"
text = "Readers win a walking stick."
reason = "sponsored"
added = 2026-11-22

[[correction]]
source = "harbor"
action = "rule_off"
rule = "follow-call"
"""
SOURCES = b"""[harbor]
name = "The Harbor"
domain = "harbor.example"
feeds = ["https://harbor.example/feed/"]
article_patterns = ["/news/[0-9]+-"]
delay = 1.5
max_pages = 10
"""
WORDS = b"https://user:word@harbor.example:443/a/../b%2f?utm_source=x&p=1#top"

SEEDS: Mapping[str, tuple[bytes, ...]] = {
    "article": tuple(
        b"\1" + page.read_bytes() for page in sorted((TESTS / "pipelines/fixtures").glob("*/*/page.html"))
    ),
    "feed": tuple(file.read_bytes() for file in sorted(_LISTINGS.glob("*.json")) + sorted(_LISTINGS.glob("*.xml"))),
    "sitemap": (SITEMAP, INDEX, b"https://harbor.example/news/a-b-c-d\n"),
    "rest": (REST, b'{"code": "rest_forbidden"}'),
    "listing": tuple(file.read_bytes() for file in sorted(_LISTINGS.glob("*.html"))),
    "front_page": (
        b"<html><head><link rel=alternate type=application/rss+xml href=/feed/></head></html>\0\0" + ROBOTS,
    ),
    "robots": (ROBOTS,),
    "rules": tuple(file.read_bytes() for file in sorted(_RULES.glob("*.toml"))),
    "corrections": (CORRECTIONS,),
    "sources": (SOURCES,),
    "words": (WORDS, b"Sun, 22 Nov 2026 10:00:00 +0100", b"2026-11-22T10:00:00.123+01:00", b"120"),
}

_MARKS = (
    *"<>{}[]()\"'&=#%?/:@-+*.,;|\\\n\r\t\0 ",
    *"</ <p> <!-- <![CDATA[ <!DOCTYPE &a; &#0; &#x110000; xmlns: :// http://[ %00 \\u \\ud800 null 1e999 true".split(),
    *"<div <tr><td> 2026-13-45 0000-00-00 )* (?: [[ ]] base64 idna utf-16 \x1b[2J \u202e \u0130 \ud800 \ufeff".split(),
    "<a href=",
    "<time datetime=",
    "<meta charset=",
    "<!DOCTYPE x [<!ENTITY a 'b'>]>",
    "<script type=application/ld+json>{",
    "9" * 30,
)
_BYTES = (b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b\x08", b"\xed\xa0\x80", b"\xc3\x28")
PIECES = (*(mark.encode("utf-8", "surrogatepass") for mark in _MARKS), *_BYTES)
"""What is put in."""
