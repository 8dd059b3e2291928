"""The sketch of each article as 480 bytes of a file: what the search for near-duplicates reads, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.enrich.values import Sketch
from pipelines.items import Article
from pipelines.store.duplicates import body_hash
from pipelines.store.stories import moment
from pipelines.store.times import epoch, normalised

BANDS = 23
"""Of a sketch at most: those of words, then those of numbers; zero stands for none."""
ROW = np.dtype([("id", "<u8"), ("moment", "<i8"), ("body", "<u8"), ("bands", "<u8", BANDS), ("signature", "<u4", 64)])
"""``id`` is the article's, ``moment`` when its outlet had it (seconds since 1970), ``body`` of the text's hash."""

Rows = NDArray[Any]
LATEST = 2**62
"""The moment of a page without any date."""


def sketch_row(article: Article, sketch: Sketch | None) -> bytes:
    """The row of an article; without a sketch, of a body too short for one, only like itself."""
    row = np.zeros(1, ROW)
    seen_at = normalised(article.fetched_at)
    published_ts = epoch(article.published_at) or epoch(seen_at)
    row["id"] = int(article.id, 16)
    row["moment"] = LATEST if published_ts is None else moment(article.published_at, published_ts, seen_at)
    same = body_hash(article.body)
    row["body"] = int(same[:16], 16) | 1 if same else 0
    if sketch:
        row["bands"][0, : len(sketch.bands)] = sketch.bands
        row["signature"][0] = np.frombuffer(sketch.signature, "<u4")
    return row.tobytes()


class Sketches:
    """The sketches of all articles of a run, by number: in the order of the tasks, and within each of its rows."""

    def __init__(self, paths: Sequence[Path], rows: Sequence[int]) -> None:
        self._paths = paths
        self.starts = np.concatenate(([0], np.cumsum(rows, dtype=np.int64)))

    def __len__(self) -> int:
        return int(self.starts[-1])

    def chunks(self, size: int) -> Iterator[tuple[int, Rows]]:
        """All of them, ``size`` at a time, each with the number of its first."""
        for path, start, stop in zip(self._paths, self.starts, self.starts[1:], strict=False):
            with path.open("rb") as file:
                for number in range(int(start), int(stop), size):
                    yield number, np.fromfile(file, ROW, min(size, int(stop) - number))

    def some(self, numbers: NDArray[np.uint32]) -> Rows:
        """Those of the numbers, in the order of these. Reads the disk where they lie, and keeps nothing."""
        wanted, places = np.unique(numbers, return_inverse=True)
        found = np.empty(len(wanted), ROW)
        for place, (path, start) in enumerate(zip(self._paths, self.starts, strict=False)):
            first, last = np.searchsorted(wanted, (start, self.starts[place + 1]))
            if first == last:
                continue
            with path.open("rb") as file:
                for at in range(first, last):
                    file.seek((int(wanted[at]) - int(start)) * ROW.itemsize)
                    found[at] = np.frombuffer(file.read(ROW.itemsize), ROW)[0]
        return found[places]
