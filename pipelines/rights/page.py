"""What a page itself says: robots, TDM reservation, licence, paywall. Pure.

The elements that speak of rights are few: once through the parsed page, which the extraction shares, finds all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import urljoin

from lxml import html

from pipelines.extraction.document import Document
from pipelines.extraction.jsonld import Node, article_rank, first
from pipelines.rights.headers import TDM, clean
from pipelines.rights.values import MOST, Notice

_ROBOTS_META = frozenset({"robots", "googlebot", "googlebot-news", "bingbot", "ai", "gptbot", "ccbot"})
_LICENCE_META = frozenset({"dc.rights.license", "dcterms.license", "dc.license", "license", "copyright-license"})
_FIGURE = frozenset({"figure", "figcaption", "picture"})


def page_notices(document: Document) -> tuple[Notice, ...]:
    """What the page says of its own use; nothing for one that is no HTML."""
    if document.root is None or document.data is None:
        return ()
    found: dict[Notice, None] = {}
    for element in document.root.iter("meta", "link", "a"):
        if notice := _meta(element) if element.tag == "meta" else _link(element, document.url):
            found[notice] = None
    found |= dict.fromkeys(_linked_data(document.data.json_ld))
    return tuple(found)[:MOST]


def _meta(meta: html.HtmlElement) -> Notice | None:
    name = (meta.get("name") or meta.get("http-equiv") or "").strip().lower()
    if name in _LICENCE_META:
        name, content = "license", clean(meta.get("content") or "")
    elif name in _ROBOTS_META or name in TDM:
        content = clean(meta.get("content") or "")
    else:
        return None
    return Notice("meta", name, content) if content else None


def _link(link: html.HtmlElement, base: str) -> Notice | None:
    """``rel=license``, but not that of a picture."""
    if "license" not in (link.get("rel") or "").lower().split() or _in_figure(link):
        return None
    address = _absolute(base, link.get("href") or "")
    return Notice("link", "license", address) if address else None


def _in_figure(element: html.HtmlElement) -> bool:
    return any(each.tag in _FIGURE for each in islice(element.iterancestors(), 30))


def _linked_data(nodes: tuple[Node, ...]) -> Iterator[Notice]:
    """Of the nodes that describe the article: the licence, and whether it is free to read."""
    for node in nodes:
        if not article_rank(node):
            continue
        if licence := first(node.get("license")):
            yield Notice("json_ld", "license", clean(licence))
        if "isAccessibleForFree" in node:
            yield Notice("json_ld", "isAccessibleForFree", clean(str(node["isAccessibleForFree"])).lower())


def _absolute(base: str, href: str) -> str:
    try:
        return clean(urljoin(base, href.strip()))
    except ValueError:
        return clean(href)
