"""Where a listing goes on: what it marks as next, or the page whose number is one higher."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from lxml import html as lxml_html

from pipelines.urls import canonicalise, fetchable, host

_IN_PATH = re.compile(r"/(?:page|pagina|seite|p)[/-]?(\d{1,5})/?$|/page(\d{1,5})\.html?$", re.IGNORECASE)
_IN_QUERY = ("page", "paged", "pg", "p", "_page", "currentPage")
_MARKED = (
    "//link[@rel='next']/@href | //a[contains(concat(' ', normalize-space(@rel), ' '), ' next ')]/@href"
    " | //a[contains(concat(' ', normalize-space(@class), ' '), ' next ')]/@href"
)
MAX_PAGE = 10_000


def next_page(tree: lxml_html.HtmlElement, url: str) -> str | None:
    """The next page of the listing at ``url``, on the same host; None on the last one."""
    here = page_number(url)
    for address in _same_host(tree.xpath(_MARKED), url):
        unnumbered = page_number(address) == here == 1 and canonicalise(address) != canonicalise(url)
        if page_number(address) > here or unnumbered:
            return address
    following = here + 1
    stem = _stem(url)
    for address in _same_host(tree.xpath("//a/@href")[:5000], url):
        if page_number(address) == following <= MAX_PAGE and _stem(address) == stem:
            return address
    return None


def page_number(url: str) -> int:
    """The number of a listing's page by its address; 1 where there is none."""
    parts = urlsplit(url)
    if match := _IN_PATH.search(parts.path):
        return int(match[1] or match[2])
    query = dict(parse_qsl(parts.query))
    number = next((query[name] for name in _IN_QUERY if name in query), "1")
    return int(number) if number.isdecimal() and len(number) < 6 else 1


def _stem(url: str) -> str:
    """The listing's address without its page number."""
    parts = urlsplit(url)
    query = "&".join(sorted(pair for pair in parts.query.split("&") if pair.partition("=")[0] not in _IN_QUERY))
    return f"{host(url)}{_IN_PATH.sub('', parts.path).rstrip('/')}?{query}"


def _same_host(addresses: list[str], url: str) -> Iterator[str]:
    for each in addresses:
        if (found := fetchable(each, url)) and host(found) == host(url):
            yield found
