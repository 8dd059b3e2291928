"""Path patterns of robots.txt, tdmrep.json and ai.txt: ``*`` is anything, ``$`` the end. Linear in the path, always."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 500
"""Characters of a pattern, and"""
STARS = 8
"""its stars; what has more is no rule of ours to follow."""

Rule = tuple[str, bool]
"""A pattern, and whether it allows."""


def is_sane(pattern: str) -> bool:
    """Whether the pattern is one that is matched at all."""
    return len(pattern) <= LONGEST and pattern.count("*") <= STARS


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern matches the path (with its query) from the beginning on."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not rest:
        return not anchored or path == first
    place = len(first)
    for piece in rest[:-1]:
        found = path.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    last = rest[-1]
    if anchored:
        return path.endswith(last) and len(path) - len(last) >= place
    return path.find(last, place) >= 0


def is_allowed(rules: Iterable[Rule], path: str) -> bool:
    """What RFC 9309 says: the longest rule that matches counts, of two the one that allows; without one, yes."""
    best, answer = -1, True
    for pattern, allows in rules:
        if len(pattern) >= best and matches(pattern, path) and (len(pattern) > best or allows):
            best, answer = len(pattern), allows
    return answer
