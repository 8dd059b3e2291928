"""Layout drift: the latest articles break with the source's own history in length, in place on the page, or in fields.

A break has to be improbable and large, and worse than every stretch of the same length in the history: weekends, series
and a batch of press releases are stretches that it has seen. Looked at through windows of 6, 12 and 24 articles: a
complete break shows in six, a partial one in more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import exp, log1p
from statistics import median

from pipelines.health.facts import FIELDS, ArticleFacts
from pipelines.health.kinds import Kind, Trouble
from pipelines.health.statistics import shift, stretches, tail

WINDOWS = (6, 12, 24)
HISTORY = 150
"""Articles before the window that are looked at."""
LEAST_HISTORY = 40
SHORTER, LONGER = 0.65, 1.8
"""Of the usual length; less of a change is no alarm."""
ERRORS = 4.5
"""Standard errors that the length has to be off."""
VANISHED = 0.25
"""Of a field's usual share; more that is left of it is no alarm."""
MOST = 0.75
"""Of the articles in the window that have to be off themselves: a few odd ones move no more than an average."""
BEYOND, FEWER = 0.2, 0.3
"""How far a break has to be beyond the worst stretch of the past: a length's logarithm, and a field's share."""
IMPROBABLE = 1e-6
EXAMPLES = 3

RENAMED = 3
"""Names of one box in a history: its classes are made up, though they do not look it."""

_CLASS = re.compile(r"\.[^>\s]*")
_MADE = re.compile(r"\.[^.>\s]*(?:\d|__|--|[a-z][A-Z])[^.>\s]*")
"""A class with a number or the spelling of a build tool: it changes with every release of a site's own scripts."""

Articles = Sequence[ArticleFacts]


def find_drift(articles: Articles) -> Iterator[Trouble]:
    """The breaks that the latest of ``articles`` (the newest first) show."""
    for look in (_box, _length, *(_field(name) for name in FIELDS)):
        found = next(filter(None, (look(recent, past) for recent, past in _windows(articles))), None)
        if found is not None:
            yield _explained(found, articles)


def plain_path(path: str) -> str:
    """A tag path without the classes that a site's build makes up."""
    return _MADE.sub("", path)


def tags_only(path: str) -> str:
    """A tag path without any class."""
    return _CLASS.sub("", path)


def _spelling(past: Sequence[str]) -> Callable[[str], str]:
    """How to compare paths: by tags alone where the same tags went by several names before, as releases come."""
    names: dict[str, set[str]] = {}
    for path in past:
        names.setdefault(tags_only(path), set()).add(plain_path(path))
    return tags_only if any(len(each) >= RENAMED for each in names.values()) else plain_path


def _windows(articles: Articles) -> Iterator[tuple[Articles, Articles]]:
    for length in WINDOWS:
        past = articles[length : length + HISTORY]
        if len(past) >= LEAST_HISTORY:
            yield articles[:length], past


def _length(recent: Articles, past: Articles) -> Trouble | None:
    now, before = _lengths(recent), _lengths(past)
    ratio = exp(median(now) - median(before))
    if SHORTER < ratio < LONGER or abs(shift(now, before, least_spread=0.2)) < ERRORS:
        return None
    seen = [median(stretch) for stretch in stretches(before, len(now))]
    if min(seen) - BEYOND < median(now) < max(seen) + BEYOND:
        return None
    words, usual = (median(each.words for each in some) for some in (recent, past))
    odd = [each for each in recent if (each.words < 0.8 * usual if ratio < 1 else each.words > 1.25 * usual)]
    if len(odd) < MOST * len(recent):
        return None
    detail = f"bodies of the last {len(recent)} articles have {words:,.0f} words, where {usual:,.0f} are usual"
    return Trouble(Kind.BODY_LENGTH, detail, _urls(odd))


def _lengths(articles: Articles) -> list[float]:
    return [log1p(each.words) for each in articles]


def _box(recent: Articles, past: Articles) -> Trouble | None:
    """New boxes: more of them than a past that had one now and then (Good and Turing's estimate) lets expect."""
    if any(each.path is None for each in recent):
        return None
    plain = _spelling([each.path for each in past if each.path is not None])
    known = Counter(plain(each.path) for each in past if each.path is not None)
    if known.total() < LEAST_HISTORY:
        return None
    rare = (sum(1 for count in known.values() if count == 1) + 1) / (known.total() + 2)
    moved = [each for each in recent if plain(each.path or "") not in known]
    if len(moved) < MOST * len(recent) or tail(len(moved), len(recent), rare) > IMPROBABLE:
        return None
    usual, there = known.most_common(1)[0][0], Counter(each.path or "" for each in moved).most_common(1)[0][0]
    detail = f"{len(moved)} of the last {len(recent)} bodies stand in {there}, where {usual} is usual"
    return Trouble(Kind.LAYOUT, detail, _urls(moved))


def _field(name: str) -> Callable[[Articles, Articles], Trouble | None]:
    def look(recent: Articles, past: Articles) -> Trouble | None:
        had = sum(1 for each in past if name in each.given)
        without = [each for each in recent if name not in each.given]
        share, usual = 1 - len(without) / len(recent), had / len(past)
        missing = 1 - (had + 1) / (len(past) + 2)
        if share > VANISHED * usual or tail(len(without), len(recent), missing) > IMPROBABLE:
            return None
        worst = min(_share(name, stretch) for stretch in stretches(past, len(recent)))
        if share > worst - FEWER:
            return None
        detail = f"{len(without)} of the last {len(recent)} articles have no {name}, which {usual:.0%} had before"
        return Trouble(Kind.FIELD_LOST, detail, _urls(without))

    return look


def _share(name: str, articles: Articles) -> float:
    return sum(1 for each in articles if name in each.given) / len(articles)


def _explained(trouble: Trouble, articles: Articles) -> Trouble:
    """With a word on the extractor, where that changed too: then it may not be the site."""
    before = {each.extractor for each in articles[WINDOWS[-1] : WINDOWS[-1] + HISTORY]}
    if not before or articles[0].extractor in before:
        return trouble
    detail = f"{trouble.detail}; the extractor is new as well: `newsmint reextract` brings all to one state"
    return Trouble(trouble.kind, detail, trouble.examples)


def _urls(articles: Articles) -> tuple[str, ...]:
    return tuple(each.url for each in articles[:EXAMPLES])
