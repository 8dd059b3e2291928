"""WordPress REST: ``/wp-json/wp/v2/posts``, a hundred posts a request, with the date of the last change.

Full text, authors, categories and tags come along, so that what extraction finds can be checked against them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.discovery.base import Candidate, Discovered, UnusableListing, newest_first
from crawler.discovery.dates import iso
from crawler.discovery.repair import what_it_is
from crawler.discovery.text import plain, summary
from pipelines.items import Hint
from pipelines.urls import fetchable

PER_PAGE = 100
"""Most posts WordPress gives in one answer."""
MAX_BYTES = 30_000_000
CLOSED = {401: "wants a login", 403: "forbids it", 404: "has none", 410: "has none"}
"""Answers by which a site says that its posts are not for us this way."""

_ANSWER = re.compile(rb'\[\s*(?:\{\s*"|\])|\{\s*"code"')
_FIELDS = "id,date_gmt,modified_gmt,status,link,title,excerpt,content,_links,_embedded"


def posts_url(base: str, *, page: int = 1, since: datetime | None = None, per_page: int = PER_PAGE) -> str:
    """The request for one page of posts, newest first. ``base``: ``https://site/wp-json`` or ``…/?rest_route=/``."""
    query = {"per_page": str(per_page), "page": str(page), "_embed": "author,wp:term", "_fields": _FIELDS}
    if since:
        query["modified_after"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    joint = "&" if "?" in base else "?"
    return f"{base.rstrip('/')}/wp/v2/posts{joint}{urlencode(query)}"


def discover(
    url: str, body: bytes, headers: Mapping[str, str], *, status: int = 200, since: datetime | None = None
) -> Discovered:
    """Published, open posts of one answer, and the next page's address where there is one.

    A site that has switched REST off or closed it gives nothing, with the reason. Raises UnusableListing otherwise.
    """
    if status in CLOSED:
        return Discovered(reason=f"the site's REST API {CLOSED[status]} ({status})")
    posts = _posts(url, body)
    if isinstance(posts, Mapping):
        return _declined(url, posts)
    found = [_candidate(post, url) for post in posts if isinstance(post, Mapping)]
    kept = newest_first((each for each in found if each), since)
    following = _next_page(url, headers, len(posts))
    return Discovered(kept, (following,) if following and (kept or not since) else ())


def _posts(url: str, body: bytes) -> list[Any] | Mapping[str, Any]:
    """The answer's JSON; what PHP printed before it (warnings, a byte order mark) is skipped."""
    if len(body) > MAX_BYTES:
        raise UnusableListing(
            f"{url.partition('?')[0]}: an answer of more than {MAX_BYTES // 1_000_000} MB is not read"
        )
    answer = _json(body)
    if answer is None:
        start = _ANSWER.search(body)
        answer = _json(body[start.start() :]) if start else None
    if answer is None:
        raise UnusableListing(f"{url.partition('?')[0]}: {what_it_is(body)}, not posts in JSON")
    if not isinstance(answer, list | dict):
        raise UnusableListing(f"{url.partition('?')[0]}: JSON, but no list of posts")
    return answer


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _declined(url: str, answer: Mapping[str, Any]) -> Discovered:
    """An error object: past the last page there is simply nothing; anything else is the reason."""
    code = answer.get("code")
    if not isinstance(code, str):
        raise UnusableListing(f"{url.partition('?')[0]}: JSON, but no list of posts")
    if code == "rest_post_invalid_page_number":
        return Discovered()
    return Discovered(reason=f"the site's REST API answers {plain(code, 80)}")


def _next_page(url: str, headers: Mapping[str, str], count: int) -> str | None:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    page = _whole(query.get("page")) or 1
    named = {name.lower(): value for name, value in headers.items()}
    total = _whole(named.get("x-wp-totalpages"))
    per_page = _whole(query.get("per_page")) or 10
    if count == 0 or (page >= total if total else count < per_page):
        return None
    return parts._replace(query=urlencode(query | {"page": str(page + 1)})).geturl()


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 8 else 0


def _candidate(post: Mapping[str, Any], base: str) -> Candidate | None:
    """None for what is not public: drafts, and posts behind a password."""
    link, content = post.get("link"), post.get("content")
    address = fetchable(link, base) if isinstance(link, str) else None
    protected = isinstance(content, Mapping) and content.get("protected") is True
    if address is None or protected or post.get("status", "publish") != "publish":
        return None
    categories = tuple(_terms(post, "category"))
    hint = Hint(
        route="wordpress",
        title=plain(_rendered(post, "title"), 500),
        authors=tuple(dict.fromkeys(_embedded_names(post, "author"))),
        published_at=iso(_text(post, "date_gmt")),
        modified_at=iso(_text(post, "modified_gmt")),
        section=categories[0] if categories else None,
        tags=tuple(dict.fromkeys((*categories[1:], *_terms(post, "post_tag")))),
        summary=summary(_rendered(post, "excerpt")),
        content_html=_rendered(post, "content"),
    )
    return Candidate(address, hint)


def _text(post: Mapping[str, Any], name: str) -> str | None:
    value = post.get(name)
    return value if isinstance(value, str) else None


def _rendered(post: Mapping[str, Any], name: str) -> str | None:
    value = post.get(name)
    return _text(value, "rendered") or None if isinstance(value, Mapping) else None


def _embedded(post: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """Embedded objects of a relation; lists of lists are flattened, errors and nonsense left out."""
    embedded = post.get("_embedded")
    groups = embedded.get(name) if isinstance(embedded, Mapping) else None
    for group in groups if isinstance(groups, list) else ():
        for each in group if isinstance(group, list) else (group,):
            if isinstance(each, Mapping):
                yield each


def _embedded_names(post: Mapping[str, Any], relation: str) -> Iterator[str]:
    yield from filter(None, (plain(_text(each, "name"), 100) for each in _embedded(post, relation)))


def _terms(post: Mapping[str, Any], taxonomy: str) -> Iterator[str]:
    for term in _embedded(post, "wp:term"):
        name = plain(_text(term, "name"), 100)
        if name and term.get("taxonomy") == taxonomy and term.get("slug") != "uncategorized":
            yield name
