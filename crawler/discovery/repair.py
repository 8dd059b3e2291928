"""XML that is well-formed, whatever the server sent: feeds break in few ways, and one parser need not know them.

feedparser's own fallback takes minutes on hostile input; libxml2's recovery is linear and bounded in depth.
"""

from __future__ import annotations

import re
from html.entities import html5
from xml.parsers import expat

from lxml import etree

from crawler.discovery.base import UnusableListing
from crawler.discovery.decoding import decoded

MAX_ELEMENTS = 60_000

_ENTITY_DECLARATION = re.compile(rb"<!ENTITY[^>]{0,1000}>?", re.IGNORECASE)
_NAMED_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31};)")
_XML_ENTITIES = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_BARE_AMPERSAND = re.compile(r"&(?!#?[A-Za-z0-9]{1,32};)")
_ROOT = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]")
_DECLARATION = re.compile(r"<\?xml[^>]{0,200}\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]{0,500}(?:\[[^\]]{0,20000}\]\s*)?>", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOTHING_OVER_SOMETHING = re.compile(rb"<dc:description\s*(?:/>|>\s*</dc:description>)")
"""CoinDesk's feed: an empty Dublin Core description, for which feedparser forgets the real one."""


def well_formed(url: str, body: bytes, content_type: str | None = None) -> bytes:
    """The XML document as UTF-8 that a strict parser accepts; UnusableListing where there is no XML in it."""
    _refuse_entity_bomb(url, body)
    body = _NOTHING_OVER_SOMETHING.sub(b"", body)
    if _is_utf8(body) and _is_strict(url, body):
        return body
    text = _cleaned(decoded(body, content_type))
    parser = etree.XMLParser(
        recover=True, resolve_entities="internal", no_network=True, load_dtd=False, huge_tree=False, encoding="utf-8"
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        root = None
    repaired = b"" if root is None else etree.tostring(root, encoding="utf-8", xml_declaration=True)
    if not _is_strict(url, repaired):
        raise UnusableListing(f"{url}: {what_it_is(body)}, not XML")
    return repaired


def _cleaned(text: str) -> str:
    """Text without what breaks feeds: marks XML forbids, HTML's entities, bare ampersands, warnings before the root."""
    text = _DOCTYPE.sub("", _DECLARATION.sub("", _FORBIDDEN.sub("", text), count=1), count=1)
    root = _ROOT.search(text)
    text = text[root.start() if root else max(text.find("<"), 0) :]
    return _BARE_AMPERSAND.sub("&amp;", _NAMED_ENTITY.sub(_as_number, text))


def what_it_is(body: bytes) -> str:
    """What a body seems to be instead of what was asked for, in words for an error message."""
    if not body.strip():
        return "empty"
    is_html = re.search(rb"<(?:!doctype\s+html|html|head|body)\b", body[:2000], re.IGNORECASE)
    return "a web page" if is_html else "something else"


def _refuse_entity_bomb(url: str, body: bytes) -> None:
    entities = _ENTITY_DECLARATION.findall(body[:200_000].replace(b"\0", b""))
    if len(entities) > 500 or any(len(each) > 300 for each in entities):
        raise UnusableListing(f"{url}: declares entities as no honest feed does; it was not read")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_strict(url: str, body: bytes) -> bool:
    """Whether a strict parser takes it. Refuses what has more elements than any feed: each costs feedparser 50 µs."""
    elements = 0

    def count(name: str, attributes: dict[str, str]) -> None:
        nonlocal elements
        elements += 1
        if elements > MAX_ELEMENTS:
            raise UnusableListing(f"{url}: more than {MAX_ELEMENTS:,} elements; it was not read")

    parser = expat.ParserCreate()
    parser.StartElementHandler = count
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):
        return False
    return True


def _as_number(match: re.Match[str]) -> str:
    name = match[1]
    return (
        match[0] if name in _XML_ENTITIES or name not in html5 else "".join(f"&#{ord(each)};" for each in html5[name])
    )
