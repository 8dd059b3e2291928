"""Near-duplicates: a sketch of each body to look others up by, and the judgement whether two texts are one story.

The sketch is MinHash (Broder, 1997) over shingles of three words, of the whole body and of its beginning, so that a
text cut to its first paragraphs is found as well. Numbers are masked in it: prices that move do not matter. A few bands
are of the numbers alone, so that a copy stands out among all texts of its template. What is found is then judged by the
texts themselves (``likeness``), where numbers and names do matter: a price report of every day, or a notice of every
listing, is one template with other names and numbers in it, and no duplicate.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from pipelines.enrich.values import Sketch
from pipelines.items import Article
from pipelines.unspaced import RANGES, UNSPACED

LEAST_WORDS = 20
"""Shorter bodies are alike without being copies."""
MOST_CHARACTERS = 60_000
"""Of a body that are looked at: bounds the time that a hostile one takes."""
FLASH = 50
"""Words up to which numbers are not masked: in a flash of two sentences they are the news."""
LEAD = 40
"""Words of the beginning that is sketched by itself."""
_VALUES, _BANDS, _LEAD_BANDS, _NUMBER_BANDS, _ROWS = 64, 14, 6, 3, 3
"""Bands of three values find nine in ten of the pairs that have half of their shingles in common."""
TEXT_BANDS = _BANDS + _LEAD_BANDS
"""How many bands of a sketch are of its words; those after them are of its numbers, where it has any to speak of."""
_LEAST_NUMBERS, _MOST_NUMBERS, _BEFORE, _AFTER = 3, 1_000, 16, 4

Hashes: TypeAlias = NDArray[np.uint64]

_WORD = re.compile(r"\w+")
_WORD_OR_CHARACTER = re.compile(rf"[{RANGES}]|[^\W{RANGES}]+")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")


def _mixed(values: Hashes) -> Hashes:
    """A bijection of 64 bits that leaves no pattern (the finaliser of SplitMix64, shortened)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return values ^ (values >> np.uint64(31))


def _constants(count: int, start: int) -> Hashes:
    """Numbers without a pattern. NumPy's own generators may give others in another version."""
    return _mixed(_mixed(np.arange(start + 1, start + count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)))


_SPREAD = (_constants(_VALUES, 0)[:, None] >> np.uint64(32)).astype(np.uint32) | np.uint32(1)
_TURN = (_constants(_VALUES, 1_000)[:, None] >> np.uint64(32)).astype(np.uint32)
_BAND_SALT = _constants(TEXT_BANDS + _NUMBER_BANDS, 2_000)
"""Part of what is stored: other numbers here make all stored sketches useless."""


def sketch(article: Article) -> Sketch | None:
    """The sketch of a body, in well under a millisecond; None for one too short to compare."""
    text = article.body[:MOST_CHARACTERS].lower()
    words, width = _words(_NUMBER.sub("0", text))
    if len(words) <= FLASH:
        words, width = _words(text)
    if len(words) < LEAST_WORDS:
        return None
    shingles = _shingles(words, width)
    whole = _least(shingles, _VALUES)
    values = [whole[: _BANDS * _ROWS], _least(shingles[:LEAD], _LEAD_BANDS * _ROWS)]
    numbers = _numbers(text)
    if len(numbers) >= _LEAST_NUMBERS:
        values.append(_least(numbers, _NUMBER_BANDS * _ROWS))
    return Sketch(whole.astype("<u4").tobytes(), tuple(_bands(np.concatenate(values)).tolist()))


