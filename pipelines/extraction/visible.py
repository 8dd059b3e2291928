"""Text of elements as a reader sees it: without scripts and buttons, bounded, a line for each block."""

from __future__ import annotations

from lxml.html import HtmlElement

MAX_TEXT = 4_000
"""Characters of an element's text that are read unless a caller says otherwise."""
MAX_DEPTH = 60

_INLINE = frozenset("a abbr b bdi em font i mark q s small strong sub sup u wbr".split())
_SILENT = frozenset("script style noscript template svg iframe button select textarea".split())
_BORDER = "\0"
"""Between two lines of a text under way; no page's text has it."""


def text_of(element: HtmlElement | None, limit: int = MAX_TEXT) -> str:
    """Text of an element on one line, at most ``limit`` characters."""
    return " ".join(lines_of(element, limit))[:limit] if element is not None else ""


def lines_of(element: HtmlElement, limit: int = MAX_TEXT) -> list[str]:
    """Text of an element, a line for each block in it; reading stops soon after ``limit`` characters."""
    if len(element) == 0:
        own = element.text
        line = " ".join(own[:limit].split()) if own else ""
        return [line] if line else []
    parts: list[str] = []
    _gather(element, parts, limit, 0)
    return [line for piece in "".join(parts).split(_BORDER) if (line := " ".join(piece.split()))]


def _gather(element: HtmlElement, parts: list[str], room: int, depth: int) -> int:
    """Append the element's texts to ``parts``; the characters that there is room for after it."""
    text = element.text
    if text:
        parts.append(text[:MAX_TEXT])
        room -= len(text.strip())
    for child in element:
        if room < 0 or depth > MAX_DEPTH:
            break
        tag = child.tag
        if tag not in _SILENT:
            inline = tag in _INLINE or (tag == "span" and len(child.text or "") == 1)  # a drop cap
            if not inline:
                parts.append(_BORDER)
            room = _gather(child, parts, room, depth + 1)
            if not inline:
                parts.append(_BORDER)
        tail = child.tail
        if tail:
            if tail[0].isupper() or tail[0].isdigit():
                parts.append(" ")  # a word that begins with a capital does not go on one that ends with the element
            parts.append(tail[:MAX_TEXT])
            room -= len(tail.strip())
    return room
