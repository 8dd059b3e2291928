"""Headings that head nothing of the article: boxes whose content is gone, the title once more, the standfirst."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import replace

from lxml.html import HtmlElement

from pipelines.extraction.blocks import Block, Kind
from pipelines.extraction.boilerplate import fold
from pipelines.extraction.findings import Finding
from pipelines.extraction.headings.lines import look
from pipelines.extraction.scene import Scene, is_under
from pipelines.items import Reason

MAX_HEADING_WORDS = 25
STANDFIRST_WORDS = 12
"""Words from which a line above the first paragraph is taken for a sentence; news headings inside are shorter."""
SURE = 0.9
"""Blocks that score this or more are body, whatever became of those around them."""
REACH = 40
"""Blocks on either side that are looked at for what else is in a heading's own box."""
_UNSEEN = re.compile(r"sr-only|screen-?reader|visually-?hidden|offscreen", re.IGNORECASE)
_SEEN = "not-sr-only"


def settle_unseen(scene: Scene, findings: dict[int, Finding], spared: Set[int]) -> None:
    """Headings that a page speaks to screen readers only: they name its parts, menus and lists, not the article's."""
    for index in scene.near:
        if scene.blocks[index].level and index not in spared and _is_unseen(scene.blocks[index].element):
            findings.setdefault(index, Finding(Reason.NAVIGATION, "screen-reader-heading"))


def _is_unseen(element: HtmlElement | None) -> bool:
    classes = (element.get("class") or "") if element is not None else ""
    return bool(_UNSEEN.search(classes)) and _SEEN not in classes


def without_bare(kept: Sequence[Block], scene: Scene, findings: dict[int, Finding], spared: Set[int]) -> list[Block]:
    """The body without headings that have nothing below them; ``findings`` gains an entry for each."""
    body = list(kept)
    while body and body[-1].kind is Kind.HEADING and body[-1].index not in spared:
        findings[body.pop().index] = Finding(Reason.MODEL, "dangling-heading")
    headings = [(place, block) for place, block in enumerate(body) if block.kind is Kind.HEADING]
    looks = frozenset(look(block) for place, block in headings if _has_text_right_below(body, place))
    wordings = frozenset(fold(block.text) for place, block in headings if _has_text(body, place))
    indices = frozenset(block.index for block in body)
    for place, block in headings:
        if block.index in spared or scene.scores[block.index] >= SURE:
            continue
        if not _has_text(body, place) and fold(block.text) in wordings:
            findings[block.index] = Finding(Reason.MODEL, "repeated-heading")
        elif look(block) not in looks and _is_alone(scene, block, indices):
            findings[block.index] = Finding(Reason.MODEL, "bare-heading")
    return [block for block in body if block.index not in findings]


def _has_text(body: Sequence[Block], place: int) -> bool:
    return place + 1 < len(body) and body[place + 1].kind is not Kind.HEADING


def _has_text_right_below(body: Sequence[Block], place: int) -> bool:
    """Whether nothing that the page has between a heading and the text below it was taken out."""
    return _has_text(body, place) and body[place + 1].index == body[place].index + 1


def _is_alone(scene: Scene, block: Block, body: Set[int]) -> bool:
    """Whether the box that the heading opens holds other blocks, and none of them is body."""
    box = block.element.getparent() if block.element is not None else None
    while box is not None and box.tag != "body" and not scene.wraps(box):
        others = _others(scene, block.index, box)
        if others:
            return others[0] > block.index and body.isdisjoint(others)
        box = box.getparent()
    return False


def _others(scene: Scene, index: int, box: HtmlElement) -> list[int]:
    around = range(max(0, index - REACH), min(len(scene.blocks), index + REACH))
    return [each for each in around if each != index and is_under(scene.blocks[each].element, box)]


def with_title_and_standfirst(body: Sequence[Block], title: str | None) -> list[Block]:
    """Lines marked as headings that are none: the title again, a sentence above the first paragraph, a paragraph."""
    folded = fold(title or "")
    at_head = True
    out: list[Block] = []
    for block in body:
        if block.kind is Kind.HEADING:
            at_head = at_head and _is_sentence(block.text)
            is_text = at_head or len(block.text.split()) > MAX_HEADING_WORDS or fold(block.text) == folded
            out.append(replace(block, kind=Kind.PARAGRAPH, level=0) if is_text else _normal(block))
        else:
            at_head = False
            out.append(block)
    return out


def _is_sentence(text: str) -> bool:
    return (
        not text.endswith("?")
        and not text[:1].isdigit()
        and (text.endswith(".") or len(text.split()) >= STANDFIRST_WORDS)
    )


def _normal(block: Block) -> Block:
    return replace(block, level=2) if block.level <= 1 else block
