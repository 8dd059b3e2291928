"""Articles over several pages: where the next page is, and how the parts become one article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from lxml.html import HtmlElement

from pipelines.errors import BadInput
from pipelines.extraction.document import parse_document
from pipelines.extraction.separate import Parts
from pipelines.extraction.structured import PageData
from pipelines.extraction.visible import text_of
from pipelines.items import RawPage
from pipelines.urls import canonicalise

MAX_PAGES = 50

_WORTH_READING = re.compile(
    rb"""rel=["']?[^"'>]{0,20}next|post-page-numbers|page-links|pagination|[?&]page=|/2/?["']""", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"(?P<stem>.*?[^/?&=])(?:(?P<query>[?&](?:page|seite|pagina|pg|p)=)(?P<a>\d{1,2})|/(?P<b>\d{1,2})/?|[_-](?:page-?|p|seite-?)?(?P<c>\d{1,2})(?=\.html?$)"
    r"(?P<end>\.html?)|/page/(?P<d>\d{1,2})/?)$",
    re.IGNORECASE,
)
_PAGER = re.compile(
    r"post-page-numbers|page-links|page-numbers|pagination|pager|paging|page-nav|multipage", re.IGNORECASE
)
_LISTING = re.compile(r"/(?:category|tags?|author|topics?|search|archives?)/", re.IGNORECASE)


def next_page(page: RawPage) -> str | None:
    """The address of the next part of the article on ``page``, or None where this is the last or the only one.

    A part has the address of the first with the next number behind it; a link that merely says "next" leads, on most
    sites, to another article.
    """
    if not _WORTH_READING.search(page.body):
        return None
    try:
        document = parse_document(page)
    except BadInput:
        return None
    stem, number = _stem_and_number(page.url)
    if document.data is None or number >= MAX_PAGES or _LISTING.search(page.url) or not _slug(stem):
        return None
    for href in _candidates(document.data):
        address = canonicalise(href, page.url)
        if address and _stem_and_number(address) == (stem, number + 1):
            return address
    return None


def join(parts: Sequence[Parts]) -> Parts:
    """The parts of an article as one: bodies one after another, positions counted through."""
    first, *others = parts
    body, headings, links, removed = [*first.body], [*first.headings], [*first.links], [*first.removed]
    for part in others:
        offset = len(body)
        body.extend(part.body)
        headings.extend(replace(heading, position=heading.position + offset) for heading in part.headings)
        known = {link.url for link in links}
        links.extend(replace(link, position=link.position + offset) for link in part.links if link.url not in known)
        removed.extend(block for block in part.removed if block not in removed)
    return Parts(tuple(body), tuple(headings), tuple(links), tuple(removed))


def _candidates(data: PageData) -> Iterator[str]:
    yield from data.links("next")
    yield from (element.get("href") or "" for element in data.rel("next"))
    for link in data.root.iter("a"):
        href = link.get("href")
        if href and _in_pager(link):
            yield href


def _in_pager(link: HtmlElement) -> bool:
    around = (link, *islice(link.iterancestors(), 3))
    return any(_PAGER.search(each.get("class") or "") for each in around) and len(text_of(link, 40)) < 30


def _stem_and_number(url: str) -> tuple[str, int]:
    """The address of the first part, and which part this is."""
    address = canonicalise(url) or url
    found = _NUMBERED.match(address)
    if not found:
        return address, 1
    number = int(found["a"] or found["b"] or found["c"] or found["d"])
    stem = found["stem"] + (found["end"] or "")
    return (stem, number) if 2 <= number <= MAX_PAGES and _slug(stem) else (address, 1)


def _slug(address: str) -> bool:
    """Whether an address names one article: a number behind a section's name counts listings, not parts."""
    last = address.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    return address.count("/") > 2 and ("-" in last or "_" in last or len(last) > 14 or last.isdigit() or "." in last)
