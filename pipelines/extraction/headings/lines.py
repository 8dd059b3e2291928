"""Lines that are headings to a reader and not to the markup: bold, styled by class, or set apart from paragraphs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pipelines.extraction.blocks import Block, Kind, tag_path
from pipelines.extraction.cards import link_cover
from pipelines.extraction.scene import FULL

MAX_WORDS = 14
MAX_PLAIN_WORDS = 9
"""A line with no mark but its place in the tree must be shorter to be taken for a heading."""
BOLD_SHARE = 0.9
MIN_ALIKE = 2
_STYLES = ("heading", "subhead", "crosshead", "section-title", "intertitre", "zwischen")
_NO_HEADING_END = (".", ",", ";", "…", "。", "،")

Look = tuple[str, ...]
"""How a block is set: what those of one page's headings have in common."""


def with_set_lines(body: Sequence[Block]) -> list[Block]:
    """The body with such lines as headings, where it has no marked ones and at least two lines set alike."""
    if any(block.kind is Kind.HEADING for block in body):
        return list(body)
    chosen = _bold_or_styled(body) or _set_apart(body)
    return [replace(b, kind=Kind.HEADING, level=2) if i in chosen else b for i, b in enumerate(body)]


def reads_like_heading(block: Block) -> bool:
    """Whether a text could be a heading: short, and ending no sentence."""
    return 1 <= len(block.text.split()) <= MAX_WORDS and not block.text.endswith(_NO_HEADING_END)


def is_styled(block: Block) -> bool:
    """Whether a class of the block's element names it a heading."""
    classes = (block.element.get("class") or "").casefold() if block.element is not None else ""
    return any(word in classes for word in _STYLES)


def look(block: Block) -> Look:
    """Tag, class and weight of a block."""
    element = block.element
    weight = "bold" if _is_bold(block) else ""
    return (weight,) if element is None else (str(element.tag), element.get("class") or "", weight)


def _bold_or_styled(body: Sequence[Block]) -> frozenset[int]:
    """The most frequent look of bold and styled lines, unless half of the body looks like that."""
    lines = [i for i in _lines(body) if _is_bold(body[i]) or is_styled(body[i])]
    if not lines or len(lines) > len(body) / 2:
        return frozenset()
    alike, count = Counter(look(body[i]) for i in lines).most_common(1)[0]
    return frozenset(i for i in lines if count >= MIN_ALIKE and look(body[i]) == alike)


def _set_apart(body: Sequence[Block]) -> frozenset[int]:
    """Short lines whose tags and classes no other block of the body has, each above a full paragraph."""
    lines = [i for i in _lines(body) if _is_short(body[i]) and len(body[i + 1].text) >= FULL]
    everywhere = Counter(tag_path(block.element, 3) for block in body)
    here = Counter(tag_path(body[i].element, 3) for i in lines)
    own = {path for path, count in here.items() if path and MIN_ALIKE <= count == everywhere[path]}
    return frozenset(i for i in lines if tag_path(body[i].element, 3) in own) if len(own) == 1 else frozenset()


def _lines(body: Sequence[Block]) -> Iterator[int]:
    """Lines that could be headings by text and place: with text above and a longer paragraph below.

    A line above all full paragraphs is a byline, a place or a standfirst.
    """
    has_text = False
    for index, (block, following) in enumerate(pairwise(body)):
        is_line = block.kind is Kind.PARAGRAPH and len(following.text) >= len(block.text)
        if has_text and is_line and reads_like_heading(block):
            yield index
        has_text = has_text or len(block.text) >= FULL


def _is_short(block: Block) -> bool:
    return (
        len(block.text.split()) <= MAX_PLAIN_WORDS
        and link_cover(block) == 0
        and not block.text.endswith((":", '"', "”"))
    )


def _is_bold(block: Block) -> bool:
    covered = sum(span.end - span.start for span in block.spans if span.mark == "strong")
    return covered >= len(block.text) * BOLD_SHARE
