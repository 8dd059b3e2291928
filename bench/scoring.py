"""Figures of merit for extracted articles.

Body precision, recall and F1 are over 4-word shingles, counted per page and normalised per page, then averaged, as
the article-extraction-benchmark (scrapinghub, MIT) defines them. ``exact`` is the share of pages whose body has
exactly the gold's words. Headings, ``with``/``without`` strings and titles are compared by their folded words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_WORD = re.compile(r"\w+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BETWEEN_NAMES = re.compile(r"\s*(?:,|;|\band\b|&)\s*")


def words(text: str | None) -> list[str]:
    """The words of a text, case kept."""
    return _WORD.findall(text or "")


def fold(text: str | None) -> str:
    """A text's words in lower case with one space between."""
    return " ".join(words(text)).lower()


@dataclass(frozen=True)
class BodyScore:
    """One page's body against gold: shares of shingles found, invented and missed (they add up to 1)."""

    page: str
    hit: float
    extra: float
    missed: float
    exact: bool

    @property
    def precision(self) -> float:
        """Share of the body's shingles that are gold."""
        return _ratio(self.hit, self.extra, self.missed)

    @property
    def recall(self) -> float:
        """Share of gold's shingles that are in the body."""
        return _ratio(self.hit, self.missed, self.extra)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return _harmonic(self.precision, self.recall)


def score_body(page: str, gold: str, body: str) -> BodyScore:
    """Compare one body with its gold text."""
    gold_words, body_words = words(gold), words(body)
    g, b = _shingles(gold_words), _shingles(body_words)
    hit = (g & b).total()
    total = g.total() + b.total() - hit
    shares = (hit / total, (b.total() - hit) / total, (g.total() - hit) / total) if total else (0.0, 0.0, 0.0)
    return BodyScore(page, *shares, exact=gold_words == body_words)


def _shingles(tokens: list[str], size: int = 4) -> Counter[tuple[str, ...]]:
    runs = (tuple(tokens[i : i + size]) for i in range(max(1, len(tokens) - size + 1)))
    return Counter(run for run in runs if run)


def _ratio(hit: float, miss: float, other: float) -> float:
    if miss == other == 0:
        return 1.0
    return hit / (hit + miss) if hit else 0.0


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def summarise_bodies(scores: Iterable[BodyScore]) -> dict[str, float]:
    """Mean precision and recall over pages, F1 of these means, and the share exactly right."""
    pages = list(scores)
    if not pages:
        return {}
    predicted = [page.precision for page in pages if page.hit + page.extra > 0]
    recalls = [page.recall for page in pages if page.hit + page.missed > 0]
    precision = sum(predicted) / len(predicted) if predicted else 0.0
    recall = sum(recalls) / len(recalls) if recalls else 0.0
    exact = sum(page.exact for page in pages) / len(pages)
    return {"precision": precision, "recall": recall, "f1": _harmonic(precision, recall), "exact": exact}


@dataclass
class Tally:
    """Running totals over pages; ``summary`` turns them into shares."""

    bodies: list[BodyScore] = field(default_factory=list)
    headings: Counter[str] = field(default_factory=Counter)
    checks: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def add(self, gold: Mapping[str, Any], article: Mapping[str, Any]) -> None:
        """Count one page. ``article`` has body, title, authors, published_at and headings, as ``Article.as_dict``."""
        body = article.get("body") or ""
        if (gold.get("text") or "").strip():
            self.bodies.append(score_body(str(gold["id"]), gold["text"], body))
        if gold.get("headings") is not None:
            self._add_headings(gold["headings"], article.get("headings"))
        folded = f" {fold(body)} "
        for kind, end in (("with", ""), ("without", " ")):  # some `with` strings are cut in mid-word
            for string in filter(fold, gold.get(kind) or ()):
                self.checks[kind, f" {fold(string)}{end}" in folded] += 1
        for name, wanted, found in (
            ("title", fold(gold.get("title")), fold(article.get("title"))),
            ("date", _day(gold.get("date")), _day(article.get("published_at"))),
            ("author", name_set(gold.get("author")), name_set(article.get("authors"))),
        ):
            if wanted:
                self.checks[name, wanted == found] += 1

    def _add_headings(self, gold: Any, found: Any) -> None:
        g, h = _headings(gold), _headings(found)
        hit = (g & h).total()
        self.headings.update(hit=hit, extra=h.total() - hit, missed=g.total() - hit)

    def summary(self) -> dict[str, float]:
        """Figures by name, those without gold left out; ``NAME_of`` is what a share is of."""
        out: dict[str, float] = {"pages": len(self.bodies), **summarise_bodies(self.bodies)}
        hit, extra, missed = (self.headings[key] for key in ("hit", "extra", "missed"))
        if hit + missed:
            precision, recall = (hit / (hit + extra) if hit + extra else 0.0), hit / (hit + missed)
            out |= {"headings_f1": _harmonic(precision, recall), "headings_of": hit + missed}
        for key, name in (("with", "kept"), ("without", "leaked"), *((k, k) for k in ("title", "date", "author"))):
            total = self.checks[key, True] + self.checks[key, False]
            if total:
                out |= {name: self.checks[key, True] / total, f"{name}_of": total}
        return out


def _headings(value: Any) -> Counter[str]:
    return Counter(fold(item["text"] if isinstance(item, Mapping) else item) for item in value or ())


def _day(value: Any) -> str | None:
    found = _DAY.search(str(value or ""))
    return found.group(0) if found else None


def name_set(value: Any) -> frozenset[str]:
    """Folded names of authors given as a list or as one line; how two sets of authors are compared."""
    listed = _BETWEEN_NAMES.split(value) if isinstance(value, str) else value or ()
    return frozenset(filter(None, map(fold, listed)))
