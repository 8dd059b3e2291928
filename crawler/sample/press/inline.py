"""The marks inside a sentence: ``[text](url)``, ``**strong**``, ``*emphasis*``, backquoted code; no nesting."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

MARK = re.compile(
    r"\[(?P<link>[^\]]+)\]\((?P<url>[^)\s]+)\)|\*\*(?P<strong>.+?)\*\*|\*(?P<em>[^*]+)\*|`(?P<code>[^`]+)`",
)

Resolve = Callable[[str], str]


def plain(text: str) -> str:
    """The words alone, as a reader sees them."""
    return MARK.sub(lambda mark: next(part for part in mark.group("link", "strong", "em", "code") if part), text)


def links(text: str) -> list[tuple[str, str]]:
    """Pairs of link text and unresolved target, in order."""
    return [(mark["link"], mark["url"]) for mark in MARK.finditer(text) if mark["link"]]


def html(text: str, resolve: Resolve, link_form: str = '<a href="{url}">{text}</a>') -> str:
    """The sentence as HTML; ``link_form`` is how the site prints an anchor."""
    out, end = [], 0
    for mark in MARK.finditer(text):
        out.append(escape(text[end : mark.start()], quote=False))
        out.append(_mark_html(mark, resolve, link_form))
        end = mark.end()
    out.append(escape(text[end:], quote=False))
    return "".join(out)


def _mark_html(mark: re.Match[str], resolve: Resolve, link_form: str) -> str:
    if mark["link"]:
        return link_form.format(url=escape(resolve(mark["url"])), text=escape(mark["link"], quote=False))
    tag = next(name for name in ("strong", "em", "code") if mark[name])
    return f"<{tag}>{escape(mark[tag], quote=False)}</{tag}>"
