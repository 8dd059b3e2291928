"""Ask a source's routes once, outside a crawl: does each answer, with how many pages, how fresh?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from crawler.discovery import Candidate, Discovered, feeds, listings, sitemaps, wordpress
from crawler.discovery.base import newest_date
from crawler.fetch import Fetched, fetch
from crawler.sources import Source
from pipelines.errors import NewsmintError

MAX_DEPTH = 3
"""How far down a tree of sitemap indexes a page is looked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking one address of one route."""

    source: str
    route: str
    url: str
    status: int | None = None
    """HTTP status; None where nothing answered."""
    items: int = 0
    """Pages it lists, or for an index the pages of the newest part that was looked at."""
    newest: str | None = None
    """Its newest date, ISO 8601."""
    seconds: float = 0.0
    problem: str | None = None
    candidates: tuple[Candidate, ...] = field(default=(), repr=False)
    children: tuple[str, ...] = field(default=(), repr=False)

    @property
    def ok(self) -> bool:
        return self.problem is None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, without the candidates themselves."""
        return {key: value for key, value in asdict(self).items() if key not in ("candidates", "children")}


def check(source: Source) -> Iterator[Answer]:
    """Ask every address the entry names, in the order a crawl prefers."""
    for route, urls in _named(source):
        for url in urls:
            yield ask(source, route, url)


def _named(source: Source) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "feed", source.feeds
    yield "news_sitemap", source.news_sitemaps
    yield "wordpress", (source.wordpress,) if source.wordpress else ()
    yield "sitemap", source.sitemaps
    yield "listing", source.listings
    if source.whole_site:
        yield "site", (f"https://{source.domain}/",)


def ask(source: Source, route: str, url: str) -> Answer:
    """Fetch one address and read it as its route does. Whatever is wrong with it becomes the answer's ``problem``."""
    started = monotonic()
    answer = Answer(source.key, route, url)
    try:
        fetched, found = _read(source, route, url)
        answer = replace(answer, status=fetched.status, problem=_problem(fetched, found))
        depth = 0
        children = found.follow if route.endswith("sitemap") else ()
        while route.endswith("sitemap") and not found.candidates and found.follow and depth < MAX_DEPTH:
            depth += 1
            fetched, found = _read(source, route, found.follow[0])
    except NewsmintError as error:
        return replace(answer, problem=str(error), seconds=round(monotonic() - started, 2))
    dates = [when for each in found.candidates if (when := newest_date(each.hint))]
    return replace(
        answer,
        items=len(found.candidates),
        newest=max(dates).astimezone(UTC).isoformat(timespec="seconds") if dates else None,
        problem=answer.problem or (None if found.candidates else "answers, but lists nothing"),
        seconds=round(monotonic() - started, 2),
        candidates=found.candidates,
        children=children,
    )


def _read(source: Source, route: str, url: str) -> tuple[Fetched, Discovered]:
    address = wordpress.posts_url(url, per_page=10) if route == "wordpress" else url
    fetched = fetch(address, allow_private=source.allow_private, proxy=source.proxy, max_bytes=64_000_000)
    if route == "wordpress":
        return fetched, wordpress.discover(fetched.url, fetched.body, fetched.headers, status=fetched.status)
    if fetched.status != 200:
        return fetched, Discovered(reason=f"answers {fetched.status}")
    if route == "feed":
        return fetched, feeds.discover(fetched.url, fetched.body, fetched.headers)
    if route.endswith("sitemap"):
        return fetched, sitemaps.discover(fetched.url, fetched.body, fetched.headers)
    return fetched, listings.discover(fetched.url, fetched.body, fetched.headers, source=source)


def _problem(fetched: Fetched, found: Discovered) -> str | None:
    if found.reason:
        return found.reason
    return None if fetched.status == 200 else f"answers {fetched.status}"


def age(newest: str | None, now: datetime | None = None) -> str:
    """How long ago, in one unit: ``40 min``, ``7 h``, ``12 d``; empty for None."""
    if newest is None:
        return ""
    minutes = int(((now or datetime.now(UTC)) - datetime.fromisoformat(newest)).total_seconds() // 60)
    if minutes < 0:
        return "ahead"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} d"
