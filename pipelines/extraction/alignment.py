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
from itertools import repeat

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
    numbers = {word: number for number, word in enumerate(dict.fromkeys(page))}
    a = np.fromiter(map(numbers.__getitem__, page), np.int64, len(page))
    b = np.fromiter(map(numbers.get, text, repeat(-1)), np.int64, len(text))
    starts_a, starts_b = _anchors(a, b)
    for step in range(3):
        mask[starts_a + step] = True
    gaps_a = zip([0, *(starts_a + 3).tolist()], [*starts_a.tolist(), len(page)], strict=True)
    gaps_b = zip([0, *(starts_b + 3).tolist()], [*starts_b.tolist(), len(text)], strict=True)
    for (a0, a1), (b0, b1) in zip(gaps_a, gaps_b, strict=True):
        if a1 > a0 and b1 > b0:
            _match_gap(a[a0:a1], b[b0:b1], mask[a0:a1], at_start=a0 == 0)
    return mask


def _anchors(a: Ints, b: Ints) -> tuple[Ints, Ints]:
    """Positions, rising in both texts, of runs of three words that both texts have and seldom repeat."""
    if len(a) < 3 or len(b) < 3:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    at_a, at_b = _shared_grams(_grams(a), _grams(b))
    order = np.lexsort((-at_b, at_a))  # of several places in `b` for one in `a` a rising chain can then take only one
    at_a, at_b = at_a[order], at_b[order]
    chain = _longest_rising(at_b)
    return at_a[chain], at_b[chain]


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


def _longest_rising(values: Ints) -> Ints:
    """Indices of the longest subsequence with rising values.

    A value above all before it and below all behind it is in every one: only the stretches between such are searched.
    """
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    highest = np.maximum.accumulate(values)
    lowest = np.minimum.accumulate(values[::-1])[::-1]
    certain = (values > np.concatenate(([-1], highest[:-1]))) & (
        values < np.concatenate((lowest[1:], [values.max() + 1]))
    )
    edges = np.flatnonzero(np.diff(np.concatenate(([True], certain, [True])).astype(np.int8)))
    for start, end in edges.reshape(-1, 2).tolist():
        certain[[start + index for index in _longest_rising_of(values[start:end].tolist())]] = True
    return np.flatnonzero(certain)


def _longest_rising_of(values: list[int]) -> list[int]:
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, value in enumerate(values):
        place = bisect_left(tails, value)
        before.append(ends[place - 1] if place else -1)
        if place == len(tails):
            tails.append(value)
            ends.append(index)
        else:
            tails[place], ends[place] = value, index
    chain: list[int] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(index)
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
