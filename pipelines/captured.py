"""Captures of web archives as pages, and what their archive knows of the pages' rights.

One for all ways by which archives come in: a page is the same, imported into a store or extracted in bulk.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from pipelines.domains import registrable_domain
from pipelines.items import SOURCE_KEY, Hint, RawPage
from pipelines.rights import Notice
from pipelines.rights.headers import header_notices
from pipelines.rights.hosts import HostRights
from pipelines.rights.robots import AgentRules, read_robots
from pipelines.store.times import normalised
from pipelines.urls import host
from pipelines.warc.reading import Capture

ROUTE = "archive"
MOST_ROBOTS, MOST_BYTES = 10_000, 50_000_000
"""Hosts whose robots.txt is remembered, and the bytes of all these files; honest ones have a few thousand each."""
_HAS_NONE = (404, 410)


def source_of(capture: Capture) -> str | None:
    """The source that an archive of our own names; else the domain, None where there is none."""
    named = capture.source or ""
    return named if SOURCE_KEY.fullmatch(named) else registrable_domain(capture.url) or None


def page_of(capture: Capture, source: str | None) -> RawPage:
    """The page as it would be, fetched by a crawl; one that has no address on the web says itself what it is."""
    return RawPage(
        url=capture.url,
        body=capture.body,
        source=source,
        requested_url=capture.requested_url,
        status=capture.status,
        content_type=capture.content_type,
        fetched_at=normalised(capture.fetched_at),
        hint=capture.hint or (Hint(ROUTE) if host(capture.url) else None),
        parts=capture.parts,
    )


class Robots:
    """What the robots.txt files of an archive say of the pages that come after them; bounded in memory."""

    def __init__(self) -> None:
        self._known: dict[str, HostRights] = {}
        self._left = MOST_BYTES

    def is_one(self, capture: Capture) -> bool:
        """Whether the capture is such a file. What it says is remembered; also that a host has none."""
        origin, path = _split(capture.url)
        if path != "/robots.txt":
            return False
        size = len(capture.body)
        if capture.status in (200, *_HAS_NONE) and len(self._known) < MOST_ROBOTS and size <= self._left:
            self._left -= size
            rules = read_robots(capture.body) if capture.status == 200 else AgentRules()
            self._known[origin] = HostRights(rules, status=(("robots_txt", str(capture.status)),))
        return True

    def notices(self, capture: Capture) -> tuple[Notice, ...]:
        """What the archive has of a page's rights beside the page: its headers, and robots.txt."""
        rights = self._known.get(_split(capture.url)[0]) if self._known else None
        return (*header_notices(capture.headers), *(rights.notices(capture.url) if rights else ()))


def _split(url: str) -> tuple[str, str]:
    """Origin, and path with query; empty where the address is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return f"{parts.scheme}://{parts.netloc.lower()}", f"{parts.path}?{parts.query}" if parts.query else parts.path