def estimate(one: bytes, other: bytes) -> float:
    """The share of shingles that two bodies have in common, from their signatures; right to about .06."""
    if len(one) != len(other):
        return 0.0
    return float(np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")))


def _words(text: str) -> tuple[list[str], int]:
    """Words, or characters where a script has no spaces, and how many of them make a shingle."""
    if not UNSPACED.search(text):
        return _WORD.findall(text), 3
    words = _WORD_OR_CHARACTER.findall(text)
    unspaced = sum(1 for word in words if len(word) == 1 and word > "\u0dff")
    return words, 5 if 2 * unspaced > len(words) else 3


def _shingles(words: list[str], width: int) -> Hashes:
    """A hash of each run of ``width`` words, in order."""
    hashes = {word: crc32(word.encode(errors="replace")) for word in set(words)}
    each = np.fromiter(map(hashes.__getitem__, words), np.uint64, len(words))
    count = max(len(words) - width + 1, 0)
    total = np.zeros(count, np.uint64)
    for place in range(width):
        total = _mixed(total + each[place : place + count])
    return total


def _numbers(text: str) -> Hashes:
    """A hash of each number with a few characters around it: tells copies of a text from others of its template."""
    places = (number.span() for number in islice(_NUMBER.finditer(text), _MOST_NUMBERS))
    around = (" ".join(text[max(start - _BEFORE, 0) : stop + _AFTER].split()) for start, stop in places)
    return _mixed(np.array([crc32(each.encode(errors="replace")) for each in around], dtype=np.uint64) << np.uint64(20))


def _least(shingles: Hashes, count: int) -> NDArray[np.uint32]:
    """``count`` MinHash values: the least of the shingles under as many orders of all numbers."""
    folded = (shingles >> np.uint64(32)).astype(np.uint32)
    least: NDArray[np.uint32] = ((folded ^ _TURN[:count]) * _SPREAD[:count]).min(axis=1)
    return least


def _bands(values: NDArray[np.uint32]) -> Hashes:
    """One number of 63 bits for each three values, the place of the band mixed in."""
    rows = values.reshape(-1, _ROWS).astype(np.uint64)
    total = _BAND_SALT[: len(rows)]
    for place in range(_ROWS):
        total = _mixed(total + rows[:, place])
    return total >> np.uint64(1)


COVERED, DENSE = 0.7, 0.4
"""Share of the shorter text's windows that the longer one has, and of its shingles: a quote fills few windows, a light
rewrite leaves something of each."""
LEAST_SIZE = 0.2
"""Of the longer text: a brief in a weekly round-up is not the round-up."""
OTHER_NAMES = 0.15
"""Share of the names of either text that the other lacks, from which they are about different things."""
_WINDOW, _WINDOW_HIT = 12, 0.25
_SHORT = 80
"""Words up to which a text has hardly more than one number that is the news."""
_NUMBERS_OF_LONG, _NUMBERS_OF_SERIES, _NUMBERS_OF_SHORT = 0.5, 0.3, 0.25

_MID_SENTENCE = re.compile(r"(?<=[\w,;’'()] )[^\W\d_]\w*")
_TICKER = re.compile(r"\b[A-Z][A-Z0-9]{1,9}\b")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Reading:
    """A text as it is compared. Made once a text, used for each other that it is compared with."""

    title: str
    body: str = field(repr=False)

    @classmethod
    def of(cls, title: str | None, body: str) -> Reading:
        return cls(title or "", body[:MOST_CHARACTERS])

    @cached_property
    def words(self) -> tuple[list[str], int]:
        return _words(_NUMBER.sub("0", self.body.lower()))

    @cached_property
    def shingles(self) -> Hashes:
        return _shingles(*self.words)

    @cached_property
    def ordered(self) -> Hashes:
        return np.sort(self.shingles)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(self.words[0])

    @cached_property
    def tickers(self) -> Counter[str]:
        """What is written in capitals, lower-cased."""
        return Counter(word.lower() for word in _TICKER.findall(self.body))

    @cached_property
    def names(self) -> Counter[str]:
        """Words with a capital inside a sentence, lower-cased."""
        found = (word for word in _MID_SENTENCE.findall(self.body) if word[0].isupper() and not _TICKER.fullmatch(word))
        return Counter(word.lower() for word in found)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Numbers of two digits and more, but years."""
        found = (number.replace(",", "") for number in _NUMBER.findall(self.body))
        return frozenset(each for each in found if len(each) > 1 and not _YEAR.fullmatch(each))

    @cached_property
    def template(self) -> tuple[str, list[str]]:
        """The title without its numbers, and these."""
        return _NUMBER.sub("0", self.title.lower()), _NUMBER.findall(self.title)


def overlap(one: Reading, other: Reading) -> float:
    """The share of the shorter text's runs of words that the longer one has too, from 0 to 1."""
    shorter, longer = _by_length(one, other)
    return float(_hits(shorter, longer).mean()) if len(shorter.shingles) else 0.0


def likeness(one: Reading, other: Reading) -> float | None:
    """``overlap`` of two texts that are one story; None where they are not."""
    shorter, longer = _by_length(one, other)
    if len(shorter.shingles) < max(LEAST_SIZE * len(longer.shingles), 1):
        return None
    hits = _hits(shorter, longer)
    share = float(hits.mean())
    if share < DENSE or _covered(hits) < COVERED or _other_names(one, other) or _other_numbers(one, other):
        return None
    return share


def added_words(text: Reading, first: Reading) -> int:
    """How many words of a text stand in no run of words that ``first`` has too."""
    words, width = text.words
    common = np.zeros(len(words), bool)
    if len(text.shingles) and len(first.shingles):
        hits = _hits(text, first)
        for place in range(width):
            common[place : place + len(hits)] |= hits
    return int(np.count_nonzero(~common))


def _by_length(one: Reading, other: Reading) -> tuple[Reading, Reading]:
    return (one, other) if len(one.shingles) <= len(other.shingles) else (other, one)


def _hits(text: Reading, other: Reading) -> NDArray[np.bool_]:
    """Of each shingle of a text whether the other, which has some, has it too."""
    known = other.ordered
    places = np.searchsorted(known, text.shingles)
    places[places == len(known)] = 0
    hits: NDArray[np.bool_] = known[places] == text.shingles
    return hits


def _covered(hits: NDArray[np.bool_]) -> float:
    starts = np.arange(0, max(len(hits) - _WINDOW // 2, 1), _WINDOW)
    counts = np.add.reduceat(hits.astype(np.int64), starts)
    sizes = np.diff(np.append(starts, len(hits)))
    return float(np.mean(counts >= _WINDOW_HIT * sizes))


def _other_names(one: Reading, other: Reading) -> bool:
    return min(_lacking(one, other), _lacking(other, one)) >= OTHER_NAMES


def _lacking(one: Reading, other: Reading) -> float:
    """The share of a text's names and tickers, each as often as it occurs, that the other text lacks.

    Of a longer text names that occur once do not count: a rewrite replaces a noun, and German gives all a capital.
    """
    least = 1 if len(one.words[0]) <= _SHORT else 2
    counted = [(name, n) for name, n in one.names.items() if n >= least] + list(one.tickers.items())
    lacking = sum(n for name, n in counted if name not in other.vocabulary)
    return lacking / max(one.names.total() + one.tickers.total(), 1)


def _other_numbers(one: Reading, other: Reading) -> bool:
    fewest = min(len(one.numbers), len(other.numbers))
    if not fewest:
        return False
    common = len(one.numbers & other.numbers)
    apart = 1 - common / fewest
    (title, numbers), (other_title, other_numbers) = one.template, other.template
    if title == other_title and numbers != other_numbers:
        return apart >= _NUMBERS_OF_SERIES
    if min(len(one.words[0]), len(other.words[0])) <= _SHORT:
        return apart >= _NUMBERS_OF_SHORT
    return fewest >= 4 and apart >= _NUMBERS_OF_LONG
