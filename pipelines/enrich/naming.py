"""Where a text names an outlet: one of the data file, or one that the text itself calls so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import NamedTuple

from pipelines.enrich.outlets import LETTER, names_pattern, outlets
from pipelines.enrich.phrases import ENDINGS, NEVER, Phrases

_MAX_NAMES = 200
"""Names of a text that are looked at."""
_SMALL = frozenset(name for name in outlets() if name[0].islower())
_NAMES = names_pattern([*(outlets().keys() - _SMALL), *ENDINGS])
"""Without those that begin with a small letter, of which a text is full: they are looked for one by one."""
_SMALL_NAMES = names_pattern(_SMALL)
_LETTER = re.compile(LETTER)
_WORD = r"[A-ZÀ-ÞА-Я][\w&'’-]{1,24}"
_BEFORE_ENDING = re.compile(rf"(?:{_WORD} ){{1,3}}$")
_BEHIND_NOUN = re.compile(
    rf"\s(?:the |de |da |di )?(?P<name>{_WORD}(?: (?:(?:of|de|del|della|do|da|du|&) )?{_WORD}){{0,3}})"
    r"|\s[«„“\"](?P<quoted>[^»“”\"\n]{2,40})[»“”\"]"
)
_POSSESSIVE = re.compile(r"['’]s?$")


class Name(NamedTuple):
    """A place that names an outlet, in characters; ``domain`` is None for one that is not in the file."""

    start: int
    stop: int
    name: str
    domain: str | None


def find_names(text: str, phrases: Phrases) -> list[Name]:
    """The names in the order of the text, none within another."""
    found = [*islice(_known(text), _MAX_NAMES), *islice(_introduced(text, phrases.nouns), _MAX_NAMES)]
    names: list[Name] = []
    for name in sorted(found, key=lambda name: (name.start, -name.stop)):
        if not names or name.start >= names[-1].stop:
            names.append(name)
    return names


def _known(text: str) -> Iterator[Name]:
    """Those of the file, and those that end as outlets' names do: "Lagos Courier"."""
    small = _SMALL_NAMES.finditer(text) if any(name in text for name in _SMALL) else ()
    for match in chain(_NAMES.finditer(text), small):
        start, stop = match.span()
        if start and _LETTER.match(match[0]) and _LETTER.match(text, start - 1):
            continue
        outlet = outlets().get(match[0])
        if outlet:
            yield Name(start, stop, outlet.name, outlet.domain)
        elif before := _BEFORE_ENDING.search(text, max(0, start - 60), start):
            yield Name(before.start(), stop, text[before.start() : stop], None)


def _introduced(text: str, nouns: tuple[str, ...]) -> Iterator[Name]:
    """Those that stand behind "newspaper" or "first reported by"."""
    for noun in nouns:
        at = text.find(noun)
        while at >= 0:
            match = _BEHIND_NOUN.match(text, at + len(noun))
            if match:
                yield from _named(match)
            at = text.find(noun, at + len(noun))


def _named(match: re.Match[str]) -> Iterator[Name]:
    group = match.lastgroup or 0
    name, start = _POSSESSIVE.sub("", match[group]), match.start(group)
    outlet = outlets().get(name)
    if name.lower() not in NEVER:
        yield Name(start, start + len(name), outlet.name if outlet else name, outlet.domain if outlet else None)
