"""Which words of a page are the words of another text, by place: a repeated sentence matches only where it stands.

As in patience diff (Bram Cohen), runs of three words that are rare in both texts and stand in the same order (longest
rising chain, Hunt and Szymanski) are anchors; what lies between two anchors is matched word by word. That is linear in
practice, so it serves to turn the text that another extractor takes for the body into votes on our own blocks, and
gold text into training labels.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

WORD = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|\w+")
"""A word; in scripts that put no space between words, a character."""
SMALL_GAP = 400
"""Gaps between anchors longer than this on both sides are left unmatched: comparing them is quadratic."""

REPEATS = 3
"""Runs of words that occur more often than this in one of the texts are no anchors."""

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
    for (a0, b0), (a1, b1) in pairwise(anchors):
        if a0 >= 0:
            mask[a0] = True
        if a1 - a0 > 1 and b1 - b0 > 1:
            _match_gap(a[a0 + 1 : a1], b[b0 + 1 : b1], mask[a0 + 1 : a1], at_start=a0 < 0)
    return mask


def _anchors(a: Ints, b: Ints) -> list[tuple[int, int]]:
    """Pairs of positions, rising in both texts, on runs of three words that both texts have and seldom repeat."""
    if len(a) < 3 or len(b) < 3:
        return []
    at_a, at_b = _shared_grams(_grams(a), _grams(b))
    order = np.lexsort((-at_b, at_a))  # of several places in `b` for one in `a` a rising chain can then take only one
    starts = _longest_rising(at_a[order].tolist(), at_b[order].tolist())
    pairs: list[tuple[int, int]] = []
    for i, j in starts:
        for step in range(3):
            if not pairs or (i + step > pairs[-1][0] and j + step > pairs[-1][1]):
                pairs.append((i + step, j + step))
    return pairs


def _shared_grams(a: Ints, b: Ints) -> tuple[Ints, Ints]:
    """Every pair of places with the same gram, grams that either text has more than ``REPEATS`` times left out."""
    values_a, first_a, count_a, places_a = _places(a)
    values_b, first_b, count_b, places_b = _places(b)
    _, ia, ib = np.intersect1d(values_a, values_b, assume_unique=True, return_indices=True)
    seldom = (count_a[ia] <= REPEATS) & (count_b[ib] <= REPEATS)
    ia, ib = ia[seldom], ib[seldom]
    left, right = [], []
    for i in range(REPEATS):
        for j in range(REPEATS):
            both = (count_a[ia] > i) & (count_b[ib] > j)
            left.append(places_a[first_a[ia[both]] + i])
            right.append(places_b[first_b[ib[both]] + j])
    return np.concatenate(left), np.concatenate(right)


def _places(grams: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Distinct grams, where each one's places begin in the last array, how many they are, and all places."""
    places = np.argsort(grams, kind="stable")
    values, first, count = np.unique(grams[places], return_index=True, return_counts=True)
    return values, first, count, places


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
