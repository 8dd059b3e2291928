"""Sentences with every mention marked, ``[words](key)``, as articles with the answer beside them."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.enrich.assets import assets, mentions
from pipelines.items import Article

_MARK = re.compile(r"\[([^\]]+)\]\(([a-z0-9-]+)\)")

Place = tuple[int, int, str]
"""Where a mention starts and stops, and the key of its asset."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence as an article's body, and the places it mentions."""

    topic: str
    text: str
    places: frozenset[Place]

    @classmethod
    def of(cls, marked: str, topic: str = "") -> Labelled:
        """Take the marks out of a sentence."""
        text, places, read = "", set(), 0
        for mark in _MARK.finditer(marked):
            text += marked[read : mark.start()]
            places.add((len(text), len(text) + len(mark[1]), mark[2]))
            text, read = text + mark[1], mark.end()
        return cls(topic, text + marked[read:], frozenset(places))

    def found(self) -> frozenset[Place]:
        """What ``mentions`` finds in the sentence."""
        article = Article(id="0" * 16, url="https://a.example/", canonical_url="https://a.example/", body=self.text)
        return frozenset((each.start, each.stop, each.asset) for each in mentions(article))


@dataclass(frozen=True, slots=True)
class Score:
    """Right, wrong and missed mentions."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of what is there that was found."""
        return self.right / max(1, self.right + self.missed)


def sentences(half: str) -> Iterator[Labelled]:
    """The sentences of ``assets_<half>.toml``."""
    topics = tomllib.loads((Path(__file__).parent / f"assets_{half}.toml").read_text(encoding="utf-8"))
    for topic, table in topics.items():
        for marked in table["sentences"]:
            yield Labelled.of(marked, topic)


def score(labelled: list[Labelled]) -> dict[str, Score]:
    """The score of each kind of asset, and of ``all``. An asset of no kind in the file is a mistake of the labels."""
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for each in labelled:
        found = each.found()
        for counter, places in (
            (right, found & each.places),
            (wrong, found - each.places),
            (missed, each.places - found),
        ):
            for _, _, key in places:
                counter.update((assets()[key].kind if key in assets() else "address", "all"))
    return {kind: Score(right[kind], wrong[kind], missed[kind]) for kind in sorted(right | wrong | missed)}
