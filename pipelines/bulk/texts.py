"""Title and body of the articles that are to be compared, gathered from the Parquet files in one traversal."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import zstandard
from numpy.typing import NDArray

from pipelines.enrich.duplicates import MOST_CHARACTERS, Reading

_AT_HAND = 2_000
"""Readings kept, for articles that are compared with several."""


class Texts:
    """The texts of ``numbers`` (sorted), in a file of their own: 24 bytes of memory each."""

    def __init__(self, path: Path, numbers: NDArray[np.uint32]) -> None:
        self._file = path.open("w+b")
        self._numbers = numbers
        self._places = np.zeros((len(numbers), 2), np.uint64)
        self._pack, self._unpack = zstandard.ZstdCompressor(1), zstandard.ZstdDecompressor()
        self.reading = lru_cache(_AT_HAND)(self._reading)

    def gather(self, articles: Sequence[Path], starts: NDArray[np.int64]) -> None:
        """Read them out of the files of articles, whose first rows have the numbers ``starts``."""
        for path, start, stop in zip(articles, starts, starts[1:], strict=False):
            first, last = np.searchsorted(self._numbers, (start, stop))
            if first < last:
                self._gather(path, int(start), int(first), int(last))

    def _gather(self, path: Path, start: int, first: int, last: int) -> None:
        from pyarrow import parquet

        file = parquet.ParquetFile(path)
        at = start
        for group in range(file.num_row_groups):
            stop = at + file.metadata.row_group(group).num_rows
            low, high = first + np.searchsorted(self._numbers[first:last], (at, stop))
            if low < high:
                table = file.read_row_group(group, columns=["title", "body"], use_threads=False)
                for place in range(int(low), int(high)):
                    row = int(self._numbers[place]) - at
                    self._add(place, table["title"][row].as_py() or "", table["body"][row].as_py() or "")
            at = stop

    def _add(self, place: int, title: str, body: str) -> None:
        packed = self._pack.compress(f"{title}\0{body[:MOST_CHARACTERS]}".encode())
        self._places[place] = self._file.tell(), len(packed)
        self._file.write(packed)

    def _reading(self, number: int) -> Reading:
        place, size = self._places[np.searchsorted(self._numbers, number)]
        self._file.seek(int(place))
        title, _, body = self._unpack.decompress(self._file.read(int(size))).decode().partition("\0")
        return Reading.of(title, body)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
