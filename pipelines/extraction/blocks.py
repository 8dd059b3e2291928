"""Blocks of a page: the runs of text that a reader sees as one paragraph, heading, list item, quote or table row.

A block is the unit that is kept or removed. Every visible text of the page is in exactly one block, bare text
between elements included: plugins print their notices as text nodes with no element of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

MAX_DEPTH = 250
"""Elements nested deeper than this are read as one run of text."""

HEADINGS = {f"h{level}": level for level in range(1, 7)}
INLINE_MARKS = {"a": "a", "b": "strong", "strong": "strong", "i": "em", "em": "em", "code": "code"}
SKIPPED = frozenset(
    "script style noscript template svg math head iframe object embed audio video canvas map select option "
    "textarea button input meta link title".split()
)
BOXES = frozenset({"div", "header", "footer", "section", "address", "aside", "figure", "figcaption"})
LABELS = frozenset({"span", "a", "time", "b", "strong"})
"""Side by side in a box these are labels that style sets apart, a name and a date; in a paragraph they are one word."""
SWALLOWED = 150
"""A ``noscript`` with this many elements is one that an unclosed element of its own keeps open."""
CONTAINERS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav ol p pre section summary table tbody tfoot thead tr td "
    "th ul caption amp-sidebar legend".split()
)


class Kind(StrEnum):
    """What a block is to a reader."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    TABLE_ROW = "table_row"
    CODE = "code"
    CAPTION = "caption"


