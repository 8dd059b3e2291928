"""Pairs of articles that may be one story, from bands that lie on disk. Flat in memory, whatever the number.

Bands go to buckets by their value, a bucket is sorted, and articles that share a band become pairs, in buckets by the
later article; of its pairs the likeliest are named. Constants are those by which a store finds its candidates.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.bulk.sketches import BANDS, Rows, Sketches
from pipelines.enrich.duplicates import TEXT_BANDS
from pipelines.store.sketches import LEAST_ESTIMATE, LIKELY, NEWEST, NUMBERS, RATED

BUCKET_BYTES = 64_000_000
CHUNK = 20_000
"""Sketches read at a time."""
COPY = 10_000
"""What the very same text weighs: it needs no look at it."""
PAIR = np.dtype([("late", "<u4"), ("early", "<u4"), ("weight", "<u2")])
_BAND = np.dtype([("value", "<u8"), ("number", "<u4"), ("weight", "<u2")])
_WEIGHTS = np.array([*[1] * TEXT_BANDS, *[NUMBERS] * (BANDS - TEXT_BANDS), COPY], np.uint16)

Entries = NDArray[Any]


def likely_pairs(sketches: Sketches, work: Path) -> Iterator[Entries]:
    """Pairs worth a look at their texts, and those of the very same text (``weight`` of ``COPY``), by the later one."""
    bands = _Buckets(work / "bands", len(sketches) * (BANDS + 1) * _BAND.itemsize)
    for number, rows in sketches.chunks(CHUNK):
        entries = _bands(number, rows)
        bands.add(entries, (entries["value"] >> np.uint64(20)) % np.uint64(bands.count))
    pairs = _Buckets(work / "pairs", len(sketches) * 4 * RATED * PAIR.itemsize)
    for entries in bands.drained(_BAND):
        for some in _pairs(entries):
            pairs.add(some, some["late"].astype(np.uint64) * np.uint64(pairs.count) // np.uint64(len(sketches)))
    for some in pairs.drained(PAIR):
        yield _likeliest(_summed(some), sketches)


class _Buckets:
    """Files of entries, about ``BUCKET_BYTES`` each; a bucket is gone once it is read."""

    def __init__(self, folder: Path, size: int) -> None:
        folder.mkdir()
        self.count = 1 + size // BUCKET_BYTES
        self._paths = [folder / str(place) for place in range(self.count)]

    def add(self, entries: Entries, buckets: NDArray[np.uint64]) -> None:
        """Append each entry to the bucket of this number."""
        order = np.argsort(buckets, kind="stable")
        entries, buckets = entries[order], buckets[order]
        for run in np.split(np.arange(len(entries)), np.flatnonzero(np.diff(buckets)) + 1):
            if len(run):
                with self._paths[int(buckets[run[0]])].open("ab") as file:
                    entries[run[0] : run[-1] + 1].tofile(file)

    def drained(self, kind: np.dtype[Any]) -> Iterator[Entries]:
        for path in self._paths:
            if path.exists():
                yield np.fromfile(path, kind)
                path.unlink()


def _bands(number: int, rows: Rows) -> Entries:
    """An entry for each band that is there; the text's hash is one more."""
    values = np.column_stack((rows["bands"], rows["body"]))
    at, band = np.nonzero(values)
    entries = np.empty(len(at), _BAND)
    entries["value"], entries["number"], entries["weight"] = values[at, band], number + at, _WEIGHTS[band]
    return entries


def _pairs(entries: Entries) -> Iterator[Entries]:
    """Each article with the ``NEWEST`` before it that share a value; of copies the one before it is enough."""
    entries = entries[np.lexsort((entries["number"], entries["value"]))]
    value, number, weight = entries["value"], entries["number"], entries["weight"]
    for lag in range(1, NEWEST + 1):
        same = value[lag:] == value[:-lag]
        if lag > 1:
            same &= weight[lag:] != COPY
        if not same.any():
            return
        pairs = np.empty(int(same.sum()), PAIR)
        pairs["late"], pairs["early"], pairs["weight"] = number[lag:][same], number[:-lag][same], weight[lag:][same]
        yield pairs[pairs["late"] != pairs["early"]]


def _summed(pairs: Entries) -> Entries:
    """Each pair once, with all that it weighs."""
    pairs = pairs[np.lexsort((pairs["early"], pairs["late"]))]
    first = np.ones(len(pairs), bool)
    first[1:] = (pairs["late"][1:] != pairs["late"][:-1]) | (pairs["early"][1:] != pairs["early"][:-1])
    starts = np.flatnonzero(first)
    found = pairs[starts]
    found["weight"] = np.minimum(np.add.reduceat(pairs["weight"].astype(np.uint32), starts), 60_000)
    return found


def _likeliest(pairs: Entries, sketches: Sketches) -> Entries:
    """Of each article's pairs the ``RATED`` heaviest are compared by signature, and the ``LIKELY`` likeliest stay."""
    heaviest = np.lexsort((-pairs["early"].astype(np.int64), -pairs["weight"].astype(np.int64), pairs["late"]))
    pairs = pairs[heaviest]
    pairs = pairs[_place(pairs["late"]) < RATED]
    alike = np.empty(len(pairs))
    for start in range(0, len(pairs), CHUNK):
        some = pairs[start : start + CHUNK]
        late, early = (sketches.some(some[name])["signature"] for name in ("late", "early"))
        alike[start : start + CHUNK] = (late == early).mean(axis=1)
    likely = (alike >= LEAST_ESTIMATE) | (pairs["weight"] > 1)
    pairs, alike = pairs[likely], alike[likely]
    by_numbers = pairs["weight"] >= NUMBERS
    order = np.lexsort(
        (-pairs["early"].astype(np.int64), -pairs["weight"].astype(np.int64), -alike, ~by_numbers, pairs["late"])
    )
    pairs = pairs[order]
    return pairs[(_place(pairs["late"]) < LIKELY) | (pairs["weight"] >= COPY)]


def _place(late: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Which of its article's pairs each is, from 0; the pairs are sorted by article."""
    count = np.arange(len(late))
    begins = np.ones(len(late), bool)
    begins[1:] = late[1:] != late[:-1]
    places: NDArray[np.int64] = count - np.maximum.accumulate(np.where(begins, count, 0))
    return places
