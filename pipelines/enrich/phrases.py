"""The phrases by which an article credits an outlet, a set a language: ``data/credits.toml``, compiled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipelines.enrich.outlets import read_data

_DATA = read_data("credits.toml")
_ANY: dict[str, Any] = _DATA.pop("any")
NEVER = frozenset(map(str.lower, _ANY["never"]))
"""What is no outlet, whatever the phrase; lower-case."""
ENDINGS: frozenset[str] = frozenset(_ANY["endings"])
"""Words that end the names of outlets: "Times"."""
NOT_OUTLETS: frozenset[str] = frozenset(_ANY["hosts"])
"""Registered domains that a link may lead to without being the outlet's."""
PICTURE = re.compile(_ANY["picture"], re.IGNORECASE)
"""What before the phrase says that it credits a picture."""
SOMEBODY = re.compile(_ANY["somebody"], re.IGNORECASE)
"""What before the name says that the words behind it are about somebody of the outlet."""
_OPEN, _CLOSED = r"[«„“‘‹\"'*]?\s?$", r"[»“”’\"'*]?"
"""Quotation marks that the name may stand in."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """``before`` and ``to`` end at the name of the outlet, ``after`` begins right behind it."""

    before: re.Pattern[str]
    to: re.Pattern[str]
    """Somebody speaks to the outlet."""
    after: re.Pattern[str]
    another: re.Pattern[str]
    """What, right behind the name, says that somebody or something else is meant."""
    longer: re.Pattern[str]
    """What says so unless somebody speaks to the outlet."""
    nouns: tuple[str, ...]
    """Words behind which any capitalised name is an outlet's."""


@cache
def phrases(language: str | None) -> Phrases:
    """The phrases of a language by its ISO 639-1 code; all of them for one that has none, and for None."""
    rows = [_DATA[language]] if language in _DATA else list(_DATA.values())
    return Phrases(
        before=_any_of(_filled(rows, "before"), end=_OPEN),
        to=_any_of(_filled(rows, "to"), end=_OPEN),
        after=_any_of(_filled(rows, "after"), start=_CLOSED),
        another=_any_of(_ANY["not"]),
        longer=_any_of([pattern for row in rows[:1] for pattern in row.get("longer", ())] or ["(?!)"]),
        nouns=tuple(noun for row in rows for noun in row["nouns"]),
    )


def _filled(rows: Iterable[dict[str, Any]], key: str) -> list[str]:
    """The patterns of a list, with what may stand between phrase and name put in."""
    return [pattern.replace("<the>", row["the"]) for row in rows for pattern in row[key]]


def _any_of(patterns: Iterable[str], start: str = "", end: str = "") -> re.Pattern[str]:
    return re.compile(f"{start}(?:{'|'.join(patterns) or '(?!)'}){end}", re.IGNORECASE)
