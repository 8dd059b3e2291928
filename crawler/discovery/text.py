"""Plain text out of what feeds and REST answers write as HTML."""

from __future__ import annotations

import re
from html import unescape

from lxml import html as lxml_html
from lxml.etree import ParserError

MAX_HTML = 200_000
_SPACE = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_FOOTER = re.compile(r"\s*The post .{1,400}? (?:first appeared|appeared first) on .{1,120}$", re.DOTALL)
_BETWEEN_NAMES = re.compile(r"\s*[,;&]\s*|\s+and\s+")


def plain(html: str | None, limit: int = 5000) -> str | None:
    """The text of a piece of HTML on one line, at most ``limit`` characters; None where nothing is left."""
    text = _CONTROL.sub("", (html or "")[:MAX_HTML])
    if "<" in text:
        try:
            tree = lxml_html.document_fromstring(f"<div>{text}</div>")
        except (ParserError, ValueError):  # nothing in it
            return None
        text = " ".join(tree.xpath("//text()[not(parent::script or parent::style)]"))
    return _SPACE.sub(" ", _CONTROL.sub("", unescape(unescape(text)))).strip()[:limit].rstrip() or None


def summary(html: str | None) -> str | None:
    """A feed's excerpt without the sentence that WordPress appends to say where it is from."""
    text = plain(html)
    return (_FOOTER.sub("", text).rstrip() or None) if text else None


def names(byline: str | None, site: str | None = None) -> tuple[str, ...]:
    """Authors of a byline: ``Ann Example and Ben Example`` are two, ``SITE by Ann Example`` is one."""
    line = plain(byline, 300)
    if not line or "://" in line:
        return ()
    brand = re.split(r"[.\s]", site or "", maxsplit=1)[0]
    line = re.sub(rf"^(?:{re.escape(brand)}\s+)?by\s+", "", line, flags=re.IGNORECASE)
    parts = [part for part in _BETWEEN_NAMES.split(line) if part]
    are_names = all(1 < len(part.split()) < 5 for part in parts)
    return tuple(dict.fromkeys(parts)) if are_names else (line,)
