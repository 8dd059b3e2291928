"""A stored body as a page: Markdown to a tree of few tags, which templates print escaped.

Text of a page never becomes markup: raw HTML is off, pictures become their words, and only http and https make links.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

MOST_CHARACTERS, MOST_NODES, MOST_BLOCKS = 200_000, 8_000, 1_000
"""A body of more is shown as plain paragraphs, its beginning only."""
CUT = "… The rest is too long to show here."

_TAGS = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
    "table": "table",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "th": "th",
    "td": "td",
    "strong": "strong",
    "em": "em",
}
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True, slots=True)
class Node:
    """An element with children, or, without a ``tag``, text."""

    tag: str = ""
    text: str = ""
    href: str | None = None
    anchor: str | None = None
    children: tuple[Node, ...] = ()

    @property
    def words(self) -> str:
        """All text in it."""
        return self.text + "".join(child.words for child in self.children)


def prose(markdown: str) -> list[Node]:
    """The blocks of a body. Headings are ``h2`` to ``h6``, with an anchor each."""
    if len(markdown) > MOST_CHARACTERS:
        return _plain(markdown)
    tokens = _markdown.parse(markdown)
    if sum(1 + len(token.children or ()) for token in tokens) > MOST_NODES:
        return _plain(markdown)
    blocks = _nodes(SyntaxTreeNode(tokens).children)
    places = iter(range(1, len(blocks) + 1))
    return [
        Node(block.tag, anchor=f"h{next(places)}", children=block.children) if _is_heading(block) else block
        for block in blocks
    ]


def contents(blocks: Sequence[Node]) -> list[Node]:
    """The headings among the blocks."""
    return [block for block in blocks if _is_heading(block)]


def web_link(url: str | None) -> str | None:
    """The URL if it is an http or https one, which alone may become a link."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def _is_heading(block: Node) -> bool:
    return block.tag in ("h2", "h3", "h4", "h5", "h6")


def _nodes(found: Sequence[SyntaxTreeNode]) -> tuple[Node, ...]:
    return tuple(node for each in found for node in _node(each))


def _node(found: SyntaxTreeNode) -> tuple[Node, ...]:
    kind, children = found.type, found.children
    if kind == "heading":
        return (Node(f"h{min(max(int(found.tag[1:]), 2), 6)}", children=_nodes(children)),)
    if kind == "link":
        href = web_link(str(found.attrs.get("href", "")))
        return (Node("a", href=href, children=_nodes(children)),) if href else _nodes(children)
    if kind in ("fence", "code_block"):
        return (_element("pre", Node(text=found.content)),)
    if kind == "code_inline":
        return (_element("code", Node(text=found.content)),)
    if kind in ("softbreak", "hardbreak"):
        return (Node(text="\n"),)
    if kind == "hr":
        return (Node("hr"),)
    if kind in _TAGS and not (kind == "paragraph" and found.hidden):
        return (Node(_TAGS[kind], children=_nodes(children)),)
    return _nodes(children) if children else (Node(text=found.content),)


def _plain(markdown: str) -> list[Node]:
    """The beginning of a text as it is."""
    blocks = markdown[:MOST_CHARACTERS].split("\n\n")
    is_cut = len(markdown) > MOST_CHARACTERS or len(blocks) > MOST_BLOCKS
    return [_element("p", Node(text=block)) for block in [*blocks[:MOST_BLOCKS], *([CUT] if is_cut else [])]]


def _element(tag: str, *children: Node) -> Node:
    return Node(tag, children=children)
