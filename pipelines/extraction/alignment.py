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
_Places = tuple[Ints, Ints, Ints, Ints]
_NONE: Ints = np.zeros(0, dtype=np.int64)


def words(text: str) -> list[str]:
    """The words of a text, as they are."""
    return WORD.findall(text)


def matched_words(page: Sequence[str], text: Sequence[str]) -> Bools:
    """For each word of ``page`` whether it is part of ``text``, the two compared in order."""
    return PageWords(page).matched(text)


class PageWords:
    """The words of a page, numbered once for all the texts they are compared with."""

    def __init__(self, page: Sequence[str]) -> None:
        self._numbers = {word: number for number, word in enumerate(dict.fromkeys(page))}
        self._page = np.fromiter(map(self._numbers.__getitem__, page), np.int64, len(page))
        self._grams = _places(_grams(self._page)) if len(page) > 2 else None

    def matched(self, text: Sequence[str]) -> Bools:
        """For each word of the page whether it is part of ``text``, the two compared in order."""
        a, b = self._page, np.fromiter(map(self._numbers.get, text, repeat(-1)), np.int64, len(text))
        mask = np.zeros(len(a), dtype=np.bool_)
        starts_a, starts_b = _anchors(self._grams, _places(_grams(b))) if self._grams and len(b) > 2 else (_NONE, _NONE)
        for step in range(3):
            mask[starts_a + step] = True
        gaps = np.stack((*_gaps(starts_a, len(a)), *_gaps(starts_b, len(b))), axis=1)
        for a0, a1, b0, b1 in gaps[(gaps[:, 1] > gaps[:, 0]) & (gaps[:, 3] > gaps[:, 2])].tolist():
            _match_gap(a[a0:a1], b[b0:b1], mask[a0:a1], at_start=a0 == 0)
        return mask


def _gaps(starts: Ints, size: int) -> tuple[Ints, Ints]:
    """First places and ends of what lies before, between and after runs of three words."""
    return np.concatenate(([0], starts + 3)), np.concatenate((starts, [size]))


def _anchors(a: _Places, b: _Places) -> tuple[Ints, Ints]:
    """Positions, rising in both texts, of runs of three words that both texts have and seldom repeat.

    First those that neither repeats, as patience diff does; of the others then what fits between these.
    """
    at_a, at_b, is_single = _shared_grams(a, b)
    order = np.lexsort((-at_b, at_a))  # of several places in `b` for one in `a` a rising chain can then take only one
    at_a, at_b, is_single = at_a[order], at_b[order], is_single[order]
    kept = np.flatnonzero(is_single)
    kept = kept[_longest_rising(at_b[kept])]
    after = np.searchsorted(at_a[kept], at_a)
    limits = np.concatenate(([-1], at_b[kept], [np.iinfo(np.int64).max]))
    fits = (at_b > limits[after]) & (at_b < limits[after + 1]) & ~is_single
    fits[kept] = True
    at_a, at_b = at_a[fits], at_b[fits]
    chain = _longest_rising(at_b)
    return at_a[chain], at_b[chain]


def _shared_grams(a: _Places, b: _Places) -> tuple[Ints, Ints, Bools]:
    """Every pair of places with the same gram, grams that either text has more than ``REPEATS`` times left out.

    The last array says of which grams both texts have just one.
    """
    values_a, first_a, count_a, places_a = a
    values_b, first_b, count_b, places_b = b
    ib = np.minimum(np.searchsorted(values_b, values_a), len(values_b) - 1)
    ia = np.flatnonzero((values_b[ib] == values_a) & (count_a <= REPEATS) & (count_b[ib] <= REPEATS))
    ib = ib[ia]
    is_single = (count_a[ia] == 1) & (count_b[ib] == 1)
    left, right, single = [], [], []
    for i in range(REPEATS):
        for j in range(REPEATS):
            both = (count_a[ia] > i) & (count_b[ib] > j)
            left.append(places_a[first_a[ia[both]] + i])
            right.append(places_b[first_b[ib[both]] + j])
            single.append(is_single[both])
    return np.concatenate(left), np.concatenate(right), np.concatenate(single)


def _places(grams: Ints) -> _Places:
    """Distinct grams, where each one's places begin in the last array, how many they are, and all places."""
    places = np.argsort(grams, kind="stable")
    ordered = grams[places]
    first = np.concatenate(([0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1))
    return ordered[first], first, np.diff(first, append=len(grams)), places


def _grams(numbers: Ints) -> Ints:
    return (numbers[:-2] * 2_000_003 + numbers[1:-1]) * 2_000_003 + numbers[2:]


def _longest_rising(values: Ints) -> Ints:
    """Indices of the longest subsequence with rising values.

    A value above all before it and below all behind it is in every one: only the stretches between such are searched.
    """
    if not len(values):
        return _NONE
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
        place = bisect_left(tails, value) if tails and value <= tails[-1] else len(tails)
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
