"""Cards and lists that lead to other articles: their addresses, titles and teasers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipelines.extraction.blocks import Block, Kind, Span

TITLE_WORDS = 3
"""A linked text of fewer words is a label (a section, a name), not a title."""
MAX_CARDS = 60

_ARTICLE_PATH = re.compile(r"(?:[^/-]+-){2,}[^/-]+|\d{4,}|\.html?$|/p/|[^\x00-\x7f]{6}|(?:%[0-9A-F]{2}){6}")
_NOT_ARTICLE = re.compile(
    r"/(?:authors?|autor(?:en|es)?|auteurs?|tags?|tagged|categor(?:y|ies|ia|ie)|topics?|thema|themen|users?|profile|"
    r"people|staff|contributors?|member|login|subscribe|newsletters?|search|about|contact|privacy|terms|shop|"
    r"price|prices|coins?|currencies|forum|forums|comments?|archives?|go|out|feed|print|wp-login\\.php)(?:/|$)",
    re.IGNORECASE,
)
_DATE_PATH = re.compile(r"(?:/[a-z-]+)?/(?:19|20)\d\d(?:/\d\d?){0,2}/?")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_CALL = re.compile(
    r"(?:read|learn|see|view|show) (?:more|full story|all|article).{0,12}|weiterlesen|mehr.{0,12}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Card:
    """One link to another article. ``url`` is empty where a text dump has lost it."""

    url: str
    text: str
    teaser: str | None = None
    first: int = 0
    """Index of the block that holds the title."""


Resolve = Callable[[str | None], str | None]
"""From an ``href`` as written to a canonical address, or None for what is no web address."""


def is_article_url(url: str) -> bool:
    """Whether an address reads like an article's rather than a section's, an author's or a tool's."""
    path = urlsplit(url).path
    return bool(_ARTICLE_PATH.search(path)) and not _NOT_ARTICLE.search(path) and not _DATE_PATH.fullmatch(path)


def count_words(text: str) -> int:
    """How many words long a text is; in scripts without spaces two characters count as one."""
    words = len(text.split())
    return words if text.isascii() else words + len(_UNSPACED.findall(text)) // 2


def same_site(one: str, other: str) -> bool:
    """Whether two hosts are of one site: ``magazine.example.com`` and ``www.example.com`` are."""
    return one == other or _registered(one) == _registered(other)


def _registered(name: str) -> str:
    """The part of a host that its owner registered, near enough: two labels, three below ``co.uk`` and its like."""
    labels = name.split(".")
    wide = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if wide else -2 :])


def link_cover(block: Block) -> float:
    """Share of the block's text that is inside links."""
    if not block.spans or not block.text:
        return 0.0
    return sum(span.end - span.start for span in block.spans if span.mark == "a" and span.href) / len(block.text)


def main_link(block: Block, resolve: Resolve) -> tuple[str, Span] | None:
    """The address and span of the longest web link of a block."""
    for span in sorted(block.links, key=lambda span: span.start - span.end):
        url = resolve(span.href)
        if url:
            return url, span
    return None


def read_cards(blocks: Sequence[Block], resolve: Resolve, *, loose: bool = False) -> list[Card]:
    """The cards of a run of blocks in order. ``loose``: titles without any link count too (text dumps)."""
    cards: list[Card] = []
    for block in blocks:
        _read(block, resolve, cards, loose=loose)
    return [card for card in cards if (card.url or loose) and count_words(card.text) >= 2][:MAX_CARDS]


def _read(block: Block, resolve: Resolve, cards: list[Card], *, loose: bool) -> None:
    linked = main_link(block, resolve)
    if linked and (link_cover(block) >= 0.5 or block.kind is Kind.HEADING):
        _read_linked(block, linked[0], linked[1], cards)
    elif block.kind is Kind.HEADING or (loose and _is_title_line(block.text)):
        url = _address_nearby(block.element, resolve)
        if cards and url and cards[-1].url == url:
            cards[-1] = replace(cards[-1], text=block.text, first=block.index)
        elif url or loose:
            cards.append(Card(url or "", block.text, None, block.index))
    elif cards and cards[-1].teaser is None and count_words(block.text) >= 5:
        cards[-1] = replace(cards[-1], teaser=block.text)


def _read_linked(block: Block, url: str, span: Span, cards: list[Card]) -> None:
    text = block.text[span.start : span.end].strip()
    if _NOT_ARTICLE.search(urlsplit(url).path):
        return
    last = cards[-1] if cards else None
    if last and last.url == url:
        cards[-1] = _joined(last, block, text)
    elif not _CALL.fullmatch(text):
        cards.append(Card(url, text, None, block.index))


def _joined(card: Card, block: Block, text: str) -> Card:
    """A further linked text of the same card: a heading or longer first line is its title, a long one its teaser."""
    words = count_words(text)
    if _CALL.fullmatch(text):
        return card
    if block.kind is Kind.HEADING or count_words(card.text) < TITLE_WORDS <= words:
        return replace(card, text=text, first=block.index)
    return replace(card, teaser=text) if card.teaser is None and words >= 5 and text != card.text else card


def _is_title_line(text: str) -> bool:
    return count_words(text) <= 24 and not text.endswith((".", "…", ":"))


def _address_nearby(element: HtmlElement | None, resolve: Resolve) -> str | None:
    """The one address of the card around a title that is no link itself (a link laid over the whole card)."""
    for _ in range(4):
        element = element.getparent() if element is not None else None
        if element is None or element.tag in ("body", "main", "article", "section"):
            return None
        urls = {url for anchor in element.iter("a") if (url := resolve(anchor.get("href"))) and is_article_url(url)}
        if urls:
            return urls.pop() if len(urls) == 1 else None
    return None
