"""Features of a block's own text and inline markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from math import log1p
from typing import NamedTuple, Self

import numpy as np

from pipelines.extraction.alignment import words
from pipelines.extraction.blocks import Block, Kind
from pipelines.extraction.features.columns import Bools, Columns, Floats
from pipelines.extraction.features.vocabulary import TEXT_GROUPS, text_groups

_ENDS = tuple('.!?…。！？」』"”’»)।')
_BULLETS = tuple("•·|›»→▶+*-–—")
_KINDS = tuple(Kind)
_DETAILS = (
    "word_length ends_colon ends_ellipsis starts_lower starts_bullet capitals digits commas quotes sentences links "
    "longest_link strong em pipes"
).split()
_LIKE = ("title", "about")
_NAMES = (
    *_DETAILS,
    *(f"text_{name}" for name in TEXT_GROUPS),
    *(f"{what}_{name}" for name in _LIKE for what in ("like", "in")),
)


def plain_columns(blocks: Sequence[Block], sizes: Floats) -> Columns:
    """What the features of all blocks' surroundings are made from."""
    texts = [block.text for block in blocks]
    linked = [
        sum(span.end - span.start for span in block.spans if span.mark == "a") / len(block.text) for block in blocks
    ]
    columns: Columns = {
        "words": np.log1p(sizes),
        "chars": np.log1p(np.fromiter(map(len, texts), np.float64, len(texts))),
        "linked": np.minimum(linked, 1.0),
        "ends_sentence": np.fromiter((text.endswith(_ENDS) for text in texts), np.float64, len(texts)),
        "level": np.fromiter((block.level for block in blocks), np.float64, len(texts)),
        "bare": np.fromiter((block.bare for block in blocks), np.float64, len(texts)),
    }
    kinds = np.fromiter((_KINDS.index(block.kind) for block in blocks), np.int64, len(texts))
    return columns | {f"kind_{kind.value}": (kinds == number).astype(np.float64) for number, kind in enumerate(_KINDS)}


class Details:
    """The dearer columns, computed for the blocks that they are asked for, once."""

    def __init__(
        self, blocks: Sequence[Block], tokens: Sequence[Sequence[str]], titles: Sequence[str], about: str
    ) -> None:
        self._blocks, self._tokens = blocks, tokens
        self._texts = [_Texts.of(each) for each in (titles, [about])]
        self._rows = np.zeros((len(blocks), len(_DETAILS) + len(TEXT_GROUPS) + 2 * len(_LIKE)))
        self._known = np.zeros(len(blocks), dtype=np.bool_)
        seen = Counter(block.text for block in blocks)
        self._repeated = np.array([min(seen[block.text], 4) - 1.0 for block in blocks])

    def columns(self, wanted: Bools) -> Columns:
        """All of them; 0 for blocks that are not ``wanted``."""
        new = np.flatnonzero(wanted & ~self._known)
        if len(new):
            self._rows[new] = self._read(new.tolist())
            self._known |= wanted
        shown = np.where(wanted[:, None], self._rows, 0.0)
        return {**dict(zip(_NAMES, shown.T, strict=True)), "repeated": self._repeated}

    def _read(self, places: Sequence[int]) -> Floats:
        details = [_row(self._blocks[place], self._tokens[place]) for place in places]
        groups = text_groups([self._blocks[place].text for place in places])
        likeness = [_likenesses(self._tokens[place], self._texts) for place in places]
        return np.hstack((details, groups, likeness))


def _row(block: Block, block_words: Sequence[str]) -> tuple[float, ...]:
    text, count = block.text, max(len(block_words), 1)
    size = len(text)
    longest = links = strong = em = 0
    for span in block.spans:
        length = span.end - span.start
        if span.mark == "a":
            links += 1
            longest = max(longest, length)
        elif span.mark == "strong":
            strong += length
        elif span.mark == "em":
            em += length
    return (
        size / count,
        float(text[-1] == ":"),
        float(text.endswith(("...", "…"))),
        float(text[0].islower()),
        float(text.startswith(_BULLETS)),
        sum(map(str.istitle, block_words)) / count,
        sum(map(str.isdigit, block_words)) / count,
        text.count(",") / count,
        float(text.startswith(("“", '"', "„", "«", "»", "‘"))),
        log1p(text.count(". ") + text.count("? ") + text.count("! ")),
        log1p(links),
        longest / size,
        min(strong / size, 1.0),
        min(em / size, 1.0),
        float(text.count("|") + text.count("•") + text.count("·")),
    )


class _Texts(NamedTuple):
    """The words of texts that blocks are compared with, and how many a block may have to be compared at all."""

    words: Set[frozenset[str]]
    limit: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Three times the words of the longest is the limit."""
        each = {frozenset(map(str.lower, words(text))) for text in texts if text}
        return cls(each, 3 * max(map(len, each), default=0))


def _likenesses(own: Sequence[str], texts: Sequence[_Texts]) -> list[float]:
    """How like a block of these words is to each of the texts; 0 where it has too many words, or none."""
    if not 0 < len(own) <= max(each.limit for each in texts):
        return [0.0, 0.0] * len(texts)
    folded = set(map(str.lower, own))
    found = (_likeness(folded, each.words) if len(own) <= each.limit else (0.0, 0.0) for each in texts)
    return [value for pair in found for value in pair]


def _likeness(own: Set[str], others: Set[frozenset[str]]) -> tuple[float, float]:
    """Best overlap (Jaccard) with one of the others, and the best share of a block's ``own`` words that one holds."""
    shared = [(len(own & other), len(other)) for other in others]
    like = max(common / (len(own) + size - common) for common, size in shared)
    return like, max(common for common, _ in shared) / len(own)
