"""Whether a hit is a mention, and how certain: what the article says elsewhere, and what stands beside it."""

from __future__ import annotations

import re

from pipelines.enrich.assets.hits import Hit
from pipelines.enrich.assets.known import Asset, assets
from pipelines.enrich.assets.lexicon import Name, Sort, lexicon
from pipelines.enrich.assets.words import Words

FLOOR = 0.5
"""What is less certain than this is not kept."""

MARKED, NAMED, PROVED, HINTED, BESIDE, LISTED, LIKELY, SHARED = 0.99, 0.98, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6
_WINDOW = 12
_AMOUNT = re.compile(r"[\d.,]*\d[kKmMbB]?|million|billion|trillion|mln|bln|millones|milhões|Millionen|миллионов|тысяч")
_MOVE = re.compile(r"[\s:(]{0,3}(?:[a-z]{2,9} )?(?:by )?(?:[+\-−]?\d[\d.,]{0,12} ?%|\$\d)")
"""A rise or a price after a symbol: "SOL up 4%", "LINK (+9%)", "DOT: $2.11"."""
_JOINS = frozenset("and or y e und et и ve dan o".split())
_OF_THE_FIELD = ("coin", "chain", "exchange", "protocol")
_OF = frozenset("of de del di do da von".split())
_BASED = frozenset("based native linked powered backed".split())
_SURE = (Sort.SURE, Sort.CASED, Sort.SURE_SYMBOL)


class Judge:
    """Judges the hits of one article: knows which assets its title and body name beyond doubt."""

    def __init__(self, parts: list[tuple[Words, list[Hit]]]) -> None:
        self.words = lexicon()
        self.sure: set[str] = set()
        for text, hits in parts:
            for hit in hits:
                self.sure.update(name.asset.key for name in hit.names if name.asset and self._is_sure(text, hit, name))
        self.sure |= {key for text, hits in parts for hit in hits for key in self._proved(text, hit)}
        self.of_the_field = sum(assets()[key].kind in _OF_THE_FIELD for key in self.sure)
        said = {word for text, _ in parts for word in self.words.evidence.intersection(text.folded)}
        self.is_of_the_field = self.of_the_field > 0 or len(said) >= 3

    def asset_of(self, text: Words, hit: Hit, before: Hit | None, after: Hit | None) -> tuple[Asset | None, float]:
        """The asset a hit means and how certain that is; 0 where it is none."""
        judged = [(self._certainty(text, hit, name, before, after), name.asset) for name in hit.names]
        certainty, asset = max(judged, key=lambda pair: pair[0])
        if len({name.asset.key for name in hit.names if name.asset}) > 1:
            meant = [each for _, each in judged if each and self._speaks_for(text, hit, each)]
            certainty, asset = (certainty, meant[0]) if len(meant) == 1 else (min(certainty, SHARED), asset)
        return asset, certainty

    def _proved(self, text: Words, hit: Hit) -> list[str]:
        """Assets whose name here a word beside it proves: they count elsewhere in the article too."""
        return [
            name.asset.key
            for name in hit.names
            if name.asset and hit.first >= 0 and name.sort < Sort.SHORT and self._is_proof(text, hit, name)
        ]

    def _is_proof(self, text: Words, hit: Hit, name: Name) -> bool:
        assert name.asset
        return self._is_near(text, hit, name.asset.near) or (
            name.sort is Sort.WORD and self._is_beside(text, hit, self.words.evidence)
        )

    def _is_sure(self, text: Words, hit: Hit, name: Name) -> bool:
        assert name.asset
        if hit.marked or hit.first < 0:
            return True
        if name.sort in _SURE:
            return not self._is_spoken_against(text, hit, name.asset)
        return not name.sort.is_symbol and _has_own_symbol_after(text, hit, name.asset)

    def _certainty(self, text: Words, hit: Hit, name: Name, before: Hit | None, after: Hit | None) -> float:
        asset = name.asset
        assert asset
        if hit.marked:
            return MARKED
        if hit.first < 0:
            return NAMED if name.sort is not Sort.WEAK else HINTED
        if name.sort in _SURE:
            return 0.0 if self._is_spoken_against(text, hit, asset) and asset.key not in self.sure else NAMED
        if asset.key in self.sure:
            return PROVED
        if name.sort is Sort.SHORT:
            return 0.0
        if self._is_near(text, hit, asset.near):
            return HINTED
        if name.sort.is_symbol:
            return self._symbol(text, hit, name, before, after)
        return self._word(text, hit, name, before, after)

    def _symbol(self, text: Words, hit: Hit, name: Name, before: Hit | None, after: Hit | None) -> float:
        """A ticker whose asset the article does not name."""
        if len(name.text) == 1:
            return 0.0
        is_word = name.sort is Sort.WORD_SYMBOL
        if self._is_listed(text, hit, before, after):
            return LISTED
        if _is_shouted(text, hit) or (is_word and not self.is_of_the_field):
            return 0.0
        if _is_amount(text, hit):
            return LIKELY if is_word else HINTED
        if _MOVE.match(text.text, hit.stop):
            return LISTED if is_word else BESIDE
        if self._is_beside(text, hit, self.words.beside):
            return LIKELY if is_word else BESIDE
        return LIKELY if not is_word and self.of_the_field >= 2 else 0.0

    def _word(self, text: Words, hit: Hit, name: Name, before: Hit | None, after: Hit | None) -> float:
        """A name that is a common word too, written with its capitals."""
        is_word = name.sort is Sort.WORD
        if is_word and self._is_beside(text, hit, self.words.evidence):
            return BESIDE
        if self._is_listed(text, hit, before, after, None if is_word else name.asset):
            return LISTED
        return LIKELY if is_word and self.of_the_field >= 2 and _is_inside_sentence(text, hit) else 0.0

    def _speaks_for(self, text: Words, hit: Hit, asset: Asset) -> bool:
        return asset.key in self.sure or self._is_near(text, hit, asset.near)

    def _is_spoken_against(self, text: Words, hit: Hit, asset: Asset) -> bool:
        return bool(asset.unless) and self._is_near(text, hit, asset.unless)

    def _is_near(self, text: Words, hit: Hit, hints: frozenset[str]) -> bool:
        """Whether one of ``hints`` is among the words around; the hit's own word in other letters is no hint."""
        if not hints:
            return False
        left, right = max(0, hit.first - _WINDOW), hit.last + 1
        around = {*text.raw[left : hit.first], *text.raw[right : right + _WINDOW]}
        around.update(text.folded[left : hit.first], text.folded[right : right + _WINDOW])
        own = text.folded[hit.first]
        return any(hint.lower() != own for hint in hints & around)

    def _is_beside(self, text: Words, hit: Hit, words: frozenset[str]) -> bool:
        """Whether the next word, or the one before, in the same sentence, is one of ``words``; "of" may be between."""
        after = hit.last + 1
        if after < len(text.folded) and text.folded[after] in words and _is_close(text.gap(hit.last)):
            return True
        if after < len(text.folded) and text.folded[after] in _BASED and text.gap(hit.last) == "-":
            return True
        before = hit.first - 1
        if before > 0 and text.folded[before] in _OF and _is_close(text.gap(before)):
            before -= 1
        return before >= 0 and text.folded[before] in words and _is_close(text.gap(before))

    def _is_listed(
        self, text: Words, hit: Hit, before: Hit | None, after: Hit | None, like: Asset | None = None
    ) -> bool:
        """Whether a mention is next in the same list ("BTC, ETH and LINK"), one of the kind of ``like`` if given."""
        if before and self._counts(before, like) and _is_list(text, before, hit):
            return True
        return bool(after and self._counts(after, like) and _is_list(text, hit, after))

    def _counts(self, hit: Hit, like: Asset | None) -> bool:
        if hit.first < 0 or (like and all(name.asset and name.asset.kind != like.kind for name in hit.names)):
            return False
        return (
            hit.counts
            or hit.marked
            or any(name.asset and (name.sort in _SURE or name.asset.key in self.sure) for name in hit.names)
        )


