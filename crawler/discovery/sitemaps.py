"""Sitemaps: indexes, URL sets, news sitemaps, plain text; gzip or not. Read as a stream, so that size costs time only.

A news sitemap is used as news: its title and publication date become the hint.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache

from lxml import etree

from crawler.discovery import feeds
from crawler.discovery.base import Candidate, Discovered, UnusableListing, newest_first
from crawler.discovery.dates import iso, moment
from crawler.discovery.repair import what_it_is
from crawler.discovery.text import plain
from pipelines.items import Hint
from pipelines.urls import fetchable

MAX_BYTES = 64_000_000
"""Most bytes after decompression; the protocol allows 50 MB."""
MAX_URLS = 100_000
"""Most addresses taken of one file; the protocol allows 50,000."""

MAX_PIECES = 1_000
"""Gzip files in one body: a million empty ones take 20 s to unpack to nothing."""

_GZIP = b"\x1f\x8b\x08"
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]")
_URL_LINE = re.compile(rb"\s*https?://")


def discover(url: str, body: bytes, headers: Mapping[str, str], *, since: datetime | None = None) -> Discovered:
    """Pages of a sitemap, or the children of an index, newest first; both without what did not change after ``since``.

    ``headers`` matter only where the sitemap turns out to be a feed, as the protocol allows. Raises UnusableListing.
    """
    stream = _Bounded(url, body)
    head = stream.peek()
    if _URL_LINE.match(head.removeprefix(b"\xef\xbb\xbf")):
        return Discovered(newest_first(_text_lines(stream), since))
    if _FEED.search(head):
        return feeds.discover(url, stream.read(), headers, since=since)
    candidates: list[Candidate] = []
    children: dict[str, str | None] = {}
    for kind, entry in _entries(url, stream):
        address = fetchable(_text(entry, "loc"), url)
        if address and kind == "sitemap":
            children[address] = iso(_text(entry, "lastmod"))
        elif address:
            candidates.append(Candidate(address, _hint(entry)))
        if len(candidates) + len(children) >= MAX_URLS:
            break
    return Discovered(
        newest_first(candidates, since),
        _newest_children(children, since),
        {child: changed for child, changed in children.items() if changed},
    )


def _newest_children(children: Mapping[str, str | None], since: datetime | None) -> tuple[str, ...]:
    """Children by date of change; the undated after them, the last listed first, since indexes grow at the end."""
    dated = [(when, child) for child, changed in children.items() if (when := moment(changed))]
    kept = sorted(((when, child) for when, child in dated if not (since and when < since)), key=lambda pair: pair[0])
    undated = [child for child, changed in children.items() if not changed]
    return tuple(child for _, child in reversed(kept)) + tuple(reversed(undated))


_Fields = dict[str, etree._Element]


def _entries(url: str, stream: _Bounded) -> Iterator[tuple[str, _Fields]]:
    """``url`` or ``sitemap`` and its children by name, as each is complete; freed when the next is asked for."""
    known = False
    try:
        parsed = etree.iterparse(
            stream,
            events=("end",),
            recover=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        for _, element in parsed:
            kind = _name(str(element.tag))
            if kind in ("url", "sitemap"):
                known = True
                yield kind, _fields(element)
                _free(element)
        known = known or (parsed.root is not None and _name(str(parsed.root.tag)) in ("urlset", "sitemapindex"))
    except etree.XMLSyntaxError:
        pass
    if not known:
        raise UnusableListing(f"{url}: {what_it_is(stream.peek())}, not a sitemap")


def _free(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None:
        parent.remove(before)


def _fields(element: etree._Element) -> _Fields:
    """Children by name, whatever their namespace: sites get namespaces wrong."""
    return {_name(str(child.tag)): child for child in element}


@lru_cache(maxsize=256)
def _name(tag: str) -> str:
    """The tag without namespace, and without the prefix that stays where the namespace was never declared."""
    return re.split("[}:]", tag)[-1]


def _text(entry: _Fields, name: str) -> str:
    found = entry.get(name)
    if found is None:
        return ""
    return ("".join(map(str, found.itertext())) if len(found) else found.text or "").strip()


def _hint(entry: _Fields) -> Hint:
    changed = iso(_text(entry, "lastmod"))
    if "news" not in entry:
        return Hint(route="sitemap", modified_at=changed)
    news = _fields(entry["news"])
    keywords = plain(_text(news, "keywords"), 1000)
    return Hint(
        route="news_sitemap",
        title=plain(_text(news, "title"), 500),
        published_at=iso(_text(news, "publication_date")),
        modified_at=changed,
        tags=tuple(dict.fromkeys(filter(None, (word.strip() for word in (keywords or "").split(","))))),
    )


def _text_lines(stream: _Bounded) -> Iterator[Candidate]:
    for line in stream.read().decode("utf-8-sig", "replace").splitlines()[:MAX_URLS]:
        if address := fetchable(line):
            yield Candidate(address, Hint(route="sitemap"))


class _Bounded(io.RawIOBase):
    """The body, decompressed as it is read, up to ``MAX_BYTES``."""

    def __init__(self, url: str, body: bytes) -> None:
        self._url = url
        self._file: io.BufferedIOBase = io.BytesIO(body)
        if body.startswith(_GZIP[:2]):
            if body.count(_GZIP) > MAX_PIECES:
                raise UnusableListing(f"{url}: more than {MAX_PIECES:,} compressed pieces are not unpacked")
            self._file = gzip.GzipFile(fileobj=self._file)
        self._left = MAX_BYTES
        self._head = self._take(4096)
        self._unread = self._head

    def peek(self) -> bytes:
        return self._head.lstrip()

    def read(self, size: int = -1) -> bytes:
        head, self._unread = self._unread, b""
        if size is None or size < 0:
            return head + self._take(self._left + 1)
        return head or self._take(size)

    def _take(self, size: int) -> bytes:
        try:
            data = self._file.read(size)
        except (OSError, EOFError, zlib.error):
            raise UnusableListing(f"{self._url}: its compression is broken") from None
        self._left -= len(data)
        if self._left < 0:
            raise UnusableListing(f"{self._url}: a sitemap of more than {MAX_BYTES // 1_000_000} MB is not read")
        return data
