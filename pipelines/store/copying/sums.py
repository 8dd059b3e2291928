"""Sums of a table's rows by hash: equal where the values are, whatever database they lie in and in whatever order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from pipelines.store.copying.parts import Part
from pipelines.store.engine import json_text

Row: TypeAlias = tuple[Any, ...]

_DIGEST = 16
_MODULUS = 1 << 8 * _DIGEST
_SHORT = 500
"""Characters of a JSON text that is worth remembering."""


@dataclass(slots=True)
class Sum:
    """How many rows, how many bytes their values have, and the sum of their hashes modulo 2**128."""

    rows: int = 0
    size: int = 0
    total: int = 0

    def add(self, row: Row) -> int:
        """Add a row in its ``plain`` form; return its size in bytes."""
        data = repr(row).encode(errors="surrogatepass")
        self.rows += 1
        self.size += len(data)
        self.total = (self.total + int.from_bytes(hashlib.blake2b(data, digest_size=_DIGEST).digest())) % _MODULUS
        return len(data)

    @property
    def digest(self) -> str:
        """What is compared."""
        return f"{self.rows}:{self.total:032x}"


def plain(part: Part) -> Callable[[Row], Row]:
    """What makes rows of a table equal that mean the same: JSON however it is spelled, and no negative zero."""
    if not part.json and not part.floats:
        return _same

    def made(row: Row) -> Row:
        values = list(row)
        for place in part.json:
            if values[place] is not None:
                values[place] = _canonical(values[place])
        for place in part.floats:
            if values[place] is not None:
                values[place] = float(values[place]) + 0.0
        return tuple(values)

    return made


def fitted(part: Part) -> Callable[[Row], Row]:
    """What makes rows that PostgreSQL can hold of those that SQLite may: no NUL, and JSON that is Unicode.

    A row that it can hold already comes back as the same object.
    """

    def made(row: Row) -> Row:
        if not any("\0" in it for it in row if type(it) is str) and not any(
            "\\u" in (row[it] or "") for it in part.json
        ):
            return row
        values = [it.replace("\0", "") if type(it) is str else it for it in row]
        for place in part.json:
            if values[place] is not None:
                values[place] = _of_unicode(values[place])
        fit = tuple(values)
        return row if fit == row else fit

    return made


def _same(row: Row) -> Row:
    return row


def _of_unicode(text: str) -> str:
    try:
        return json_text(json.loads(text)) if "\\u" in text else text
    except ValueError:
        return text


def _canonical(text: str) -> str:
    return _canonical_short(text) if len(text) < _SHORT else _canonical_any(text)


def _canonical_any(text: str) -> str:
    """The same text for the same JSON: PostgreSQL sorts names, and knows no difference between 1e2 and 100."""
    try:
        return json.dumps(json.loads(text, parse_float=_number), sort_keys=True)
    except ValueError:
        return text


_canonical_short = lru_cache(maxsize=20_000)(_canonical_any)


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value
