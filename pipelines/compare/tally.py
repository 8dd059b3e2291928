"""Differences added up by source, with the worst pages and a few examples a field: bounded, however many pages."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pipelines.compare.difference import FIELDS, Difference

WORST = 20
"""Pages of a source that are kept to be shown."""
EXAMPLES = 25
"""Examples of a field that are kept, of all sources together."""
_Ranked = tuple[tuple[int, int], int, Difference]


@dataclass
class SourceTally:
    """What changes at one source. ``articles`` are pages that either extractor would store."""

    source: str | None
    pages: int = 0
    articles: int = 0
    changed: int = 0
    bodies: int = 0
    words: int = 0
    gained: int = 0
    lost: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Verdict before and after → pages, where they differ."""
    failed: Counter[str] = field(default_factory=Counter)
    """``before`` and ``after`` → pages that the extractor gave no article for."""
    _worst: list[_Ranked] = field(default_factory=list)

    def add(self, difference: Difference) -> None:
        """Count one page."""
        self.pages += 1
        self.articles += difference.is_article
        self.bodies += bool(difference.pieces)
        self.words += difference.words
        self.gained += difference.gained
        self.lost += difference.lost
        self.failed.update(side for side, why in zip(("before", "after"), difference.failures, strict=True) if why)
        if not difference.changed:
            return
        self.changed += 1
        self.fields.update(difference.changed)
        if difference.verdicts[0] != difference.verdicts[1]:
            self.verdicts[difference.verdicts] += 1
        _keep(self._worst, (difference.weight, -self.pages, difference), WORST)

    def worst(self, limit: int = WORST) -> list[Difference]:
        """The pages that change most, the worst first."""
        return [ranked[-1] for ranked in sorted(self._worst, reverse=True)[:limit]]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; fields in the order of ``FIELDS``, pages by words changed."""
        return {
            "source": self.source,
            "pages": self.pages,
            "articles": self.articles,
            "changed": self.changed,
            "bodies": self.bodies,
            "words": self.words,
            "words_gained": self.gained,
            "words_lost": self.lost,
            "fields": {name: self.fields[name] for name in FIELDS if self.fields[name]},
            "verdicts": [{"before": pair[0], "after": pair[1], "pages": n} for pair, n in self.verdicts.most_common()],
            "failed": {side: self.failed[side] for side in ("before", "after")},
            "worst": [_row(difference) for difference in self.worst()],
        }


class Tally:
    """All sources of one comparison."""

    def __init__(self) -> None:
        self._sources: dict[str | None, SourceTally] = {}
        self.examples: dict[str, list[Difference]] = {name: [] for name in FIELDS}
        """Field → pages where it differs, the first ones met."""

    def add(self, difference: Difference) -> None:
        """Count one page."""
        self._sources.setdefault(difference.source, SourceTally(difference.source)).add(difference)
        for name in difference.fields:
            if len(self.examples[name]) < EXAMPLES:
                self.examples[name].append(difference)

    @property
    def sources(self) -> list[SourceTally]:
        """By key."""
        return sorted(self._sources.values(), key=lambda each: each.source or "")

    @property
    def changed(self) -> int:
        """Pages with any difference."""
        return sum(each.changed for each in self._sources.values())

    def worst(self, limit: int) -> list[Difference]:
        """The pages of all sources that change most, the worst first."""
        found = [difference for each in self._sources.values() for difference in each.worst()]
        return sorted(found, key=lambda difference: difference.weight, reverse=True)[:limit]


def _keep(heap: list[_Ranked], ranked: _Ranked, most: int) -> None:
    if len(heap) < most:
        heapq.heappush(heap, ranked)
    else:
        heapq.heappushpop(heap, ranked)


def _row(difference: Difference) -> dict[str, Any]:
    return {
        "url": difference.url,
        "title": difference.title,
        "verdicts": list(difference.verdicts),
        "words_gained": difference.gained,
        "words_lost": difference.lost,
        "fields": list(difference.changed),
        **({"failures": list(difference.failures)} if any(difference.failures) else {}),
    }
