"""Every way to write an asset, arranged so that one pass over the words of a text finds them all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from pipelines.enrich.assets.known import Asset, asset_file, assets
from pipelines.enrich.assets.words import UNSPACED, WORD

_HAS_UNSPACED = re.compile(f"[{UNSPACED}]")
_GAPS = {" ", "-", "\u00a0", "\u202f", "\u2011", "\n"}


class Sort(IntEnum):
    """What it takes for a spelling to count; see ``pipelines.enrich.assets.evidence``."""

    DECOY = 0
    SURE = 1
    CASED = 2
    WORD = 3
    WEAK = 4
    SHORT = 5
    SURE_SYMBOL = 6
    SYMBOL = 7
    WORD_SYMBOL = 8

    @property
    def is_symbol(self) -> bool:
        """Whether it is a ticker."""
        return self >= Sort.SURE_SYMBOL


class Name(NamedTuple):
    """One spelling. ``words`` are folded; ``gaps`` is what stands between them, a space standing for a hyphen too."""

    text: str
    sort: Sort
    asset: Asset | None
    words: tuple[str, ...]
    gaps: tuple[str, ...]


class Spellings(NamedTuple):
    """Names that begin with one word: those that end there, and the longer ones by their second word, longest first."""

    single: tuple[Name, ...]
    longer: dict[str, tuple[Name, ...]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Spellings by their first word; and those of unspaced scripts by their first character, longest first."""

    spaced: dict[str, Spellings]
    unspaced: dict[str, tuple[Name, ...]]
    starts: re.Pattern[str]
    """The characters that ``unspaced`` begin with."""
    symbols: dict[str, tuple[Asset, ...]]
    quotes: frozenset[str]
    evidence: frozenset[str]
    beside: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """The lexicon of the asset file; made once a process."""
    spaced, unspaced = defaultdict(list), defaultdict(list)
    symbols = defaultdict(list)
    for name in _names():
        if _HAS_UNSPACED.search(name.text):
            unspaced[name.text[0]].append(name)
        else:
            spaced[name.words[0]].append(name)
        if name.sort.is_symbol and name.asset:
            symbols[name.text].append(name.asset)
    words = asset_file()["evidence"]
    return Lexicon(
        spaced={first: _spellings(names) for first, names in spaced.items()},
        unspaced={first: tuple(sorted(names, key=lambda name: -len(name.text))) for first, names in unspaced.items()},
        starts=re.compile(f"[{re.escape(''.join(unspaced))}]"),
        symbols={text: tuple(meant) for text, meant in symbols.items()},
        quotes=frozenset(words["quotes"].split()),
        evidence=frozenset(words["words"].split()),
        beside=frozenset(words["beside"].split()) | frozenset(words["words"].split()),
    )


def _spellings(names: list[Name]) -> Spellings:
    longer = defaultdict(list)
    for name in sorted(names, key=lambda name: -len(name.words)):
        if len(name.words) > 1:
            longer[name.words[1]].append(name)
    single = tuple(name for name in names if len(name.words) == 1)
    return Spellings(single, {second: tuple(some) for second, some in longer.items()})


def has_unspaced(text: str) -> bool:
    """Whether a text is worth looking through for names of unspaced scripts."""
    return _HAS_UNSPACED.search(text) is not None


def gap_fits(gap: str, wanted: str) -> bool:
    """Whether what stands between two words is what a spelling has there."""
    return gap in _GAPS if wanted == " " else gap.replace("’", "'") == wanted


def _names() -> Iterator[Name]:
    sorts = {
        word: sort
        for sort, field in ((Sort.WORD_SYMBOL, "words"), (Sort.SURE_SYMBOL, "sure"))
        for word in asset_file()["symbols"][field].split()
    }
    for phrase in asset_file()["decoys"]["phrases"]:
        yield _name(phrase, Sort.DECOY, None)
    for asset in assets().values():
        own = Sort.WORD if asset.word else Sort.CASED if asset.cased else Sort.SURE
        for symbol in asset.symbols:
            yield _name(symbol, sorts.get(symbol, Sort.SYMBOL), asset)
        also = Sort.CASED if asset.cased else Sort.SURE
        for text, sort in ((asset.name, own), *((alias, also) for alias in asset.aliases)):
            for form in _forms(text, asset):
                yield _name(form, _cased(form, sort, asset), asset)
        for text in asset.weak:
            yield _name(text, Sort.WEAK, asset)
    for text, asset in _short_names():
        yield _name(text, Sort.SHORT, asset)


def _short_names() -> Iterator[tuple[str, Asset]]:
    """What an article calls a thing after its full name: a surname, or "Marinade" for Marinade Finance."""
    known = assets().values()
    taken = {text for asset in known for text in (asset.name, *asset.symbols, *asset.aliases, *asset.weak)}
    tails, words = (set(asset_file()["short"][field].split()) for field in ("tails", "words"))
    for asset in known:
        first, _, last = asset.name.rpartition(" ")
        short = last if asset.kind == "person" else first if last in tails else ""
        if len(short) >= 4 and " " not in short and short[0].isupper() and short not in taken | words:
            yield short, asset


def _cased(text: str, sort: Sort, asset: Asset) -> Sort:
    """Names of people, very short ones, and ones of several words with a capital count with their capitals only."""
    is_phrase = " " in text and text[0].isupper()
    return Sort.CASED if sort is Sort.SURE and (asset.kind == "person" or is_phrase or len(text) <= 4) else sort


def _name(text: str, sort: Sort, asset: Asset | None) -> Name:
    found = list(WORD.finditer(text))
    words = tuple(each[0].lower() for each in found)
    gaps = tuple(text[one.end() : two.start()].replace("’", "'").replace("-", " ") for one, two in pairwise(found))
    return Name(text, sort, asset, words, gaps)


_CYRILLIC = re.compile("[а-яёіїґє]{5,}", re.IGNORECASE)
_ENDINGS = {"а": ("а", "ы", "е", "у", "ой"), "": ("", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ах")}


def _forms(text: str, asset: Asset) -> Iterator[str]:
    """A name, the plural of a coin's, and the cases of a Cyrillic one."""
    if _CYRILLIC.fullmatch(text):
        last = text[-1] if text[-1] == "а" else ""
        yield from (text.removesuffix(last) + ending for ending in _ENDINGS[last])
        return
    yield text
    if asset.kind == "coin" and text.lower().endswith("coin"):
        yield text + "s"
