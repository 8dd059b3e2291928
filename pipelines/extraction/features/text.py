"""Features of a block's own text and inline markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from math import log1p

import numpy as np

from pipelines.extraction.alignment import words
from pipelines.extraction.blocks import Block, Kind
from pipelines.extraction.features.columns import Columns, Floats, Ints
from pipelines.extraction.features.vocabulary import TEXT_GROUPS, text_groups

_ENDS = tuple('.!?…。！？」』"”’»)।')
_BULLETS = tuple("•·|›»→▶+*-–—")
_KINDS = tuple(Kind)
_DETAILS = (
    "word_length ends_colon ends_ellipsis starts_lower starts_bullet capitals digits commas quotes sentences links "
    "longest_link strong em pipes"
).split()


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


def detail_columns(
    blocks: Sequence[Block], tokens: Sequence[Sequence[str]], at: Ints, titles: Sequence[str], about: str
) -> Columns:
    """The dearer columns, for the blocks ``at`` these places; 0 elsewhere."""
    places = at.tolist()
    filled = np.zeros((len(blocks), len(_DETAILS) + len(TEXT_GROUPS)))
    if places:
        details = np.array([_row(blocks[place], tokens[place]) for place in places])
        filled[at] = np.hstack((details, text_groups([blocks[place].text for place in places])))
    columns = dict(zip((*_DETAILS, *(f"text_{name}" for name in TEXT_GROUPS)), filled.T, strict=True))
    seen = Counter(block.text for block in blocks)
    columns["repeated"] = np.array([min(seen[block.text], 4) - 1.0 for block in blocks])
    return columns | _likeness_columns(tokens, places, {"title": titles, "about": [about]})


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


def _likeness_columns(
    tokens: Sequence[Sequence[str]], places: Sequence[int], texts: Mapping[str, Sequence[str]]
) -> Columns:
    """How like the blocks are to texts of these names; 0 for those of more than three times as many words."""
    columns = {f"{what}_{name}": np.zeros(len(tokens)) for name in texts for what in ("like", "in")}
    sets = {name: {frozenset(map(str.lower, words(text))) for text in each if text} for name, each in texts.items()}
    limits = {name: 3 * max(map(len, each), default=0) for name, each in sets.items()}
    for place in places:
        size = len(tokens[place])
        if not 0 < size <= max(limits.values()):
            continue
        own = set(map(str.lower, tokens[place]))
        for name in texts:
            if size <= limits[name]:
                columns[f"like_{name}"][place], columns[f"in_{name}"][place] = _likeness(own, sets[name])
    return columns


def _likeness(own: Set[str], others: Set[frozenset[str]]) -> tuple[float, float]:
    """Best overlap (Jaccard) with one of the others, and the best share of a block's ``own`` words that one holds."""
    shared = [(len(own & other), len(other)) for other in others]
    like = max(common / (len(own) + size - common) for common, size in shared)
    return like, max(common for common, _ in shared) / len(own)
