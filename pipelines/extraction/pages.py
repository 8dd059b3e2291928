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
from pipelines.paging import PAGER_CLASSES, may_go_on, part_of
from pipelines.urls import canonicalise

_PAGER = re.compile("|".join(PAGER_CLASSES), re.IGNORECASE)
_LISTING = re.compile(r"/(?:category|tags?|author|topics?|search|archives?)/", re.IGNORECASE)


def next_page(page: RawPage) -> str | None:
    """The address of the next part of the article on ``page``, or None where this is the last or the only one."""
    if not may_go_on(page):
        return None
    try:
        document = parse_document(page)
    except BadInput:
        return None
    if document.data is None or _LISTING.search(page.url):
        return None
    stem, number = part_of(page.url)
    for href in _candidates(document.data):
        address = canonicalise(href, page.url)
        if address and part_of(address) == (stem, number + 1):
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
