"""Where a site may keep its feeds, sitemaps and REST API, by home page and robots.txt: what ``sources add`` tries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import html as lxml_html
from protego import Protego

from crawler.discovery.base import UnusableListing
from crawler.discovery.listings import page_tree
from crawler.discovery.text import plain
from pipelines.urls import fetchable

FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "text/xml"}
)
FEED_GUESSES = ("feed/", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json", "arc/outboundfeeds/rss/")
SITEMAP_GUESSES = ("sitemap_index.xml", "sitemap.xml", "wp-sitemap.xml", "sitemap-index.xml")
NEWS_GUESSES = (
    "news-sitemap.xml",
    "sitemap-news.xml",
    "sitemap_news.xml",
    "news_sitemap.xml",
    "sitemap-google-news.xml",
)

_NOT_ARTICLES = re.compile(r"video|image|author|tag|categor|comment|page-sitemap|product|user", re.IGNORECASE)
_COMMENTS = re.compile(r"comment", re.IGNORECASE)
_REST_LINK = re.compile(r"<([^<>]{1,500})>\s*;\s*rel=[\"']?https://api\.w\.org/")


@dataclass(frozen=True, slots=True)
class Leads:
    """Addresses worth trying, best first: what the site declares apart from what sites of its kind tend to have."""

    feeds: tuple[str, ...]
    feed_guesses: tuple[str, ...]
    sitemaps: tuple[str, ...]
    sitemap_guesses: tuple[str, ...]
    news_guesses: tuple[str, ...]
    wordpress: tuple[str, ...]
    name: str | None
    language: str | None


def leads(url: str, body: bytes, headers: Mapping[str, str], robots: str = "") -> Leads:
    """What a home page, its response headers (names in lower case) and the text of robots.txt point to."""
    try:
        tree = page_tree(url, body, headers)
    except UnusableListing:  # an empty home page still has a robots.txt, and places to guess
        tree = page_tree(url, b"<html></html>", headers)
    base = url if url.endswith("/") else f"{url}/"
    sitemaps = _absolute(Protego.parse(robots[:500_000]).sitemaps, url)
    return Leads(
        feeds=_declared_feeds(tree, url),
        feed_guesses=_absolute(FEED_GUESSES, base),
        sitemaps=tuple(each for each in sitemaps if not _NOT_ARTICLES.search(urlsplit(each).path))[:10],
        sitemap_guesses=_absolute(SITEMAP_GUESSES, base),
        news_guesses=_absolute(NEWS_GUESSES, base),
        wordpress=_rest_bases(tree, url, base, headers, body),
        name=_name(tree),
        language=_language(tree, headers),
    )


def _declared_feeds(tree: lxml_html.HtmlElement, url: str) -> tuple[str, ...]:
    """Feeds of ``<link rel=alternate>``, those of comments left out, the site's own before a section's."""
    found = [
        (link.get("href") or "", link.get("title") or "")
        for link in tree.xpath("//link[contains(concat(' ', @rel, ' '), ' alternate ')][@href]")
        if (link.get("type") or "").split(";")[0].strip().lower() in FEED_TYPES
    ]
    articles = [href for href, title in found if not _COMMENTS.search(f"{href} {title}") and "oembed" not in href]
    return tuple(sorted(_absolute(articles, url), key=len))[:5]


def _rest_bases(
    tree: lxml_html.HtmlElement, url: str, base: str, headers: Mapping[str, str], body: bytes
) -> tuple[str, ...]:
    """The REST API that a WordPress declares in header or head, else where it lies by default, if it is one."""
    header = _REST_LINK.findall(headers.get("link", "")[:5000])
    declared = _absolute([*header, *tree.xpath("//link[@rel='https://api.w.org/']/@href")], url)
    is_wordpress = b"/wp-content/" in body or b"/wp-includes/" in body
    return declared[:2] or (_absolute(("wp-json",), base) if is_wordpress else ())


def _name(tree: lxml_html.HtmlElement) -> str | None:
    """What the site calls itself, or the shorter half of its title."""
    named = tree.xpath("string(//meta[@property='og:site_name']/@content)")
    title = plain(tree.xpath("string(//head/title)"), 200) or ""
    halves = [half for half in re.split(r"\s+[|–—:-]\s+|:\s+", title) if half]
    return plain(named, 80) or min(halves, key=len, default=None)


def _language(tree: lxml_html.HtmlElement, headers: Mapping[str, str]) -> str | None:
    declared = tree.xpath("string(/html/@lang)") or headers.get("content-language", "")
    match = re.match(r"[a-z]{2}(?![a-z])", declared.strip().lower())
    return match[0] if match else None


def _absolute(addresses: Iterable[str], base: str) -> tuple[str, ...]:
    found = (fetchable(each, base) for each in addresses)
    return tuple(dict.fromkeys(each for each in found if each))
