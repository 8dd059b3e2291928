"""What a page says of itself in its markup: meta tags, links, JSON-LD, microdata, times, bylines. One pass, shared."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeVar

from lxml import etree
from lxml.html import HtmlElement

from pipelines.extraction.jsonld import MAX_SCRIPT, Node, article_rank, parse_nodes
from pipelines.extraction.visible import lines_of, text_of

MAX_VALUE = 4_000
"""Characters of an attribute value or an element's text that are read."""
SHORT = 200
"""Characters of an element's text that tell whether it is a line, and what the line says."""
MAX_EACH = 400
"""Elements of a sort that are remembered."""

_META_KEYS = ("property", "name", "itemprop", "http-equiv")
_MARKED = re.compile(
    r"auth?or|byline|by-line|writer|writ(?:ten|er)by|auth?eur|autore|redact|verfasser|contributor|reporter|vcard"
    r"|date|time|publi|posted|updated|modified|entry-meta|post-meta|article-meta|meta-info|fecha|datum"
    r"|tags?\b|categor|taxonomy|topics?\b|kicker|eyebrow|section|rubri|crumb|speedbar"
    r"|paywall|premium|subscri|sponsor|press-release|pressrelease|partner|promoted|advertorial"
)
_UNSEEN = frozenset({"script", "style", "noscript", "template"})
_STATE_IDS = frozenset({"__next_data__", "__nuxt_data__", "ng-state", "serverapp-state"})
_STATE_TEXT = re.compile(
    r"(?:__NUXT__|__INITIAL_STATE__|__PRELOADED_STATE__|__APOLLO_STATE__|__INITIAL_DATA__|Fusion\.globalContent"
    r"|__NEXT_F|self\.__next_f)"
)
_WITH_ITEMPROP = etree.XPath("descendant-or-self::*[@itemprop][not(self::meta)]")
_Value = TypeVar("_Value")


@dataclass(slots=True)
class _Collected:
    meta: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    json_ld: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    titles: list[HtmlElement] = field(default_factory=list)
    h1: list[HtmlElement] = field(default_factory=list)
    times: list[HtmlElement] = field(default_factory=list)
    rel: dict[str, list[HtmlElement]] = field(default_factory=dict)
    itemprop: dict[str, list[HtmlElement]] = field(default_factory=dict)
    marked: list[HtmlElement] = field(default_factory=list)
    forms: list[HtmlElement] = field(default_factory=list)


class PageData:
    """The page's own data, in document order. Elements are those of the shared tree: read, never change them."""

    def __init__(self, root: HtmlElement, elements: Sequence[HtmlElement]) -> None:
        self.root = root
        self.elements = elements
        self._found = _collect(root, elements)
        self._lines: dict[HtmlElement, list[str]] = {}

    @property
    def h1(self) -> list[HtmlElement]:
        """All ``h1`` elements."""
        return self._found.h1

    @property
    def times(self) -> list[HtmlElement]:
        """All ``time`` elements."""
        return self._found.times

    @property
    def marked(self) -> list[HtmlElement]:
        """Elements whose class or id speaks of author, date, tags, section, paywall or sponsor."""
        return self._found.marked

    @property
    def states(self) -> list[str]:
        """Texts of scripts that hold a front end's state."""
        return self._found.states

    @property
    def forms(self) -> list[HtmlElement]:
        """All ``form`` elements."""
        return self._found.forms

    @cached_property
    def json_ld(self) -> tuple[Node, ...]:
        """Typed JSON-LD nodes."""
        return parse_nodes(self._found.json_ld)

    @cached_property
    def articles(self) -> tuple[Node, ...]:
        """JSON-LD nodes that may describe the article, the likeliest first."""
        nodes = [node for node in self.json_ld if article_rank(node)]
        return tuple(sorted(nodes, key=_likelihood, reverse=True))

    @cached_property
    def language_tag(self) -> str:
        """``lang`` of the ``html`` element, as written; empty where there is none."""
        top = self.root.getroottree().getroot()
        names = ("lang", "xml:lang", "{http://www.w3.org/XML/1998/namespace}lang")
        return next((value for name in names if (value := top.get(name))), "")[:40]

    @cached_property
    def head_title(self) -> str:
        """Text of the first ``title`` element that has any."""
        return next(filter(None, map(text_of, self._found.titles)), "")

    @cached_property
    def texts(self) -> list[tuple[HtmlElement, str]]:
        """Elements that begin with text of their own, with that text stripped."""
        return [
            (element, text)
            for element in self.elements
            if (own := element.text) and (text := own.strip()) and element.tag not in _UNSEEN
        ]

    def lines(self, element: HtmlElement) -> list[str]:
        """Visible lines of an element, about ``SHORT`` characters of them; read once however many ask."""
        lines = self._lines.get(element)
        if lines is None:
            lines = self._lines[element] = lines_of(element, SHORT)
        return lines

    def line(self, element: HtmlElement) -> str:
        """Visible text of an element on one line, about ``SHORT`` characters of it."""
        return " ".join(self.lines(element))

    def position(self, element: HtmlElement) -> int:
        """Index of an element in document order."""
        return self._order[element]

    @cached_property
    def _order(self) -> dict[HtmlElement, int]:
        return {element: index for index, element in enumerate(self.elements)}

    def meta(self, *keys: str) -> list[str]:
        """Contents of the meta tags of these names, in the order of ``keys``; lower-case keys."""
        return [value for key in keys for value in self._found.meta.get(key, ())]

    def links(self, rel: str) -> list[str]:
        """``href`` of the link tags with this relation."""
        return self._found.links.get(rel, [])

    def rel(self, name: str) -> list[HtmlElement]:
        """Anchors with this relation."""
        return self._found.rel.get(name, [])

    def itemprop(self, *names: str) -> list[HtmlElement]:
        """Elements with these microdata properties, in the order of ``names``."""
        return [element for name in names for element in self._found.itemprop.get(name, ())]


