"""A text cut into words once, for all that looks names up in it."""

from __future__ import annotations

import re
from itertools import accumulate

MAX_CHARACTERS = 100_000
"""How much of a body is read: more than any article, and what a page without end costs at most."""

UNSPACED = "\u0900-\u097f\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Scripts whose names stand among other characters without a space, or whose vowel signs are no letters to ``re``."""

WORD = re.compile(rf"[^\W_{UNSPACED}]+")
_PIECES = re.compile(f"({WORD.pattern})")


class Words:
    """The first ``MAX_CHARACTERS`` of a text as words and the gaps around them; a place is said by numbers of words.

    ``starts`` are in characters, ``folded`` is ``raw`` in lower case, and ``gaps[n]`` stands before word ``n``.
    """

    __slots__ = ("folded", "gaps", "raw", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text[:MAX_CHARACTERS]
        pieces = _PIECES.split(self.text)
        self.raw: list[str] = pieces[1::2]
        self.gaps: list[str] = pieces[0::2]
        self.folded = [word.lower() for word in self.raw]
        self.starts = list(accumulate(map(len, pieces)))[0::2]

    def __len__(self) -> int:
        return len(self.raw)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the words ``first`` to ``last`` start and stop, in characters."""
        return self.starts[first], self.starts[last] + len(self.raw[last])

    def gap(self, index: int) -> str:
        """What stands between the word ``index`` and the next."""
        return self.gaps[index + 1]
