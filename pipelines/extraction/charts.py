"""Price analysis: a piece that reads a chart or forecasts a price, told by its title or by the terms of its body.

Precision first: a body needs five ideas of chart readers and five sums of money, and a title that is no lesson in them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from itertools import islice

from pipelines.items import Evidence

PRICE_ANALYSIS = "price_analysis"
MIN_TERMS, MIN_SUMS = 5, 5
MAX_WORDS = 2_500
"""A longer body teaches, or goes through the whole year."""

_DATA = tomllib.loads(files(__package__).joinpath("charts.toml").read_text(encoding="utf-8"))
_TITLE = re.compile("|".join(_DATA["titles"]), re.IGNORECASE)
_LESSON = re.compile("|".join(_DATA["lessons"]), re.IGNORECASE)
_TERMS: dict[str, list[str]] = _DATA["terms"]
_SUM = re.compile(r"[$€£₩¥]\s?\d|\d\s?(?:[$€£₺₽円원]|USDT?\b|美元|ドル|달러|dollar|dólar|долл)")


def with_charts(evidence: tuple[Evidence, ...], title: str | None, body: str) -> tuple[Evidence, ...]:
    """The evidence, with that of a price analysis where title or body give some and it is not there yet."""
    if any(each.label == PRICE_ANALYSIS for each in evidence) or is_lesson(title):
        return evidence
    words = _of_title(title or "") or _of_body(body)
    return (*evidence, Evidence(PRICE_ANALYSIS, words)) if words else evidence


def is_lesson(title: str | None) -> bool:
    """Whether a title announces an explanation, such as of technical analysis, rather than an analysis."""
    return _LESSON.search(title or "") is not None


def _of_title(title: str) -> str | None:
    found = _TITLE.search(title)
    return f"title: {found[0]}" if found else None


def _of_body(body: str) -> str | None:
    sums = islice(_SUM.finditer(body), MIN_SUMS)
    if body.count(" ") > MAX_WORDS or len(list(sums)) < MIN_SUMS:
        return None
    terms = list(_terms(body))
    return f"body: {', '.join(terms)}" if len(terms) >= MIN_TERMS else None


def _terms(body: str) -> Iterator[str]:
    small = body.lower()
    for name, spellings in _TERMS.items():
        if any(word in (body if word.isupper() else small) for word in spellings):
            yield name
