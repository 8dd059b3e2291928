"""Sections that a heading opens: "Related Articles" with its teasers, "Official Accounts" with its labels.

In markup a section is mostly an element of its own. Where editors paste it between the article's own paragraphs, or in
a plain text dump, only the order of blocks says where it ends: the rule's ``takes`` names the shape to expect.
"""

from __future__ import annotations

from lxml.html import HtmlElement

from pipelines.extraction.blocks import Block, Kind
from pipelines.extraction.boilerplate import Rule, Takes
from pipelines.extraction.scene import Scene, is_under, link_cover

MAX_PARAGRAPHS = 6
TEASER_WORDS = 80
REST_SHARE = 0.3
"""A section that takes all that follows must not hold more than this share of the likely body."""

_SENTENCE_END = (".", "。", "…", ":", ";", ",", "؟", "।")


def section(scene: Scene, index: int) -> tuple[Rule, range] | None:
    """The rule and the blocks of the section that block ``index`` opens, itself included; None if it opens none."""
    block = scene.blocks[index]
    if block.kind in (Kind.TABLE_ROW, Kind.CODE, Kind.QUOTE):
        return None
    rule = scene.rules.opener(block.text)
    if rule is None:
        rule = scene.rules.opener_like(block.text)
        if rule is None or not _links_follow(scene, index):
            return None
    own = _own_element(scene, index)
    end = _end_of(scene, index, own) if own is not None else _WALKS[rule.takes](scene, index + 1)
    return (rule, range(index, end)) if end > index + 1 else None


def is_title(scene: Scene, index: int) -> bool:
    """Whether the block could be the title of a teaser: a link, a heading, or a short line that ends no sentence."""
    block = scene.blocks[index]
    if block.kind is Kind.HEADING or link_cover(block) >= 0.6:
        return True
    words = block.text.split()
    return 2 <= len(words) <= 24 and not block.text.endswith(_SENTENCE_END) and not _is_furniture(scene, index)


def _own_element(scene: Scene, index: int) -> HtmlElement | None:
    """The largest element that starts with the opener, holds more than it, and holds none of the likely body."""
    element, best = scene.blocks[index].element, None
    before = scene.blocks[index - 1].element if index else None
    while element is not None and element.tag != "body" and not is_under(before, element):
        if scene.weights.get(element, 0) > 0:
            break
        if index + 1 < len(scene.blocks) and is_under(scene.blocks[index + 1].element, element):
            best = element
        element = element.getparent()
    return best


def _end_of(scene: Scene, index: int, element: HtmlElement) -> int:
    while index < len(scene.blocks) and is_under(scene.blocks[index].element, element):
        index += 1
    return index


def _links_follow(scene: Scene, index: int) -> bool:
    following = scene.blocks[index + 1 : index + 6]
    return sum(1 for block in following if link_cover(block) >= 0.6 and len(block.text) > 20) >= 2


def _items(scene: Scene, start: int) -> int:
    """End of a run of titles, each with at most one teaser."""
    index, had_teaser = start, False
    while index < len(scene.blocks) and not _is_boundary(scene, index) and is_title(scene, index):
        following = index + 1
        if _is_teaser(scene, following):
            if _is_paragraph(scene, following + 1):  # two paragraphs on end: the article goes on
                return following + 1 if had_teaser else (index if not scene.blocks[index].links else following)
            had_teaser, following = True, following + 1
        index = following
    return index


def _is_teaser(scene: Scene, index: int) -> bool:
    return _is_paragraph(scene, index) and len(scene.blocks[index].text.split()) <= TEASER_WORDS


def _is_paragraph(scene: Scene, index: int) -> bool:
    if index >= len(scene.blocks) or _is_boundary(scene, index):
        return False
    return not is_title(scene, index) and not _is_furniture(scene, index)


def _is_boundary(scene: Scene, index: int) -> bool:
    block = scene.blocks[index]
    return block.kind not in (Kind.TABLE_ROW, Kind.CODE) and scene.rules.opener(block.text) is not None


def _is_furniture(scene: Scene, index: int) -> bool:
    return scene.rules.by_text(scene.blocks[index].text) is not None


def _labels(scene: Scene, start: int) -> int:
    """End of a run of short lines: 'Official Telegram Channel:', '@example', tag names."""
    index = start
    while index < len(scene.blocks) and not _is_boundary(scene, index) and _is_label(scene.blocks[index]):
        index += 1
    return index


def _is_label(block: Block) -> bool:
    if block.kind is Kind.HEADING:
        return False
    words = len(block.text.split())
    return words <= 4 or (words <= 14 and (block.text.endswith(":") or ":" in block.text or link_cover(block) >= 0.5))


def _paragraphs(scene: Scene, start: int) -> int:
    """End of the paragraphs below the opener, up to the next heading, as long as no more of the article follows."""
    end = min(start + MAX_PARAGRAPHS, len(scene.blocks))
    for index in range(start, end):
        if scene.blocks[index].kind is Kind.HEADING or _is_boundary(scene, index):
            end = index
            break
    if any(scene.is_full(index) for index in range(end, min(end + 12, len(scene.blocks)))):
        return _short_call(scene, start, end)
    return end


def _short_call(scene: Scene, start: int, end: int) -> int:
    """Between the article's own paragraphs only what is plainly no text of its own goes with the opener."""
    index = start
    while index < end and (_is_furniture(scene, index) or not scene.is_full(index)):
        index += 1
    return index


def _rest(scene: Scene, start: int) -> int:
    after = sum(len(scene.blocks[i].text) for i in range(start, len(scene.blocks)) if scene.is_full(i))
    return len(scene.blocks) if after <= scene.total * REST_SHARE else start


_WALKS = {Takes.ITEMS: _items, Takes.LABELS: _labels, Takes.PARAGRAPHS: _paragraphs, Takes.REST: _rest}