def _likelihood(node: Node) -> tuple[int, int]:
    return article_rank(node), sum(key in node for key in ("headline", "datePublished", "author"))


def _collect(root: HtmlElement, elements: Sequence[HtmlElement]) -> _Collected:
    """Scans by libxml2, by tag and attribute: a loop over all elements in Python takes five times as long."""
    found = _Collected()
    readers: dict[str, Callable[[HtmlElement, _Collected], None]] = {"meta": _meta, "link": _link, "script": _script}
    lists = {"title": found.titles, "h1": found.h1, "time": found.times, "form": found.forms}
    for element in root.iter(*readers, *lists):
        tag = str(element.tag)
        if tag in readers:
            readers[tag](element, found)
        elif len(lists[tag]) < MAX_EACH:
            lists[tag].append(element)
    for element in root.iter("a"):
        if element.get("rel"):
            _add_words(found.rel, element, "rel")
    for element in _WITH_ITEMPROP(root):
        _add_words(found.itemprop, element, "itemprop")
    for element in elements:
        names, own_id = element.get("class"), element.get("id")
        if (names and _is_marked(names)) or (own_id and _is_marked(own_id)):
            found.marked.append(element)
    del found.marked[MAX_EACH:]
    return found


@lru_cache(maxsize=16_384)
def _is_marked(names: str) -> bool:
    return _MARKED.search(names[:500].lower()) is not None


def _meta(element: HtmlElement, found: _Collected) -> None:
    content = element.get("content") or element.get("value")  # a usual slip
    if content and not content.isspace():
        for key in _META_KEYS:
            name = element.get(key)
            if name:
                _append(found.meta, name[:100].strip().lower(), content[:MAX_VALUE].strip())


def _link(element: HtmlElement, found: _Collected) -> None:
    href = element.get("href")
    if href:
        for rel in element.get("rel", "")[:200].lower().split():
            _append(found.links, rel, href[:MAX_VALUE].strip())


def _add_words(table: dict[str, list[HtmlElement]], element: HtmlElement, attribute: str) -> None:
    for word in element.get(attribute, "")[:200].lower().split():
        _append(table, word, element)


def _script(element: HtmlElement, found: _Collected) -> None:
    text = element.text
    if not text or len(text) > MAX_SCRIPT * 3:
        return
    kind = element.get("type", "").lower()
    if "ld+json" in kind:
        found.json_ld.append(text)
    elif element.get("id", "").lower() in _STATE_IDS or _STATE_TEXT.search(text[:2_000]):
        found.states.append(text)


def _append(table: dict[str, list[_Value]], key: str, value: _Value) -> None:
    values = table.setdefault(key, [])
    if len(values) < MAX_EACH:
        values.append(value)
