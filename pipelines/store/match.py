"""From what a person types to a query of the full-text index that is always valid.

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
_SYMBOLIC = re.compile(r"\w{1,3}[+#]{1,2}")


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked: an FTS5 expression, empty where the index cannot tell, and strings to be contained or not."""

    match: str
    contains: tuple[str, ...]
    lacks: tuple[str, ...] = ()


@dataclass
class _Asked:
    """Terms as they are read: each wanted one is a list of alternatives."""

    wanted: list[list[str]] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
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
        wanted = "at least one word without a minus" if asked.unwanted or asked.lacks else "at least one word"
        raise UsageError(f"{query!r}: nothing to search for; give {wanted}")
    return Query(_expression(asked), tuple(asked.contains[:MAX_WORDS]), tuple(asked.lacks[:MAX_WORDS]))


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


def _term(found: re.Match[str]) -> str:
    """One word, phrase or NEAR as FTS5 takes it."""
    column = f"{found['column'].lower()} : " if found["column"] else ""
    if found["near"]:
        return column + _near(found["near"])
    if found["phrase"] is not None:
        return f'{column}"{found["phrase"]}"{"*" if found["begins"] else ""}'
    word = found["word"]
    joined = _LETTERS_DIGITS.fullmatch(word.strip("$#@()[],.;:!?"))
    if joined:
        return f'{column}("{joined[1]}{joined[2]}" OR "{joined[1]} {joined[2]}")'
    return f'{column}"{word}"{"*" if word.endswith("*") else ""}'


def _near(inside: str) -> str:
    """``a b, 5`` as ``NEAR("a" "b", 5)``; a single word is just that word."""
    parts = _NEAR.fullmatch(inside)
    words = [word for word in (parts["words"] if parts else inside).split() if any(map(str.isalnum, word))]
    quoted = " ".join(f'"{word}"' for word in words[:MAX_WORDS]) or f'"{inside}"'
    distance = f", {parts['distance']}" if parts and parts["distance"] else ""
    return f"NEAR({quoted}{distance})" if len(words) > 1 else quoted


def _expression(asked: _Asked) -> str:
    wanted = [each[0] if len(each) == 1 else f"({' OR '.join(each[:MAX_WORDS])})" for each in asked.wanted[:MAX_WORDS]]
    expression = " AND ".join(wanted)
    if wanted and asked.unwanted:
        return f"({expression}) NOT ({' OR '.join(asked.unwanted[:MAX_WORDS])})"
    return expression
