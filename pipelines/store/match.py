"""From what a person types to a query of the full-text index that is always valid: SQLite's here, and as terms.

Every word is quoted before SQLite sees it: ``ERC-6551``, ``$BTC``, ``BTC/USD`` and ``C++`` are syntax errors of FTS5
otherwise. All words must occur; of the rest of a search box people's habits are taken:

- ``"spot etf"`` is a phrase, ``stak*`` a beginning, ``NEAR(hack bridge, 5)`` two words at most five words apart;
- ``title:etf``, ``description:…`` and ``body:…`` look in one place only;
- ``-word`` (or ``NOT word``) must not occur; ``ether OR solana``: one of them is enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipelines.errors import UsageError
from pipelines.unspaced import UNSPACED

MAX_WORDS = 50

_TOKEN = re.compile(
    r"""(?P<minus>-(?=[^\s-]))?
        (?:(?P<column>title|description|body):(?=[^\s]))?
        (?: NEAR\((?P<near>[^()"]*)\) | "(?P<phrase>[^"]*)(?:"(?P<begins>\*)?|$) | (?P<word>[^\s"]+) )""",
    re.VERBOSE | re.IGNORECASE,
)
_NEAR = re.compile(r"\s*(?P<words>[^,]*?)\s*(?:,\s*(?P<distance>\d{1,4})\s*)?")
_LETTERS_DIGITS = re.compile(r"([^\W\d_]+)[-_ ]?(\d+)")
_USUAL_DISTANCE = 10
"""Of NEAR, where none is named: FTS5's."""
_SYMBOLIC = re.compile(r"\w{1,3}[+#]{1,2}")


@dataclass(frozen=True, slots=True)
class Term:
    """Phrases that must occur, in one place (``column``) or anywhere.

    One phrase, of which the last word only ``begins`` so; or alternative spellings of one; or, with ``near``, several
    with at most so many words between them.
    """

    phrases: tuple[str, ...]
    column: str = ""
    begins: bool = False
    near: int | None = None

    @property
    def match(self) -> str:
        """As FTS5 takes it."""
        quoted = [f'"{phrase}"{"*" if self.begins else ""}' for phrase in self.phrases]
        if self.near is not None:
            distance = "" if self.near == _USUAL_DISTANCE else f", {self.near}"
            together = f"NEAR({' '.join(quoted)}{distance})"
        else:
            together = quoted[0] if len(quoted) == 1 else f"({' OR '.join(quoted)})"
        return f"{self.column} : {together}" if self.column else together


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked: terms for the index, none where it cannot tell, and strings to be contained or not.

    All ``wanted`` must occur, one at least of the alternatives of each; of the ``unwanted`` none.
    """

    wanted: tuple[tuple[Term, ...], ...]
    unwanted: tuple[Term, ...]
    contains: tuple[str, ...]
    lacks: tuple[str, ...] = ()

    @property
    def match(self) -> str:
        """The FTS5 expression; empty where there are no terms."""
        wanted = [each[0].match if len(each) == 1 else _either(each) for each in self.wanted]
        expression = " AND ".join(wanted)
        return f"({expression}) NOT {_either(self.unwanted)}" if wanted and self.unwanted else expression


@dataclass
class _Asked:
    """Terms as they are read: each wanted one is a list of alternatives."""

    wanted: list[list[Term]] = field(default_factory=list)
    unwanted: list[Term] = field(default_factory=list)
    contains: list[str] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)


def parse(query: str) -> Query:
    """Turn what a person typed into a safe query. UsageError where nothing is asked for."""
    asked = _Asked()
    operator = ""
    for found in _TOKEN.finditer(query.replace("\0", " ")):
        if found[0] in ("OR", "AND", "NOT"):
            operator = found[0]
            continue
        _read(asked, found, unwanted=bool(found["minus"]) or operator == "NOT", alternative=operator == "OR")
        operator = ""
    if not asked.wanted and not asked.contains:
        advice = "at least one word without a minus" if asked.unwanted or asked.lacks else "at least one word"
        raise UsageError(f"{query!r}: nothing to search for; give {advice}")
    wanted = tuple(tuple(each[:MAX_WORDS]) for each in asked.wanted[:MAX_WORDS])
    unwanted = tuple(asked.unwanted[:MAX_WORDS])
    return Query(wanted, unwanted, tuple(asked.contains[:MAX_WORDS]), tuple(asked.lacks[:MAX_WORDS]))


def _read(asked: _Asked, found: re.Match[str], *, unwanted: bool, alternative: bool) -> None:
    """Add one word, phrase or NEAR to what is asked for."""
    words = found["near"] or found["phrase"] or found["word"] or ""
    if not any(map(str.isalnum, words)):
        return
    if UNSPACED.search(words):  # a sentence is one word to the index
        pieces = [word for word in words.split() if any(map(str.isalnum, word))]
        (asked.lacks if unwanted else asked.contains).extend(pieces)
        return
    term = _term(found)
    if unwanted:
        asked.unwanted.append(term)
    elif alternative and asked.wanted:
        asked.wanted[-1].append(term)
    else:
        asked.wanted.append([term])
    if found["word"] and _SYMBOLIC.fullmatch(words) and not alternative:
        (asked.lacks if unwanted else asked.contains).append(words)
        if unwanted:
            asked.unwanted.remove(term)


def _term(found: re.Match[str]) -> Term:
    """One word, phrase or NEAR."""
    column = (found["column"] or "").lower()
    if found["near"]:
        return _near(found["near"], column)
    if found["phrase"] is not None:
        return Term((found["phrase"],), column, begins=bool(found["begins"]))
    word = found["word"]
    joined = _LETTERS_DIGITS.fullmatch(word.strip("$#@()[],.;:!?"))
    if joined:
        return Term((f"{joined[1]}{joined[2]}", f"{joined[1]} {joined[2]}"), column)
    return Term((word,), column, begins=word.endswith("*"))


def _near(inside: str, column: str) -> Term:
    """``a b, 5`` as words at most 5 apart; a single word is just that word."""
    parts = _NEAR.fullmatch(inside)
    words = [word for word in (parts["words"] if parts else inside).split() if any(map(str.isalnum, word))]
    distance = int(parts["distance"]) if parts and parts["distance"] else _USUAL_DISTANCE
    if len(words) < 2:
        return Term(tuple(words) or (inside,), column)
    return Term(tuple(words[:MAX_WORDS]), column, near=distance)


def _either(terms: tuple[Term, ...]) -> str:
    return f"({' OR '.join(term.match for term in terms)})"
