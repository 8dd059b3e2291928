"""Features of a block's own text and inline markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log1p

import numpy as np

from pipelines.extraction.alignment import words
from pipelines.extraction.blocks import Block, Kind
from pipelines.extraction.features.columns import Columns, Floats
from pipelines.extraction.features.vocabulary import TEXT_GROUPS, text_groups

_ENDS = tuple('.!?…。！？」』"”’»)।')
_BULLETS = tuple("•·|›»→▶+*-–—")


def text_columns(
    blocks: Sequence[Block], tokens: Sequence[Sequence[str]], titles: Sequence[str], about: str
) -> Columns:
    """Columns that need no more than the block, the page's title variants and its description."""
    rows = np.array(
        [_row(block, block_words) for block, block_words in zip(blocks, tokens, strict=True)], dtype=np.float64
    )
    columns = dict(zip(_NAMES, rows.T, strict=True))
    groups = np.array([text_groups(block.text) for block in blocks], dtype=np.float64)
    columns |= {f"text_{name}": groups[:, i] for i, name in enumerate(TEXT_GROUPS)}
    columns |= {f"kind_{kind.value}": np.array([float(block.kind is kind) for block in blocks]) for kind in Kind}
    seen = Counter(block.text for block in blocks)
    columns["repeated"] = np.array([min(seen[block.text], 4) - 1.0 for block in blocks])
    columns["like_title"], columns["in_title"] = _likeness(tokens, titles)
    columns["like_about"], columns["in_about"] = _likeness(tokens, [about])
    return columns


_NAMES = (
    "words chars word_length ends_sentence ends_colon ends_ellipsis starts_lower starts_bullet capitals digits commas "
    "quotes sentences links linked longest_link strong em level bare pipes"
).split()


def _row(block: Block, block_words: Sequence[str]) -> tuple[float, ...]:
    text, count = block.text, max(len(block_words), 1)
    size = len(text)
    marked = {"a": 0, "strong": 0, "em": 0, "code": 0}
    longest = links = 0
    for span in block.spans:
        marked[span.mark] += span.end - span.start
        if span.mark == "a":
            links += 1
            longest = max(longest, span.end - span.start)
    return (
        log1p(len(block_words)),
        log1p(size),
        size / count,
        float(text.endswith(_ENDS)),
        float(text.endswith(":")),
        float(text.endswith(("...", "…"))),
        float(text[:1].islower()),
        float(text.startswith(_BULLETS)),
        sum(map(str.istitle, block_words)) / count,
        sum(map(str.isdigit, block_words)) / count,
        text.count(",") / count,
        float(text.startswith(("“", '"', "„", "«", "»", "‘"))),
        log1p(text.count(". ") + text.count("? ") + text.count("! ")),
        log1p(links),
        min(marked["a"] / size, 1.0),
        longest / size,
        min(marked["strong"] / size, 1.0),
        min(marked["em"] / size, 1.0),
        float(block.level),
        float(block.bare),
        float(text.count("|") + text.count("•") + text.count("·")),
    )


def _likeness(tokens: Sequence[Sequence[str]], texts: Sequence[str]) -> tuple[Floats, Floats]:
    """Best overlap (Jaccard) with one of ``texts``, and the best share of a block's words that one of them holds."""
    sets = [{word.lower() for word in words(text)} for text in texts if text]
    like, inside = np.zeros(len(tokens)), np.zeros(len(tokens))
    longest = 3 * max(map(len, sets), default=0)
    for index, block_words in enumerate(tokens):
        if not 0 < len(block_words) <= longest:
            continue
        own = {word.lower() for word in block_words}
        for other in sets:
            shared = len(own & other)
            like[index] = max(like[index], shared / (len(own) + len(other) - shared))
            inside[index] = max(inside[index], shared / len(own))
    return like, inside
