"""One parse a page, shared by all that reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from lxml import etree, html
from resiliparse.parse.encoding import detect_encoding

from pipelines.errors import BadInput
from pipelines.extraction.structured import PageData
from pipelines.items import RawPage

MAX_BYTES = 5_000_000
MAX_ELEMENTS = 20_000

_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_MARKUP = re.compile(
    rb"<(?:!doctype|html|head|body|div|p|article|section|table|h[1-6]|span|br|a|ul|meta)\b", re.IGNORECASE
)
_TEXT_CODECS = frozenset({"base64", "hex", "rot13", "zip", "bz2", "uu", "quopri", "idna", "punycode", "unicode_escape"})


@dataclass(frozen=True)
class Document:
    """A page parsed once: a tree for HTML, or only ``text`` for a plain text dump (then ``root`` is None)."""

    url: str
    root: html.HtmlElement | None
    text: str
    elements: tuple[html.HtmlElement, ...] = field(default=(), repr=False)
    """All elements in document order. Kept because lxml would make each anew for every pass over the tree."""

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
    if b"\0" in page.body[:1024] and not page.body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(f"{page.url}: this is binary data, not a page")
    text = decode(page.body, page.content_type)
    if not _MARKUP.search(page.body[:100_000]):
        return Document(page.url, None, text)
    root = _parse(text)
    if root is None:
        return Document(page.url, None, text)
    elements = tuple(islice(root.iter(), MAX_ELEMENTS + 1))
    if len(elements) > MAX_ELEMENTS:
        raise BadInput(f"{page.url}: more than the {MAX_ELEMENTS:,} elements that are extracted")
    return Document(page.url, root, text, elements)


def decode(body: bytes, content_type: str | None = None) -> str:
    """Text of a page's bytes: by BOM, header, ``meta``, then by what the bytes look like. Never raises."""
    if body.startswith(b"\xef\xbb\xbf"):
        return body[3:].decode("utf-8", "replace")
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    for name in _declared(body, content_type):
        text = _try(body, name)
        if text is not None:
            return text
    return body.decode(detect_encoding(body) or "utf-8", "replace")


def _declared(body: bytes, content_type: str | None) -> list[str]:
    names = ["utf-8"]  # whatever a page declares: bytes that are valid UTF-8 are UTF-8
    if content_type and (found := _HEADER_CHARSET.search(content_type)):
        names.append(found.group(1))
    if meta := _META_CHARSET.search(body[:4096]):
        names.append(meta.group(1).decode("ascii", "replace"))
    return names


def _try(body: bytes, name: str) -> str | None:
    name = name.lower()
    if name.replace("-", "_").removesuffix("_codec") in _TEXT_CODECS:
        return None
    if name in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"):
        name = "windows-1252"
    try:
        return body.decode(name)
    except (LookupError, UnicodeError, ValueError):
        return None


def _parse(text: str) -> html.HtmlElement | None:
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = html.document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return root
