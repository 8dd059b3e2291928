"""Whether two stores hold the same: rows counted and summed by hash, bodies unpacked, and what differs named."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import zstandard
from sqlalchemy import URL

from pipelines.store.copying.parts import BODIES, PARTS, Part
from pipelines.store.copying.snapshot import Snapshot, snapshot
from pipelines.store.copying.sums import Row, Sum, fitted, plain
from pipelines.store.copying.watching import QUIET, Watcher
from pipelines.store.engine import Location

NAMED = 5
"""Rows that differ which are named, of each table."""

_STEP = 2_000
"""Rows between two words to the watcher."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A table on both sides. ``size`` is the bytes of its values, ``seconds`` what it took to copy and compare."""

    name: str
    rows: int
    copied: int
    """Rows on the other side."""
    size: int
    seconds: float
    equal: bool
    differing: tuple[str, ...] = field(default=())
    """The first rows that differ: which, and how."""
    damaged: tuple[str, ...] = field(default=())
    """Keys of bodies that are not what their key says."""

    @property
    def ok(self) -> bool:
        """Whether both sides are the same, and whole."""
        return self.equal and not self.damaged


def compare_stores(source: Location, target: Location, watcher: Watcher = QUIET) -> list[Compared]:
    """Compare two finished stores, row by row; neither is written to.

    Raises MissingInput, and BadConfig for a store of another version, or an unfinished copy.
    """
    fits = isinstance(source, URL) or isinstance(target, URL)
    with snapshot(source) as one, snapshot(target) as other:
        watcher.total(sum((one.count(part) + other.count(part)) * part.weight for part in PARTS))
        return [_compared(one, other, part, fits, watcher) for part in PARTS]


def _compared(one: Snapshot, other: Snapshot, part: Part, fits: bool, watcher: Watcher) -> Compared:
    watcher.step(f"comparing {part.name}")
    began = time.monotonic()
    known = summed(watched(values(one.rows(part), part, fits), part, watcher))
    return compared(one, other, part, known, fits, began, watcher)


def compared(
    one: Snapshot, other: Snapshot, part: Part, known: Sum, fits: bool, began: float, watcher: Watcher
) -> Compared:
    """A table whose sum on one side is known; ``began`` is when the work on it did (``time.monotonic``)."""
    damaged: list[str] = []
    rows = watched(values(other.rows(part), part, fits), part, watcher)
    found = summed(_unpacked(rows, damaged) if part is BODIES else rows)
    equal = found.digest == known.digest
    differing = () if equal else tuple(islice(differences(one, other, part, fits), NAMED))
    seconds = time.monotonic() - began
    return Compared(part.name, known.rows, found.rows, known.size, seconds, equal, differing, tuple(damaged))


def values(rows: Iterator[Row], part: Part, fits: bool) -> Iterator[Row]:
    """Rows in the form that is summed up; ``fits`` when PostgreSQL has to hold them."""
    return map(plain(part), map(fitted(part), rows) if fits else rows)


def summed(rows: Iterator[Row]) -> Sum:
    """The sum of rows."""
    found = Sum()
    for row in rows:
        found.add(row)
    return found


def watched(rows: Iterator[Row], part: Part, watcher: Watcher) -> Iterator[Row]:
    """The rows, told of as they go by."""
    place = 0
    for place, row in enumerate(rows, 1):
        yield row
        if place % _STEP == 0:
            watcher.advance(_STEP * part.weight)
    watcher.advance(place % _STEP * part.weight)


def differences(one: Snapshot, other: Snapshot, part: Part, fits: bool) -> Iterator[str]:
    """Rows that are not on both sides the same, in the order of their keys."""
    left, right = (values(side.by_key(part), part, fits) for side in (one, other))
    a, b = next(left, None), next(right, None)
    while a is not None or b is not None:
        if a == b:
            a, b = next(left, None), next(right, None)
        elif b is None or (a is not None and part.key_of(a) < part.key_of(b)):
            assert a is not None
            yield f"{_key(part, a)} is missing"
            a = next(left, None)
        elif a is None or part.key_of(b) < part.key_of(a):
            yield f"{_key(part, b)} is not in the source"
            b = next(right, None)
        else:
            names = [name for name, x, y in zip(part.columns, a, b, strict=True) if x != y]
            yield f"{_key(part, a)} has another {', '.join(names)}"
            a, b = next(left, None), next(right, None)


def _key(part: Part, row: Row) -> str:
    return " ".join(str(each)[:80] for each in part.key_of(row))


def _unpacked(rows: Iterator[Row], damaged: list[str]) -> Iterator[Row]:
    """The rows; the keys of those whose body is not what the key says are noted."""
    decompressor = zstandard.ZstdDecompressor()
    for row in rows:
        key, packed, size = row
        try:
            body = decompressor.decompress(packed)
            is_whole = len(body) == size and hashlib.sha256(body).hexdigest() == key
        except zstandard.ZstdError:
            is_whole = False
        if not is_whole:
            damaged.append(key)
        yield row