def _has_own_symbol_after(text: Words, hit: Hit, asset: Asset) -> bool:
    """``Stellar (XLM)``."""
    after = hit.last + 1
    return (
        after < len(text.raw)
        and text.raw[after] in asset.symbols
        and text.gap(hit.last).replace(" ", "") in ("(", "($", "[")
    )


def _is_close(gap: str) -> bool:
    return gap in (" ", "-", "'", "’", "\u00a0", " $", "' ", "’ ", " (", "(", "#", " #")


def _is_list(text: Words, one: Hit, two: Hit) -> bool:
    """Whether nothing but a comma, a slash or an "and" is between two hits."""
    gap = text.text[one.stop : two.start] if two.start - one.stop <= 8 else "…"
    return _JOINS.issuperset(text.folded[one.last + 1 : two.first]) and (
        any(sign in gap for sign in ",/、·|&+;") or gap.strip().lower() in _JOINS
    )


def _is_amount(text: Words, hit: Hit) -> bool:
    """Whether a number stands right before, as in "1,500 SOL"."""
    before = hit.first - 1
    return before >= 0 and text.gap(before) in (" ", "\u00a0") and _AMOUNT.fullmatch(text.raw[before]) is not None


def _is_inside_sentence(text: Words, hit: Hit) -> bool:
    """Whether the word before is of the same sentence and in lower case, so that a capital says something."""
    before = hit.first - 1
    return before >= 0 and text.raw[before].islower() and not any(sign in text.gap(before) for sign in '.!?:\n“"«')


def _is_shouted(text: Words, hit: Hit) -> bool:
    """Whether the line is written in capitals: they say nothing then."""
    left = text.text.rfind("\n", max(0, hit.start - 200), hit.start) + 1 or max(0, hit.start - 200)
    right = text.text.find("\n", hit.stop, hit.stop + 200)
    line = text.text[left : hit.start] + text.text[hit.stop : right if right >= 0 else hit.stop + 200]
    letters = [char for char in line if char.isalpha()]
    return len(letters) >= 6 and sum(map(str.isupper, letters)) > 0.6 * len(letters)
