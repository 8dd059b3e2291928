"""The routes by which a source's articles are found, each as data: where it starts and what reads its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from crawler.discovery import Discovered, feeds, listings, sitemaps, wordpress
from crawler.sources import Source


@dataclass(frozen=True, slots=True)
class Depth:
    """How far back a crawl looks. ``since`` and ``deep`` both go on to a route's further pages."""

    since: datetime | None = None
    deep: bool = False

    @property
    def goes_back(self) -> bool:
        """Whether it looks beyond the newest pages of each route."""
        return self.deep or self.since is not None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route's address answered."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


Reader = Callable[[Answer, Source, Depth], Discovered]


@dataclass(frozen=True, slots=True)
class Route:
    """``name`` as in ``Hint.route``; ``starts``: a source's addresses; ``statuses``: answers to read beside 200."""

    name: str
    starts: Callable[[Source, Depth], tuple[str, ...]]
    read: Reader
    statuses: tuple[int, ...] = ()


def _read_feed(answer: Answer, source: Source, depth: Depth) -> Discovered:
    return feeds.discover(answer.url, answer.body, answer.headers, deep=depth.goes_back, since=depth.since)


def _read_sitemap(answer: Answer, source: Source, depth: Depth) -> Discovered:
    return sitemaps.discover(answer.url, answer.body, answer.headers, since=depth.since)


def _read_wordpress(answer: Answer, source: Source, depth: Depth) -> Discovered:
    return wordpress.discover(answer.url, answer.body, answer.headers, status=answer.status, since=depth.since)


def read_links(answer: Answer, source: Source, depth: Depth) -> Discovered:
    """Article links of any page."""
    return listings.discover(answer.url, answer.body, answer.headers, source=source, since=depth.since)


def _wordpress_starts(source: Source, depth: Depth) -> tuple[str, ...]:
    return (wordpress.posts_url(source.wordpress, since=depth.since),) if source.wordpress else ()


ROUTES = (
    Route("feed", lambda source, depth: source.feeds, _read_feed),
    Route("news_sitemap", lambda source, depth: source.news_sitemaps, _read_sitemap),
    Route("wordpress", _wordpress_starts, _read_wordpress, (400, *wordpress.CLOSED)),
    Route("listing", lambda source, depth: source.listings, read_links),
    Route("sitemap", lambda source, depth: source.sitemaps, _read_sitemap),
    Route("site", lambda source, depth: (f"https://{source.domain}/",) if source.whole_site else (), read_links),
)
"""Those that are quick and know the newest first."""
