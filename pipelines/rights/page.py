"""What a page itself says: robots, TDM reservation, licence, paywall. Pure.

Run it where the extraction runs, in a process that may be killed. The elements that speak of rights are few: once
through the tree finds all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import urljoin

from lxml import etree, html

from pipelines.extraction.document import decode
from pipelines.extraction.jsonld import article_rank, first, parse_nodes
from pipelines.items import RawPage
from pipelines.rights.headers import TDM, clean
from pipelines.rights.values import MOST, Notice

MAX_BYTES = 5_000_000
"""Larger pages are not extracted either."""

MAX_ELEMENTS = 20_000
"""Of the kinds that are looked at; later ones are not."""

_ROBOTS_META = frozenset({"robots", "googlebot", "googlebot-news", "bingbot", "ai", "gptbot", "ccbot"})
_LICENCE_META = frozenset({"dc.rights.license", "dcterms.license", "dc.license", "license", "copyright-license"})
_FIGURE = frozenset({"figure", "figcaption", "picture"})


def page_notices(page: RawPage) -> tuple[Notice, ...]:
    """What the page says of its own use; nothing for one that is no HTML or too large."""
    if len(page.body) > MAX_BYTES or b"<" not in page.body[:10_000]:
        return ()
    root = _parsed(decode(page.body, page.content_type))
    if root is None:
        return ()
    scripts: list[str] = []
    found: dict[Notice, None] = {}
    for element in islice(root.iter("meta", "link", "a", "script"), MAX_ELEMENTS):
        if element.tag == "script":
            scripts.append(_script(element))
        elif notice := _meta(element) if element.tag == "meta" else _link(element, page.url):
            found[notice] = None
    found |= dict.fromkeys(_linked_data(scripts))
    return tuple(found)[:MOST]


def _parsed(text: str) -> html.HtmlElement | None:
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        return html.document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


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


def _script(script: html.HtmlElement) -> str:
    """The text of a JSON-LD script that says something of rights."""
    text = (script.text or "") if "ld+json" in (script.get("type") or "").lower() else ""
    return text if '"license"' in text or "isAccessibleForFree" in text else ""


def _linked_data(scripts: list[str]) -> Iterator[Notice]:
    """Of the nodes that describe the article: the licence, and whether it is free to read."""
    for node in parse_nodes(script for script in scripts[:50] if script):
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
