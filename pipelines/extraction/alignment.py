"""Which words of a page are the words of another text, by place: a repeated sentence matches only where it stands.

Patience diff (Bram Cohen): runs of three words that occur once in both texts and stand in the same order are anchors;
what lies between two anchors is matched word by word. Linear in practice, so it serves to turn the text that another
extractor takes for the body into votes on our own blocks, and gold text into training labels.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

WORD = re.compile(r"\w+")
SMALL_GAP = 400
"""Gaps between anchors longer than this on both sides are left unmatched: comparing them is quadratic."""

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def words(text: str) -> list[str]:
    """The words of a text, as they are."""
    return WORD.findall(text)


def matched_words(page: Sequence[str], text: Sequence[str]) -> Bools:
    """For each word of ``page`` whether it is part of ``text``, the two compared in order."""
    mask = np.zeros(len(page), dtype=np.bool_)
    if not page or not text:
        return mask
    numbers: dict[str, int] = {}
    a = np.array([numbers.setdefault(word, len(numbers)) for word in page], dtype=np.int64)
    b = np.array([numbers.setdefault(word, len(numbers)) for word in text], dtype=np.int64)
    anchors = [(-1, -1), *_anchors(a, b), (len(page), len(text))]
    for (a0, b0), (a1, b1) in zip(anchors, anchors[1:], strict=False):
        if a0 >= 0:
            mask[a0] = True
        if a1 - a0 > 1 and b1 - b0 > 1:
            _match_gap(a[a0 + 1 : a1], b[b0 + 1 : b1], mask[a0 + 1 : a1], at_start=a0 < 0)
    return mask


def _anchors(a: Ints, b: Ints) -> list[tuple[int, int]]:
    """Pairs of positions, rising in both texts, that lie on runs of three words unique in both."""
    if len(a) < 3 or len(b) < 3:
        return []
    ga, gb = _grams(a), _grams(b)
    va, first_a, count_a = np.unique(ga, return_index=True, return_counts=True)
    vb, first_b, count_b = np.unique(gb, return_index=True, return_counts=True)
    _, ia, ib = np.intersect1d(va[count_a == 1], vb[count_b == 1], assume_unique=True, return_indices=True)
    in_a, in_b = first_a[count_a == 1][ia], first_b[count_b == 1][ib]
    order = np.argsort(in_a)
    starts = _longest_rising(in_a[order].tolist(), in_b[order].tolist())
    pairs: list[tuple[int, int]] = []
    for i, j in starts:
        for step in range(3):
            if not pairs or (i + step > pairs[-1][0] and j + step > pairs[-1][1]):
                pairs.append((i + step, j + step))
    return pairs


def _grams(numbers: Ints) -> Ints:
    return (numbers[:-2] * 2_000_003 + numbers[1:-1]) * 2_000_003 + numbers[2:]


def _longest_rising(xs: list[int], ys: list[int]) -> list[tuple[int, int]]:
    """The longest subsequence with rising ``ys`` (``xs`` rises already)."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, y in enumerate(ys):
        place = bisect_left(tails, y)
        before.append(ends[place - 1] if place else -1)
        if place == len(tails):
            tails.append(y)
            ends.append(index)
        else:
            tails[place], ends[place] = y, index
    chain: list[tuple[int, int]] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append((xs[index], ys[index]))
        index = before[index]
    return chain[::-1]


def _match_gap(a: Ints, b: Ints, mask: Bools, *, at_start: bool) -> None:
    """Match what lies between two anchors. Before the first one the later of two equal places is right."""
    if len(a) <= len(b) and np.array_equal(a, b[: len(a)]):
        mask[:] = True
        return
    if min(len(a), len(b)) > SMALL_GAP or len(a) * len(b) > 40 * SMALL_GAP * SMALL_GAP:
        return
    if at_start:
        a, b, mask = a[::-1], b[::-1], mask[::-1]
    for match in SequenceMatcher(None, a.tolist(), b.tolist(), autojunk=False).get_matching_blocks():
        mask[match.a : match.a + match.size] = True
