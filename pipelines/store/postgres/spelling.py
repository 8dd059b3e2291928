"""SQL of ours as PostgreSQL wants it. What is only a function has its SQLite name there (``functions.sql``); this is
the rest: a few turns of phrase, and how values are named.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PARTS = re.compile(
    r"""(?P<kept> '(?:[^']|'')*' | "(?:[^"]|"")*" | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ | --[^\n]* | /\*.*?\*/ | ::)
      | (?<![\w:]):(?P<name>[A-Za-z_]\w*) | (?P<percent>%) """,
    re.VERBOSE | re.DOTALL,
)
_TURNS = (
    (re.compile(r"\bIS NOT (?!NULL\b|DISTINCT\b|TRUE\b|FALSE\b)"), "IS DISTINCT FROM "),
    (re.compile(r"\bLIKE\b"), "ILIKE"),
    (re.compile(r"\bAS INTEGER\)"), "AS BIGINT)"),
    (re.compile(r"\bGROUP BY \+"), "GROUP BY "),
    (re.compile(r"\bCROSS JOIN (?=\w+(?: AS \w+)? ON\b)"), "JOIN "),
)


@lru_cache(maxsize=256)
def spelled(sql: str) -> str:
    """A statement of ours, written for SQLite, for PostgreSQL."""
    for pattern, turn in _TURNS:
        sql = pattern.sub(turn, sql)
    return sql


@lru_cache(maxsize=256)
def with_names(sql: str) -> str:
    """Its ``:names`` as psycopg binds them, ``%(name)s``; what is quoted, and ``::``, stays as it is."""
    return _PARTS.sub(_bound, sql)


def _bound(found: re.Match[str]) -> str:
    if found["name"]:
        return f"%({found['name']})s"
    return "%%" if found["percent"] else str(found["kept"]).replace("%", "%%")
