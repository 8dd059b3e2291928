"""Feeds: RSS 0.9x, 1.0, 2.0 and Atom by feedparser, JSON Feed by the standard library.

What WordPress serves beyond the first ten posts lies at ``?paged=2``, ``3``, …; ``deep`` asks for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import feedparser

from crawler.discovery.base import Candidate, Discovered, UnusableListing, newest_date, newest_first
from crawler.discovery.dates import iso
from crawler.discovery.repair import well_formed, what_it_is
from crawler.discovery.text import names, plain, summary
from pipelines.items import Hint
from pipelines.urls import fetchable, host

MAX_BYTES = 5_000_000
MAX_ENTRIES = 1_000
FULL_TEXT = 1_000
"""A description of so many characters of HTML is the article itself, not an excerpt."""

_WORDPRESS_FEED = re.compile(r"/feed(?:/(?:rss2?|atom|rdf))?/?$")


def discover(
    url: str, body: bytes, headers: Mapping[str, str], *, deep: bool = False, since: datetime | None = None
) -> Discovered:
    """Candidates of one page of a feed; with ``deep`` also its next page, unless this one reaches back to ``since``.

    A server that ignores the page number answers the same for ever: stop when a page brings nothing new.
    Raises UnusableListing for what is no feed.
    """
    if len(body) > MAX_BYTES:
        raise UnusableListing(f"{url}: a feed of more than {MAX_BYTES // 1_000_000} MB is not read")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        candidates, following = _json_feed(url, body)
    else:
        candidates, following = _xml_feed(url, body, headers)
    kept = newest_first(candidates, since)
    goes_on = deep and following and kept and not _reaches(candidates, since)
    return Discovered(kept, (following,) if goes_on and following else ())


def _reaches(candidates: list[Candidate], since: datetime | None) -> bool:
    """Whether the page already holds something older than ``since``, so that further pages hold nothing else."""
    dates = [when for each in candidates if (when := newest_date(each.hint))]
    return since is not None and bool(dates) and min(dates) < since


def _xml_feed(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[list[Candidate], str | None]:
    content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), None)
    document = well_formed(url, body, content_type)
    try:
        parsed = feedparser.parse(
            BytesIO(document),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # elements at places where it does not expect them
        raise UnusableListing(f"{url}: a feed that cannot be read ({type(error).__name__})") from error
    if not parsed.version and not parsed.entries:
        raise UnusableListing(f"{url}: {what_it_is(body)}, not a feed")
    site = plain(parsed.feed.get("title"), 200)
    found = (_candidate(url, entry, site) for entry in parsed.entries[:MAX_ENTRIES])
    return [each for each in found if each], _next_page(url, parsed)


def _candidate(feed_url: str, entry: Any, site: str | None) -> Candidate | None:
    address = next((found for each in _addresses(entry) if (found := fetchable(each, feed_url))), None)
    if address is None:
        return None
    description = dict.get(entry, "summary")
    content = _full_text(entry, description)
    published = iso(dict.get(entry, "published")) or iso(dict.get(entry, "created"))
    updated = iso(dict.get(entry, "updated"))
    hint = Hint(
        route="feed",
        title=plain(entry.get("title"), 500),
        authors=tuple(dict.fromkeys(_authors(entry, site))),
        published_at=published or updated,
        modified_at=updated if published else None,
        tags=tuple(dict.fromkeys(filter(None, (plain(tag.get("term"), 100) for tag in _each(entry, "tags"))))),
        summary=None if content == description else summary(description),
        content_html=content,
    )
    return Candidate(address, hint)


def _full_text(entry: Any, description: str | None) -> str | None:
    """The article's HTML where the feed has it: content that is more than the description, or a long description."""
    content: str = max((each.get("value") or "" for each in _each(entry, "content")), key=len, default="")
    if len(plain(content) or "") > len(summary(description) or ""):
        return content
    return description if description and "<" in description and len(description) >= FULL_TEXT else None


def _addresses(entry: Any) -> Iterator[str]:
    """Where the article may be, best first: FeedBurner keeps the true link apart; Atom may have only an id."""
    yield from filter(None, (entry.get("feedburner_origlink"), entry.get("link")))
    for link in _each(entry, "links"):
        if link.get("rel") == "alternate" and link.get("href"):
            yield link["href"]
    if str(entry.get("id", "")).startswith(("http://", "https://")):
        yield entry["id"]


def _authors(entry: Any, site: str | None) -> Iterator[str]:
    for author in _each(entry, "authors"):
        yield from names(author.get("name"), site)


def _each(element: Any, name: str) -> list[Any]:
    """The items of a list of feedparser's; none where an element of that very name stands in the feed."""
    found = element.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _next_page(url: str, parsed: Any) -> str | None:
    """What the feed says is next, or what WordPress would call it."""
    for link in _each(parsed.feed, "links"):
        if link.get("rel") == "next" and (found := fetchable(link.get("href") or "", url)) and host(found) == host(url):
            return found
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    generator = str(parsed.feed.get("generator", "")).lower()
    if "wordpress" not in generator and "feed" not in query and not _WORDPRESS_FEED.search(parts.path):
        return None
    page = query.get("paged", "1")
    following = str(int(page) + 1) if page.isdecimal() and len(page) < 5 else "2"
    return parts._replace(query=urlencode(query | {"paged": following})).geturl()


def _json_feed(url: str, body: bytes) -> tuple[list[Candidate], str | None]:
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError):
        raise UnusableListing(f"{url}: not JSON") from None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise UnusableListing(f"{url}: JSON, but no JSON Feed")
    items = (item for item in feed["items"][:MAX_ENTRIES] if isinstance(item, dict))
    found = [_json_candidate(url, item) for item in items]
    following = feed.get("next_url")
    return [each for each in found if each], fetchable(following, url) if isinstance(following, str) else None


def _json_candidate(feed_url: str, item: Mapping[str, Any]) -> Candidate | None:
    def text(name: str) -> str | None:
        value = item.get(name)
        return value if isinstance(value, str) else None

    address = fetchable(text("url") or text("external_url") or text("id") or "", feed_url)
    if address is None:
        return None
    authors = item.get("authors") or [item.get("author")]
    tags = item.get("tags")
    hint = Hint(
        route="feed",
        title=plain(text("title"), 500),
        authors=tuple(
            name
            for author in (authors if isinstance(authors, list) else ())
            if isinstance(author, dict) and isinstance(author.get("name"), str)
            for name in names(author["name"])
        ),
        published_at=iso(text("date_published")),
        modified_at=iso(text("date_modified")),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        summary=summary(text("summary")),
        content_html=text("content_html"),
    )
    return Candidate(address, hint)
