"""Two texts side by side: what both have, what is lost and what is gained, by the word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby, zip_longest
from typing import TypeVar

MAX_ALIGNED = 3_000
"""Words, or blocks, that are aligned at one time: alignment takes quadratic time. Longer stretches count as a whole."""
MIN_ALIKE = 0.3
"""Share of common words below which a stretch was replaced, not edited."""
CONTEXT = 240
"""Characters of unchanged text shown on either side of a change."""
MAX_SHOWN = 40_000
"""Characters of a text that are shown."""

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"(?:[{_UNSPACED}]|[^\W{_UNSPACED}]+(?:[-'’.,][^\W{_UNSPACED}]+)*|[^\w\s])\s*")
"""A word, a character of a script without spaces, or a punctuation mark; with the space that follows."""
T = TypeVar("T")


class Op(StrEnum):
    """What became of a piece of text; ``skipped`` stands for unchanged text that is not shown."""

    SAME = "same"
    LOST = "lost"
    GAINED = "gained"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that met one fate. The text of a ``skipped`` one says how much is left out."""

    op: Op
    text: str


def changes(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces of both texts in order: blocks, parted by blank lines, are aligned first, then the words in them."""
    pieces: list[Piece] = []
    for alike, lost, gained in _aligned(_blocks(old), _blocks(new)):
        pieces += [Piece(Op.SAME, "".join(gained))] if alike else _in_blocks(lost, gained)
    return _merged(pieces)


def count_words(text: str) -> int:
    """How many words a text has; a character of a script without spaces is one."""
    return sum(1 for token in _TOKEN.finditer(text) if text[token.start()].isalnum())


def abridged(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The pieces with long unchanged stretches left out but for their ends, and cut off at ``MAX_SHOWN``."""
    shown: list[Piece] = []
    room = MAX_SHOWN
    for piece in pieces:
        for part in _shortened(piece) if piece.op is Op.SAME else (piece,):
            if len(part.text) > room:
                return (*shown, Piece(part.op, part.text[:room]), Piece(Op.SKIPPED, "the rest is too long to show"))
            room -= len(part.text)
            shown.append(part)
    return tuple(shown)


def _blocks(text: str) -> list[str]:
    return [f"{block}\n\n" for block in text.split("\n\n")] if text else []


def _in_blocks(lost: Sequence[str], gained: Sequence[str]) -> Iterator[Piece]:
    """Blocks against blocks: joined, so that split and merged paragraphs are seen; in pairs where that is too much."""
    pairs: list[tuple[str, str]] = [("".join(lost), "".join(gained))]
    if max(map(len, pairs[0])) > 5 * MAX_ALIGNED:
        pairs = list(zip_longest(lost, gained, fillvalue=""))
    for before, after in pairs:
        yield from _in_words(before, after)


def _in_words(lost: str, gained: str) -> list[Piece]:
    tokens = _TOKEN.findall(lost), _TOKEN.findall(gained)
    bare = [[token.rstrip() for token in side] for side in tokens]
    spans = list(_spans(*bare))
    common = sum(last - first for alike, _, (first, last) in spans if alike)
    if 2 * common < MIN_ALIKE * (len(bare[0]) + len(bare[1])):
        return _replaced(lost, gained)
    pieces: list[Piece] = []
    for alike, before, after in spans:
        texts = "".join(tokens[0][slice(*before)]), "".join(tokens[1][slice(*after)])
        pieces += [Piece(Op.SAME, texts[1])] if alike else _replaced(*texts)
    return pieces


def _replaced(lost: str, gained: str) -> list[Piece]:
    return [Piece(op, text) for op, text in ((Op.LOST, lost), (Op.GAINED, gained)) if text]


def _aligned(old: Sequence[T], new: Sequence[T]) -> Iterator[tuple[bool, Sequence[T], Sequence[T]]]:
    for alike, before, after in _spans(old, new):
        yield alike, old[slice(*before)], new[slice(*after)]


def _spans(old: Sequence[T], new: Sequence[T]) -> Iterator[tuple[bool, tuple[int, int], tuple[int, int]]]:
    """Whether alike, and from where to where in either: common ends first, which costs nothing, then difflib."""
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    tail = next((at for at in range(shorter - head) if old[-1 - at] != new[-1 - at]), shorter - head)
    if head:
        yield True, (0, head), (0, head)
    inner = old[head : len(old) - tail], new[head : len(new) - tail]
    for alike, before, after in _inner_spans(*inner):
        yield alike, (head + before[0], head + before[1]), (head + after[0], head + after[1])
    if tail:
        yield True, (len(old) - tail, len(old)), (len(new) - tail, len(new))


def _inner_spans(old: Sequence[T], new: Sequence[T]) -> Iterator[tuple[bool, tuple[int, int], tuple[int, int]]]:
    if not old and not new:
        return
    if max(len(old), len(new)) > MAX_ALIGNED:
        yield False, (0, len(old)), (0, len(new))
        return
    for tag, *ends in SequenceMatcher(None, old, new).get_opcodes():
        yield tag == "equal", (ends[0], ends[1]), (ends[2], ends[3])


def _merged(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    return tuple(Piece(op, "".join(each.text for each in run)) for op, run in groupby(pieces, lambda piece: piece.op))


def _shortened(piece: Piece) -> tuple[Piece, ...]:
    text = piece.text
    if len(text) <= 3 * CONTEXT:
        return (piece,)
    middle = text[CONTEXT:-CONTEXT]
    left_out = Piece(Op.SKIPPED, f"{count_words(middle):,} words unchanged")
    return Piece(Op.SAME, text[:CONTEXT]), left_out, Piece(Op.SAME, text[-CONTEXT:])
