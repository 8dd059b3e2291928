"""Sections that a heading opens: "Related Articles" with its teasers, "Official Accounts" with its labels.

In markup a section is mostly an element of its own. Where editors paste it between the article's own paragraphs, or in
a plain text dump, only the order of blocks says where it ends: the rule's ``takes`` names the shape to expect.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml.html import HtmlElement

from pipelines.extraction.blocks import Block, Kind
from pipelines.extraction.boilerplate import Place, Rule, Takes
from pipelines.extraction.cards import count_words, link_cover
from pipelines.extraction.scene import Scene, is_under

MAX_PARAGRAPHS = 6
TEASER_WORDS = 80
REST_SHARE, PARAGRAPHS_SHARE = 0.3, 0.2
"""A section of comments or of paragraphs must not hold more than this share of the likely body."""

_SENTENCE_END = (".", "。", "…", ":", ";", ",", "؟", "।")


def section(scene: Scene, index: int) -> tuple[Rule, range] | None:
    """The rule and the blocks of the section that block ``index`` opens, itself included; None if it opens none."""
    block = scene.blocks[index]
    if block.kind in (Kind.TABLE_ROW, Kind.CODE, Kind.QUOTE):
        return None
    opener = scene.rules.opener(block.text)
    if opener is None or not _links_follow(scene, index, *opener):
        return None
    rule = opener[0]
    own = _own_element(scene, index)
    end = _end_of(scene, index, own) if own is not None else _WALKS[rule.takes](scene, index + 1)
    return (rule, range(index, end)) if end > index + 1 else None


def is_title(scene: Scene, index: int) -> bool:
    """Whether the block could be the title of a teaser: a link, a heading, or a short line that ends no sentence."""
    block = scene.blocks[index]
    if block.kind is Kind.HEADING or link_cover(block) >= 0.6:
        return True
    return (
        2 <= count_words(block.text) <= 24
        and not block.text.endswith(_SENTENCE_END)
        and not _is_furniture(scene, index)
    )


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


def _links_follow(scene: Scene, index: int, rule: Rule, wanted: int) -> bool:
    """Whether enough of the next blocks are links, the very next or the one after it among them.

    Links to other pages of the site, or to places on this page where the rule takes labels (a table of contents).
    """
    if not wanted:
        return True
    if scene.blocks[index].element is None:  # a text dump has lost its links
        return index + 2 < len(scene.blocks) and is_title(scene, index + 1)
    if rule.takes is Takes.LABELS:
        return any(link_cover(block) >= 0.6 for block in scene.blocks[index + 1 : index + 3])
    following = [scene.leads_to_own(each) for each in range(index + 1, min(index + 7, len(scene.blocks)))]
    return sum(following) >= wanted and any(following[:2])


Test = Callable[[Scene, int], bool]


def items_end(scene: Scene, start: int, is_item: Test | None = None) -> int:
    """End of a run of titles, each with at most one teaser if the first one has one."""
    if start >= len(scene.blocks):
        return start
    is_item = is_item or (_is_linked_title if scene.blocks[start].links else is_title)
    index, with_teasers = start, False
    while index < len(scene.blocks) and not _is_boundary(scene, index) and is_item(scene, index):
        teaser = index + 1
        if (with_teasers or index == start) and _is_teaser(scene, index, is_item):
            if _is_paragraph(scene, teaser + 1, is_item) and scene.is_body(teaser + 1):  # the article goes on
                return teaser + 1 if with_teasers else (teaser if scene.blocks[index].links else index)
            with_teasers, teaser = True, teaser + 1
        index = teaser
    return index


def _is_linked_title(scene: Scene, index: int) -> bool:
    block = scene.blocks[index]
    return link_cover(block) >= 0.6 or (block.kind is Kind.HEADING and bool(block.links))


def _is_teaser(scene: Scene, title: int, is_item: Test) -> bool:
    """Whether the block after a title is its teaser."""
    if not _is_paragraph(scene, title + 1, is_item) or count_words(scene.blocks[title + 1].text) > TEASER_WORDS:
        return False
    return scene.blocks[title].kind is not Kind.LIST_ITEM or scene.blocks[title + 1].kind is Kind.LIST_ITEM


def _is_paragraph(scene: Scene, index: int, is_item: Test) -> bool:
    if index >= len(scene.blocks) or scene.blocks[index].kind is Kind.HEADING or _is_boundary(scene, index):
        return False
    return not is_item(scene, index) and link_cover(scene.blocks[index]) < 0.6 and not _is_furniture(scene, index)


def _is_boundary(scene: Scene, index: int) -> bool:
    block = scene.blocks[index]
    return block.kind not in (Kind.TABLE_ROW, Kind.CODE) and scene.rules.opener(block.text) is not None


def _is_furniture(scene: Scene, index: int) -> bool:
    return scene.rules.by_text(scene.blocks[index].text, Place.ANY) is not None


def _labels(scene: Scene, start: int) -> int:
    """End of a run of short lines: 'Official Telegram Channel:', '@example', tag names."""
    index = start
    while index < len(scene.blocks) and not _is_boundary(scene, index) and _is_label(scene.blocks[index]):
        index += 1
    return index


def _is_label(block: Block) -> bool:
    if block.kind is Kind.HEADING:
        return False
    words = count_words(block.text)
    return words <= 4 or (words <= 14 and (block.text.endswith(":") or ":" in block.text or link_cover(block) >= 0.5))


def _paragraphs(scene: Scene, start: int) -> int:
    """End of the paragraphs below the opener, up to the next heading.

    Where the article goes on soon after, and for what is not plainly furniture, no full paragraph is taken.
    """
    end = min(start + MAX_PARAGRAPHS, len(scene.blocks))
    for index in range(start, end):
        if scene.blocks[index].kind is Kind.HEADING or _is_boundary(scene, index):
            end = index
            break
    goes_on = any(scene.is_full(index) for index in range(end, min(end + 12, len(scene.blocks))))
    if goes_on or _weight(scene, start, end) > scene.total * PARAGRAPHS_SHARE:
        return _short_call(scene, start, end)
    return end


def _weight(scene: Scene, start: int, end: int) -> int:
    return sum(len(scene.blocks[index].text) for index in range(start, end) if scene.is_full(index))


def _short_call(scene: Scene, start: int, end: int) -> int:
    """Between the article's own paragraphs only what is plainly no text of its own goes with the opener."""
    index = start
    while index < end and (_is_furniture(scene, index) or (index < start + 2 and not scene.is_full(index))):
        index += 1
    return index


def _rest(scene: Scene, start: int) -> int:
    """End of what follows up to a heading as high as the opener's: readers' comments."""
    level = scene.blocks[start - 1].level or 7
    end = start
    while end < len(scene.blocks) and not 0 < scene.blocks[end].level <= level:
        end += 1
    return end if _weight(scene, start, end) <= scene.total * REST_SHARE else start


_WALKS = {Takes.ITEMS: items_end, Takes.LABELS: _labels, Takes.PARAGRAPHS: _paragraphs, Takes.REST: _rest}