KIND_BY_TAG = {
    **dict.fromkeys(HEADINGS, Kind.HEADING),
    **dict.fromkeys(("li", "dd", "dt"), Kind.LIST_ITEM),
    "blockquote": Kind.QUOTE,
    **dict.fromkeys(("figcaption", "caption"), Kind.CAPTION),
}
"""Kinds of blocks in these elements; elsewhere a block is what the element around it makes it."""
_HAS_COLUMNS = etree.XPath("boolean(.//tr[count(td | th) > 1])")
_LAYS_OUT = etree.XPath(
    "boolean(.//table or .//td[count(.//p) > 2] or .//td//ul[count(li) > 2] or .//td//h2 or .//article)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Inline markup over ``text[start:end]``: ``mark`` is ``a``, ``strong``, ``em`` or ``code``."""

    start: int
    end: int
    mark: str
    href: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One block. ``element`` is the innermost block-level element around it (None in a plain text dump)."""

    index: int
    kind: Kind
    text: str
    level: int = 0
    spans: tuple[Span, ...] = ()
    element: HtmlElement | None = field(default=None, repr=False)
    bare: bool = False
    """True for text that stands directly in a container beside other blocks, without an element of its own."""

    @property
    def links(self) -> tuple[Span, ...]:
        """The block's ``a`` spans that have an address."""
        return tuple(span for span in self.spans if span.mark == "a" and span.href)


def tag_path(element: HtmlElement | None, limit: int = 8) -> str:
    """``div.entry-content > p``: the innermost ``limit`` elements with their first class, outermost first."""
    steps: list[str] = []
    while element is not None and len(steps) < limit and isinstance(element.tag, str) and element.tag != "html":
        classes = (element.get("class") or "").split()
        steps.append(element.tag + (f".{classes[0]}" if classes else ""))
        element = element.getparent()
    return " > ".join(reversed(steps))


def code_text(text: str) -> str:
    """The text of a code block. Its blank lines get a space: a blank line separates blocks of the body."""
    return text.strip("\n").replace("\n\n", "\n \n").replace("\n\n", "\n \n")


def segment(body: HtmlElement) -> list[Block]:
    """All blocks below ``body`` in page order."""
    segmenter = _Segmenter()
    segmenter.walk(body, Kind.PARAGRAPH, 0)
    segmenter.flush(body, Kind.PARAGRAPH, bare=False)
    return segmenter.blocks


class _Run:
    """Text being gathered, white space folded as it comes, with the inline marks over it."""

    __slots__ = ("length", "parts", "space", "spans")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.spans: list[Span] = []
        self.length = 0
        self.space = False

    def add(self, text: str | None) -> None:
        if not text:
            return
        words = text.split()
        if not words:
            self.space = True
            return
        if self.length and (self.space or text[0].isspace()):
            self.parts.append(" ")
            self.length += 1
        joined = " ".join(words)
        self.parts.append(joined)
        self.length += len(joined)
        self.space = text[-1].isspace()


class _Segmenter:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.run = _Run()

    def flush(self, element: HtmlElement, kind: Kind, *, bare: bool) -> None:
        """End the run; it becomes a block of ``element`` unless it is empty."""
        run = self.run
        if not run.length:
            run.space = False
            return
        self.run = _Run()
        text = "".join(run.parts)
        spans = tuple(_trimmed(span, text) for span in run.spans if span.end > span.start)
        level = HEADINGS.get(str(element.tag), 0) if kind is Kind.HEADING else 0
        self.blocks.append(Block(len(self.blocks), kind, text, level, spans, element, bare))

    def walk(self, element: HtmlElement, kind: Kind, depth: int) -> None:
        """Read ``element``'s text and children; blocks inside it inherit ``kind`` (a ``p`` in a ``li`` is an item)."""
        if depth > MAX_DEPTH:
            self.run.add("".join(element.itertext()))
            return
        if text := element.text:
            self.run.add(text)
        children = list(element)
        if not children:
            return
        tags = [child.tag for child in children]
        mixed = not CONTAINERS.isdisjoint(tags)
        for child, tag in zip(children, tags, strict=True):
            if isinstance(tag, str):
                if tag in LABELS and element.tag in BOXES and _is_set_apart(child):
                    self.run.space = True
                self._child(element, child, tag, kind, depth, mixed)
            if tail := child.tail:
                self.run.add(tail)
        if mixed:
            self.flush(element, kind, bare=element.tag not in ("p", "li"))

    def _child(self, parent: HtmlElement, child: HtmlElement, tag: str, kind: Kind, depth: int, mixed: bool) -> None:
        if tag == "rt" and parent.find("rp") is None:
            return  # how a word is read, printed above it; where ``rp`` gives it brackets it may stand in the sentence
        if tag in SKIPPED and not _has_swallowed(child):
            self.run.space = True
        elif tag == "br" or (tag == "span" and _is_break(child)):
            if mixed or _next_is_break(child):
                self.flush(parent, kind, bare=mixed)
            self.run.space = True
        elif tag in CONTAINERS or tag in SKIPPED:
            self.flush(parent, kind, bare=True)
            self._block(child, tag, kind, depth)
        else:
            self._inline(child, tag, kind, depth)

    def _block(self, element: HtmlElement, tag: str, kind: Kind, depth: int) -> None:
        inner = KIND_BY_TAG.get(tag, kind)
        if tag == "pre":
            self._code(element)
        elif tag == "table" and _is_data_table(element):
            self._rows(element)
        else:
            self.walk(element, inner, depth + 1)
            self.flush(element, inner, bare=False)

    def _inline(self, element: HtmlElement, tag: str, kind: Kind, depth: int) -> None:
        mark = INLINE_MARKS.get(tag) or ("strong" if tag == "span" and element.get("class") == "strong" else None)
        blocks_before, start = len(self.blocks), self.run.length
        self.walk(element, kind, depth + 1)
        if mark and len(self.blocks) == blocks_before and self.run.length > start:
            href = element.get("href") if mark == "a" else None
            self.run.spans.append(Span(start, self.run.length, mark, href))
        elif mark == "a" and len(self.blocks) > blocks_before:
            self._link_blocks(element.get("href"), blocks_before)

    def _link_blocks(self, href: str | None, first: int) -> None:
        """A link around whole blocks (a card) is a link over each of them."""
        for index in range(first, len(self.blocks)):
            block = self.blocks[index]
            if any(span.mark == "a" and span.end - span.start == len(block.text) for span in block.spans[-1:]):
                continue  # a card in a card: one link is enough
            span = Span(0, len(block.text), "a", href)
            self.blocks[index] = Block(
                block.index, block.kind, block.text, block.level, (*block.spans, span), block.element, block.bare
            )

    def _code(self, element: HtmlElement) -> None:
        text = code_text("".join(element.itertext()))
        if text.strip():
            self.blocks.append(Block(len(self.blocks), Kind.CODE, text, element=element))

    def _rows(self, table: HtmlElement) -> None:
        for row in table.iter("tr", "caption"):
            if row.tag == "caption":
                self.walk(row, Kind.CAPTION, 0)
                self.flush(row, Kind.CAPTION, bare=False)
                continue
            for number, cell in enumerate(row.iterchildren("td", "th")):
                if number and self.run.length:
                    self.run.add(" | ")
                for child in _flat(cell):
                    self._cell_piece(child)
            self.flush(row, Kind.TABLE_ROW, bare=False)

    def _cell_piece(self, piece: HtmlElement | str) -> None:
        if isinstance(piece, str):
            self.run.add(piece)
        else:
            start = self.run.length
            self.run.add(" ".join(piece.itertext()))
            self.run.spans.append(Span(start, self.run.length, "a", piece.get("href")))


def _flat(cell: HtmlElement) -> Iterator[HtmlElement | str]:
    """A table cell's text pieces, links whole."""
    yield cell.text or ""
    for child in cell:
        if child.tag == "a":
            yield child
        elif isinstance(child.tag, str) and child.tag not in SKIPPED:
            yield " "
            yield from _flat(child)
        yield child.tail or ""


def _is_data_table(table: HtmlElement) -> bool:
    """False for tables that lay out a page: of one column, nested, or with paragraphs, headings or lists in cells."""
    return bool(_HAS_COLUMNS(table)) and not _LAYS_OUT(table)


def _has_swallowed(element: HtmlElement) -> bool:
    """True for a control with paragraphs in it: for an unclosed element libxml2 puts the rest of the page inside."""
    if element.tag == "noscript":
        return next(islice(element.iter(), SWALLOWED, None), None) is not None
    return element.tag in ("button", "select", "map") and next(element.iter("p", "article", "h1"), None) is not None


def _is_set_apart(label: HtmlElement) -> bool:
    """Whether a label begins anew right after another one: ``<span>By Ada Kim</span><span>Sep 3</span>``."""
    before = label.getprevious()
    if before is None or before.tail or before.tag not in LABELS:
        return False
    first, last = (label.text or "")[:1], (before.text or "")[-2:]
    return (first.isupper() or first.isdigit()) and len(last) == 2 and last.isalnum()


def _is_break(element: HtmlElement) -> bool:
    """Whether an element is a line break, or an empty one that a style sheet makes into one."""
    if element.tag != "span":
        return bool(element.tag == "br")
    return not element.text and not len(element) and element.get("class") == "br"


def _next_is_break(element: HtmlElement) -> bool:
    following = element.getnext()
    return following is not None and _is_break(following) and not (element.tail or "").strip()


def _trimmed(span: Span, text: str) -> Span:
    start = span.start + 1 if text[span.start] == " " else span.start
    return span if start == span.start else Span(start, span.end, span.mark, span.href)
