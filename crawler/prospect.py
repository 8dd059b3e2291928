"""Find how a site can be crawled: what it declares first, then the places where sites of its kind keep such things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from protego import Protego

from crawler.discovery import Discovered, UnusableListing, feeds, listings
from crawler.discovery.detect import Leads, leads
from crawler.fetch import Fetched, fetch
from crawler.settings import USER_AGENT
from crawler.sources import Source
from crawler.survey import Answer, ask
from pipelines.errors import MissingInput, NewsmintError, Unreachable
from pipelines.urls import host

REFUSALS = frozenset({401, 403, 405, 406, 429})
"""What a site may answer to a program that asks for its home page, and still give its feed."""
ENOUGH = 5
"""A page with so many article links is a listing."""

Report = Callable[[str], None]


def find(
    url: str,
    *,
    key: str | None = None,
    allow_private: bool = False,
    proxy: str | None = None,
    report: Report = lambda _: None,
) -> Source:
    """The entry of a site: its routes found by what it declares, then by where such sites keep them.

    ``report`` is told what is being tried. Raises Unreachable where the site does not answer, MissingInput where
    nothing on it leads to articles.
    """
    report(f"reading {url}")
    site = Source(key or key_of(url), domain_of(url), domain_of(url), allow_private=allow_private, proxy=proxy)
    home = fetch(url, allow_private=allow_private, proxy=proxy)
    if home.status >= 400 and home.status not in REFUSALS:
        raise Unreachable(f"{url}: answers {home.status}; give the address of the site's home page")
    if (direct := _as_feed(site, url, home)) is not None:
        return direct
    robots = _robots(site, home.url)
    hints = leads(home.url, home.body, home.headers, robots)
    site = replace(site, name=hints.name or site.domain, language=hints.language or "en")
    return _with_routes(_Asker(site, Protego.parse(robots), report), hints, home)


def _as_feed(site: Source, url: str, home: Fetched) -> Source | None:
    """The entry where the address given is itself a feed."""
    try:
        found = feeds.discover(home.url, home.body, home.headers)
    except UnusableListing:
        return None
    if not found.candidates:
        return None
    return replace(site, name=host(url).removeprefix("www."), domain=domain_of(urljoin(url, "/")), feeds=(url,))


def _robots(site: Source, url: str) -> str:
    try:
        answer = fetch(
            urljoin(url, "/robots.txt"), allow_private=site.allow_private, proxy=site.proxy, max_bytes=1_000_000
        )
    except NewsmintError:
        return ""
    return answer.body.decode("utf-8", "replace") if answer.status == 200 else ""


class _Asker:
    """Asks addresses of one site that robots.txt leaves open, and says so."""

    def __init__(self, site: Source, robots: Protego, report: Report) -> None:
        self.site, self._robots, self._report = site, robots, report

    def working(self, route: str, urls: Iterable[str], most: int) -> list[Answer]:
        """The first ``most`` addresses that answer with pages."""
        found: list[Answer] = []
        for url in urls:
            if len(found) >= most:
                break
            if not self._robots.can_fetch(url, USER_AGENT):
                continue
            self._report(f"trying {url}")
            answer = ask(self.site, route, url)
            if answer.ok:
                found.append(answer)
        return found


def _with_routes(asker: _Asker, hints: Leads, home: Fetched) -> Source:
    found_feeds = asker.working("feed", hints.feeds, 3) or asker.working("feed", hints.feed_guesses, 1)
    maps = asker.working("sitemap", hints.sitemaps, 6) or asker.working("sitemap", hints.sitemap_guesses, 1)
    inside = [child for each in maps for child in each.children if re.search(r"news", urlsplit(child).path)]
    news = [each for each in maps if is_news(each)]
    news = news or [each for each in asker.working("sitemap", (*inside[:2], *hints.news_guesses), 1) if is_news(each)]
    rest = asker.working("wordpress", hints.wordpress, 1)
    entry = replace(
        asker.site,
        feeds=_distinct(found_feeds),
        sitemaps=tuple(each.url for each in maps if not is_news(each)),
        news_sitemaps=tuple(each.url for each in news),
        wordpress=rest[0].url.rstrip("/") if rest else None,
    )
    return entry if entry.routes else _last_resort(entry, home)


def is_news(answer: Answer) -> bool:
    """Whether what a sitemap lists carries the marks of a Google News sitemap."""
    return bool(answer.candidates) and answer.candidates[0].hint.route == "news_sitemap"


def _distinct(answers: list[Answer]) -> tuple[str, ...]:
    """Feeds that bring something of their own: RSS and Atom of the same articles are one."""
    seen: set[str] = set()
    kept: list[str] = []
    for answer in answers:
        listed = {each.url for each in answer.candidates}
        if not listed <= seen:
            kept.append(answer.url)
        seen |= listed
    return tuple(kept)


def _last_resort(entry: Source, home: Fetched) -> Source:
    """Where no machine-readable route answers: the home page as a listing."""
    try:
        found = listings.discover(home.url, home.body, home.headers, source=entry)
    except UnusableListing:
        found = Discovered()
    if len(found.candidates) >= ENOUGH:
        return replace(entry, listings=(home.url,))
    raise MissingInput(
        f"{home.url}: no feed, sitemap, REST API or list of articles was found; give the address of its feed"
    )


def domain_of(url: str) -> str:
    """Host without ``www.``, with the port and the folder where the address has them: ``example.com/magazine``."""
    parts = urlsplit(url)
    folders = [each for each in parts.path.split("/") if each]
    if folders and "." in folders[-1]:
        folders.pop()
    return "/".join([parts.netloc.lower().removeprefix("www."), *folders])


def key_of(url: str) -> str:
    """A short key by the address: ``https://www.example.co.uk/magazine/`` is ``example-magazine``."""
    name, _, folder = domain_of(url).partition("/")
    labels = name.partition(":")[0].split(".")
    if not labels[-1].isdecimal() and len(labels) > 1:
        labels = labels[:-1]
        if len(labels) > 1 and labels[-1] in ("co", "com", "org", "net", "ac", "gov", "or", "ne"):
            labels = labels[:-1]
    port = name.partition(":")[2]
    return re.sub(r"[^a-z0-9]+", "-", "-".join([*labels, port, folder]).lower()).strip("-")[:64]
