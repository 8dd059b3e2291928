"""One parse a page, shared by all that reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from lxml import etree, html
from resiliparse.parse.encoding import detect_encoding
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding

from pipelines.errors import BadInput
from pipelines.extraction.structured import PageData
from pipelines.items import RawPage

MAX_BYTES = 5_000_000
MAX_ELEMENTS = 20_000

AFTERMATH = 500
"""Characters after the end of the body; what follows it is mostly less: a comment, a script of the cache."""
_END = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)

_MARKUP = re.compile(
    r"<(?:!doctype|html|head|body|div|p|article|section|table|h[1-6]|span|br|a|ul|meta)\b", re.IGNORECASE
)
_TOP = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CHARSET = re.compile(
    r"(?:utf|iso-?8859|windows|cp|koi8|gb|big5|euc|shift|s-?jis|x-|ks_c|mac|latin|us-ascii|ascii|tis)[\w:-]*"
)
"""Names of charsets that pages are written in. Python knows others by which no page is (base64, idna, utf-7 …)."""
_BYTE_OF = {
    ord(bytes([byte]).decode("cp1252")): byte for byte in range(0x80, 0xA0) if byte not in b"\x81\x8d\x8f\x90\x9d"
}
_TWICE = re.compile(rb"\xc3[\x82-\xb4](?:\xc2[\x80-\xbf]|[\xc5\xc6\xcb\xe2])")
"""A letter of UTF-8 that was encoded twice: its first byte and its second, each as a letter of Windows-1252."""
MIN_TWICE = 5
"""Such pairs on a page; fewer may be quoted by one that writes about them."""
_NEVER = frozenset({"utf-7", "utf_7", "cp65000"})
_ELEMENTS = etree.ElementDefaultClassLookup(element=html.HtmlElement)
"""One class for all elements: that of lxml.html, which has others for form fields, asks Python for every element."""


@dataclass(frozen=True)
class Document:
    """A page parsed once: a tree for HTML, or only ``text`` for a plain text dump (then ``root`` is None)."""

    url: str
    root: html.HtmlElement | None
    text: str
    elements: tuple[html.HtmlElement, ...] = field(default=(), repr=False)
    """All elements in document order. Kept because lxml would make each anew for every pass over the tree."""
    status: int = 200
    """HTTP status of the page's answer."""

    @cached_property
    def body(self) -> html.HtmlElement | None:
        """The ``body`` element, or the root where a page has none."""
        if self.root is None:
            return None
        return self.root if self.root.tag == "body" else self.root.find("body")

    @cached_property
    def data(self) -> PageData | None:
        """What the page says of itself: meta tags, JSON-LD, microdata, times, bylines; read once, on first use."""
        return None if self.root is None else PageData(self.root, self.elements)


def parse_document(page: RawPage) -> Document:
    """Decode and parse a page.

    Raises BadInput for an empty or binary body and for one over ``MAX_BYTES`` or ``MAX_ELEMENTS``
    (real news pages stay under 1.5 MB and 3,200 elements; beyond these bounds extraction takes minutes).
    """
    if not page.body.strip():
        raise BadInput(f"{page.url}: the page is empty")
    if len(page.body) > MAX_BYTES:
        raise BadInput(f"{page.url}: {len(page.body):,} bytes are more than the {MAX_BYTES:,} that are extracted")
    if b"\0" in page.body[:1024] and not (page.body.startswith(_UTF16) or _TOP.search(page.body[:1024])):
        raise BadInput(f"{page.url}: this is binary data, not a page")
    text = decode(page.body, page.content_type)
    if not _MARKUP.search(text, 0, 100_000):
        return Document(page.url, None, text, status=page.status)
    root = _parse(text)
    if root is None:
        return Document(page.url, None, text, status=page.status)
    elements = tuple(islice(root.iter(), MAX_ELEMENTS + 1))
    if len(elements) > MAX_ELEMENTS:
        raise BadInput(f"{page.url}: more than the {MAX_ELEMENTS:,} elements that are extracted")
    return Document(page.url, root, text, elements, page.status)


def decode(body: bytes, content_type: str | None = None) -> str:
    """Text of a page's bytes: by BOM, header, ``meta``, then by what the bytes look like. Never raises."""
    if body.startswith(b"\xef\xbb\xbf"):
        return body[3:].decode("utf-8", "replace")
    if body.startswith(_UTF16):
        return body.decode("utf-16", "replace")
    text = body.decode("utf-8", "replace")
    if "\ufffd" not in text or _is_damaged_utf8(text):
        return _encoded_once(text, body)  # whatever a page declares: bytes that are UTF-8 are not so by chance
    for name in (http_content_type_encoding(content_type), html_body_declared_encoding(body[:8192])):
        decoded = _try(body, name) if name else None
        if decoded is not None:
            return decoded
    return _try(body, detect_encoding(body) or "") or text


def _encoded_once(text: str, body: bytes) -> str:
    """The text, where somebody took UTF-8 for Windows-1252 and encoded it again: ``cafÃ©``, ``itâ€™s``.

    Certain, as all of the page must read as UTF-8 once more: one sound ``é`` on it, and nothing is changed.
    """
    if body.count(b"\xc3") < MIN_TWICE or sum(1 for _ in islice(_TWICE.finditer(body), MIN_TWICE)) < MIN_TWICE:
        return text
    try:
        return text.translate(_BYTE_OF).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _is_damaged_utf8(text: str) -> bool:
    """Whether most of what is not ASCII is sound: a broken byte or two in UTF-8, and no other charset."""
    broken = text.count("\ufffd")
    return len(text) - len(text.encode("ascii", "ignore")) > 4 * broken


def _try(body: bytes, name: str) -> str | None:
    if name.lower() in _NEVER or not _CHARSET.fullmatch(name.lower()):
        return None
    try:
        return body.decode(name, "replace")
    except (LookupError, UnicodeError, ValueError):
        return None


def _in_one_body(text: str) -> str:
    """The page without end tags of its body where much follows them: browsers go on reading there, libxml2 does not."""
    first = _END.search(text)
    return text if first is None or len(text) - first.start() < AFTERMATH else _END.sub("", text)


def _parse(text: str) -> html.HtmlElement | None:
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    parser.set_element_class_lookup(_ELEMENTS)
    try:
        root = html.document_fromstring(_in_one_body(text).replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return root
