"""How the addresses of an article's parts are numbered, and whether a page may have a next one. Pure, and cheap.

A part has the address of the first with the next number behind it; a link that merely says "next" leads, on most
sites, to another article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pipelines.items import RawPage
from pipelines.urls import canonicalise

MAX_PAGES = 50

_PARAMETER = "(?:page|seite|pagina|pg|p)"
_NUMBERED = re.compile(
    rf"(?P<stem>.*?[^/?&=])(?:(?P<query>[?&]{_PARAMETER}=)(?P<a>\d{{1,2}})|/(?P<b>\d{{1,2}})/?"
    r"|[_-](?:page-?|p|seite-?)?(?P<c>\d{1,2})(?=\.html?$)(?P<end>\.html?)|/page/(?P<d>\d{1,2})/?)$",
    re.IGNORECASE,
)
PAGER_CLASSES = (
    *("post-page-numbers", "page-links", "page-numbers", "pagination", "pager", "paging", "page-nav", "multipage"),
)
"""What the class names of the list of an article's parts have in them."""
_MARKS = (
    *(b'rel="next', b"rel='next", b"rel=next", b' next"', b" next'", b'"next"'),
    *(each.encode() for each in PAGER_CLASSES),
)
_RELATIVE = rb"""href\s*=\s*["']?(?i:(?:\./)?(?:page/)?|\?(?:[^"'\s<>]{0,40}[&;])?""" + _PARAMETER.encode() + rb"=)"
_ENDING = re.compile(r"\.(?:html?|php|aspx?)$")


def part_of(url: str) -> tuple[str, int]:
    """The address of the first part, and which part this is."""
    address = canonicalise(url) or url
    found = _NUMBERED.match(address)
    if not found:
        return address, 1
    number = int(found["a"] or found["b"] or found["c"] or found["d"])
    stem = found["stem"] + (found["end"] or "")
    return (stem, number) if 2 <= number <= MAX_PAGES and names_article(stem) else (address, 1)


def names_article(address: str) -> bool:
    """Whether an address names one article: a number behind a section's name counts listings, not parts."""
    last = _last(address)
    return address.count("/") > 2 and ("-" in last or "_" in last or len(last) > 14 or last.isdigit() or "." in last)


def may_go_on(page: RawPage) -> bool:
    """Whether a page may link to a next part: true for any that does, and seldom for another.

    Runs on a crawl's event loop, for every page. So it is searched for what begins with a literal, which is fast, and
    as it stands: to write a page in lower case takes as long.
    """
    stem, number = part_of(page.url)
    if number >= MAX_PAGES or not names_article(stem):
        return False
    body, name = page.body, _last(stem)
    if b"HREF" in body:
        body, name = body.lower(), name.lower()
    if not _links_to(body, name, number + 1):
        return False
    lowered = body.lower()
    return any(mark in lowered for mark in _MARKS)


def _links_to(body: bytes, name: str, number: int) -> bool:
    """Whether a link leads to what may be the part of this number, by an absolute or a relative address."""
    slug = _ENDING.sub("", name)
    if not slug.isascii() or "%" in slug:
        return True
    absolute, relative = _numbered(number)
    return bool(relative.search(body)) or any(absolute.match(body, end) for end in _ends(body, slug.encode()))


@lru_cache(maxsize=MAX_PAGES)
def _numbered(number: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """The rest of an address with this number, behind the article's word, and a relative address from ``href`` on."""
    last = rb"(?<!\d)%d(?!\d)" % number
    return re.compile(rb"""[^"'\s<>]{0,40}""" + last), re.compile(_RELATIVE + last)


def _ends(body: bytes, word: bytes) -> Iterator[int]:
    """Behind each occurrence of the word."""
    start = body.find(word)
    while start >= 0:
        yield start + len(word)
        start = body.find(word, start + len(word))


def _last(address: str) -> str:
    """The last word of the path."""
    return address.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
