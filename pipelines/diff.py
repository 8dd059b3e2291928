"""Two texts side by side: what both have, what was removed and what was added, by the sentence and by the word.

``diff(old, new)`` gives the segments in order: all but the added ones make the old text, all but the removed ones the
new. ``abridged`` leaves out long unchanged stretches. Hostile texts take bounded time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby, pairwise, zip_longest
from typing import TypeVar

from pipelines.unspaced import RANGES

MAX_ALIGNED = 3_000
"""Words, or blocks, that are aligned at one time: alignment takes quadratic time. Longer stretches count as a whole."""
MIN_ALIKE = 0.3
"""Share of common words below which a stretch was replaced, not edited."""
CONTEXT = 240
"""Characters of unchanged text shown on either side of a change."""
MAX_SHOWN = 40_000
"""Characters of a text that are shown."""

_TOKEN = re.compile(rf"(?:[{RANGES}]|[^\W{RANGES}]+(?:[-'’.,][^\W{RANGES}]+)*|[^\w\s])\s*")
"""A word, a character of a script without spaces, or a punctuation mark; with the space that follows."""
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’»)\]]{0,3}\s+|(?<=[。！？])|\n+")
T = TypeVar("T")


class Op(StrEnum):
    """What became of a segment of text; ``skipped`` stands for unchanged text that is not shown."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that met one fate. The text of a ``skipped`` one says how much ``abridged`` left out."""

    op: Op
    text: str


def diff(old: str, new: str) -> tuple[Segment, ...]:
    """The segments of both texts in order.

    Blocks, parted by blank lines, are aligned first, then the sentences in those that changed, then the words in those
    that changed; where hardly a word is common, one text replaced the other. Spaces of kept text are the new one's.
    """
    segments: list[Segment] = []
    for alike, lost, gained in _aligned(_blocks(old), _blocks(new)):
        segments += [Segment(Op.KEPT, "".join(gained))] if alike else _in_blocks(lost, gained)
    return _merged(segments)


def count_words(text: str) -> int:
    """How many words a text has; a character of a script without spaces is one."""
    return sum(1 for token in _TOKEN.finditer(text) if text[token.start()].isalnum())


def abridged(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """The segments with long unchanged stretches left out but for their ends, and cut off at ``MAX_SHOWN``."""
    shown: list[Segment] = []
    room = MAX_SHOWN
    for segment in segments:
        for part in _shortened(segment) if segment.op is Op.KEPT else (segment,):
            if len(part.text) > room:
                return (*shown, Segment(part.op, part.text[:room]), Segment(Op.SKIPPED, "the rest is too long to show"))
            room -= len(part.text)
            shown.append(part)
    return tuple(shown)


def _blocks(text: str) -> list[str]:
    return [f"{block}\n\n" for block in text.split("\n\n")] if text else []


def _in_blocks(lost: Sequence[str], gained: Sequence[str]) -> Iterator[Segment]:
    """Blocks against blocks: joined, so that split and merged paragraphs are seen; in pairs where that is too much."""
    pairs: list[tuple[str, str]] = [("".join(lost), "".join(gained))]
    if max(map(len, pairs[0])) > 5 * MAX_ALIGNED:
        pairs = list(zip_longest(lost, gained, fillvalue=""))
    for before, after in pairs:
        yield from _in_sentences(before, after)


def _in_sentences(lost: str, gained: str) -> Iterator[Segment]:
    for alike, before, after in _aligned(_sentences(lost), _sentences(gained)):
        if alike:
            yield Segment(Op.KEPT, "".join(after))
        else:
            yield from _in_words("".join(before), "".join(after))


def _sentences(text: str) -> list[str]:
    ends = [0, *(end.end() for end in _SENTENCE_END.finditer(text)), len(text)]
    return [text[start:stop] for start, stop in pairwise(ends) if start < stop]


def _in_words(lost: str, gained: str) -> list[Segment]:
    tokens = _TOKEN.findall(lost), _TOKEN.findall(gained)
    bare = [[token.rstrip() for token in side] for side in tokens]
    spans = list(_spans(*bare))
    common = sum(last - first for alike, _, (first, last) in spans if alike)
    if 2 * common < MIN_ALIKE * (len(bare[0]) + len(bare[1])):
        return _replaced(lost, gained)
    segments: list[Segment] = []
    for alike, before, after in spans:
        texts = "".join(tokens[0][slice(*before)]), "".join(tokens[1][slice(*after)])
        segments += [Segment(Op.KEPT, texts[1])] if alike else _replaced(*texts)
    return segments


def _replaced(lost: str, gained: str) -> list[Segment]:
    return [Segment(op, text) for op, text in ((Op.REMOVED, lost), (Op.ADDED, gained)) if text]


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


def _merged(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    return tuple(
        Segment(op, "".join(each.text for each in run)) for op, run in groupby(segments, lambda segment: segment.op)
    )


def _shortened(segment: Segment) -> tuple[Segment, ...]:
    text = segment.text
    if len(text) <= 3 * CONTEXT:
        return (segment,)
    middle = text[CONTEXT:-CONTEXT]
    left_out = Segment(Op.SKIPPED, f"{count_words(middle):,} words unchanged")
    return Segment(Op.KEPT, text[:CONTEXT]), left_out, Segment(Op.KEPT, text[-CONTEXT:])
