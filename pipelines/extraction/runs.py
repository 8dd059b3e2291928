"""Links to other articles known by their shape alone: lead-in lines, and runs of cards after the article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipelines.extraction.blocks import Block, Kind
from pipelines.extraction.cards import count_words, is_article_url, link_cover
from pipelines.extraction.scene import Scene
from pipelines.extraction.sections import items_end

MIN_CARDS = 2
MAX_SHARE = 0.35
"""A run with more than this share of the likely body is the article: a list of things, each with its link."""
MAX_OPENER_WORDS = 8

_LEAD = re.compile(
    r"(?!\W*(?:pictured|image|photo|source|download|website|via|by|from|author|video|credit|tags?)\b)"
    r"[^.!?:;,]{2,40}[:：]\s*",
    re.IGNORECASE,
)


def is_lead_line(scene: Scene, index: int) -> bool:
    """Whether a paragraph is a label and one link to another article of the site: 'More on this: Title of it'."""
    block = scene.blocks[index]
    if block.kind is not Kind.PARAGRAPH or len(block.text) > 300 or len(block.links) != 1:
        return False
    lead, link = _LEAD.match(block.text), block.links[0]
    if lead is None or not lead.end() - 2 <= link.start <= lead.end() or link.end < len(block.text) - 2:
        return False
    words = count_words(block.text[link.start : link.end])
    return words >= 4 and scene.is_own(link.href) and is_article_url(link.href or "")


def card_run(scene: Scene, index: int, settled: Sequence[object], *, sure: bool = False) -> range | None:
    """The run of cards that starts at a block, with the heading above it, where no more of the article follows.

    ``sure``: the block is known to stand above cards, so they may be more than the article itself.
    """
    start = index if _is_card_title(scene, index) else index + 1
    if (start > index and not _could_open(scene, index)) or not _is_card_title(scene, start):
        return None
    end = items_end(scene, start, _is_card_title)
    titles = [scene.blocks[each] for each in range(start, end) if _is_card_title(scene, each)]
    is_most = _weight(scene, range(start, end)) > scene.total * MAX_SHARE
    if not _are_cards(titles) or (is_most and not sure):
        return None
    if any(_is_card_title(scene, each) and not settled[each] for each in _body(scene, scene.near.start, index)):
        return None  # a list of things, each with its link, in which the article's text stands
    goes_on = any(scene.is_full(each) and not settled[each] for each in range(end, scene.near.stop))
    return None if goes_on else range(index, end)


def _are_cards(titles: Sequence[Block]) -> bool:
    """Two titles with teasers or headings are cards; items of a list must be three and read like titles."""
    if any(title.kind is Kind.LIST_ITEM for title in titles):
        return len(titles) >= 3 and sum(count_words(title.text) for title in titles) >= 5 * len(titles)
    return len(titles) >= MIN_CARDS


def _body(scene: Scene, start: int, end: int) -> Iterator[int]:
    return (index for index in range(start, end) if scene.is_body(index))


def _is_card_title(scene: Scene, index: int) -> bool:
    if index >= len(scene.blocks):
        return False
    block = scene.blocks[index]
    if block.kind in (Kind.TABLE_ROW, Kind.QUOTE, Kind.CODE) or link_cover(block) < 0.9 or count_words(block.text) < 3:
        return False
    return any(scene.is_own(span.href) and is_article_url(span.href or "") for span in block.links)


def _could_open(scene: Scene, index: int) -> bool:
    block = scene.blocks[index]
    return block.kind is Kind.HEADING and not block.links and count_words(block.text) <= MAX_OPENER_WORDS


def _weight(scene: Scene, run: range) -> int:
    return sum(len(scene.blocks[index].text) for index in run if scene.is_full(index))
