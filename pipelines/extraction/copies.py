"""A story that a page holds twice (once for phones, once in print) is read once."""

from __future__ import annotations

from collections.abc import Sequence

MIN_BLOCKS = 3
PROSE_WORDS = 12
MIN_WORDS = 60
"""In blocks of at least ``PROSE_WORDS``. A shorter run of repeated blocks may be meant: a refrain, a legend."""


def second_copies(texts: Sequence[str]) -> frozenset[int]:
    """Places of ``texts`` in runs that repeat, in order and without a gap, what stands further up."""
    first: dict[str, int] = {}
    copies: set[int] = set()
    place = 0
    while place < len(texts):
        length = _run(texts, first.get(texts[place]), place)
        run = range(place, place + length)
        if length >= MIN_BLOCKS and _prose(texts[place : place + length]) >= MIN_WORDS:
            copies.update(run)
        for index in run or (place,):
            first.setdefault(texts[index], index)
        place += length or 1
    return frozenset(copies)


def _run(texts: Sequence[str], start: int | None, place: int) -> int:
    """How many texts from ``place`` on are those from ``start`` on."""
    if start is None:
        return 0
    length = 0
    while place + length < len(texts) and start + length < place and texts[start + length] == texts[place + length]:
        length += 1
    return length


def _prose(texts: Sequence[str]) -> int:
    """Words in blocks that read like paragraphs."""
    counts = (len(text.split()) for text in texts)
    return sum(count for count in counts if count >= PROSE_WORDS)
