"""Near-duplicates across a whole run, found as a store finds them: MinHash bands, signatures, then the texts.

What a store would put into one story is one cluster here. Memory holds no more than a bucket of bands, and some hundred
bytes for each article that may be like another.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.bulk.journal import finish
from pipelines.bulk.pairs import COPY, PAIR, Entries, likely_pairs
from pipelines.bulk.sketches import Sketches
from pipelines.bulk.task import ARTICLES, SKETCHES
from pipelines.bulk.texts import Texts
from pipelines.bulk.values import Done, File, Job
from pipelines.enrich.duplicates import likeness
from pipelines.export.files import explained, hash_of, whole_file, write_whole

STATE = "state/duplicates.json"
COLUMNS = ("cluster", "duplicate_of")

Column = list[str | None]


@dataclass(frozen=True, slots=True)
class Found:
    """Clusters of two articles and more, and the articles in them beyond the first of each."""

    clusters: int = 0
    duplicates: int = 0


@dataclass(frozen=True, slots=True)
class Clusters:
    """Numbers of the articles that are like another, sorted; the first of the cluster of each, and that one's id."""

    numbers: NDArray[np.uint32]
    firsts: NDArray[np.uint32]
    ids: NDArray[np.uint64]


def mark(job: Job, done: Sequence[Done]) -> tuple[list[Done], Found]:
    """Find the clusters, and write them into the columns ``cluster`` and ``duplicate_of`` of all articles; the tasks
    with their files as they are now.

    Nothing is done where an earlier call has done it for these very articles; a call that was stopped is done anew.
    Raises CannotWrite.
    """
    out = Path(job.out)
    files = [_of(each, SKETCHES) for each in done]
    digest = hashlib.sha256("".join(each.sha256 for each in files).encode()).hexdigest()
    if known := _known(out, digest):
        return list(done), known
    sketches = Sketches([out / each.path for each in files], [each.rows for each in files])
    work = out / "state" / "work"
    was_stopped = work.exists()
    shutil.rmtree(work, ignore_errors=True)
    with explained(work):
        work.mkdir(parents=True)
        pairs = np.concatenate([np.empty(0, PAIR), *likely_pairs(sketches, work)])
        clusters = _clusters(pairs, sketches, [out / _of(each, ARTICLES).path for each in done], work)
    marked = [
        _written(job, each, _columns(clusters, int(start), _of(each, ARTICLES).rows), was_stopped)
        for start, each in zip(sketches.starts, done, strict=False)
    ]
    shutil.rmtree(work, ignore_errors=True)
    firsts = len(np.unique(clusters.firsts))
    found = Found(firsts, len(clusters.numbers) - firsts)
    write_whole(out / STATE, json.dumps({"of": digest} | asdict(found)).encode())
    return marked, found


def _known(out: Path, digest: str) -> Found | None:
    try:
        said = json.loads((out / STATE).read_bytes())
        return Found(said["clusters"], said["duplicates"]) if said["of"] == digest else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _of(done: Done, folder: str) -> File:
    return next(each for each in done.files if each.path.startswith(f"{folder}/"))


def _clusters(pairs: Entries, sketches: Sketches, articles: Sequence[Path], work: Path) -> Clusters:
    """The clusters that the pairs make, once those that are no copies are judged by their texts."""
    joined = _Joined()
    copies = pairs["weight"] >= COPY
    for late, early in zip(pairs["late"][copies].tolist(), pairs["early"][copies].tolist(), strict=True):
        joined.join(late, early)
    doubtful = pairs[~copies]
    with closing(Texts(work / "texts", np.unique((doubtful["late"], doubtful["early"])))) as texts:
        texts.gather(articles, sketches.starts)
        for late, early in zip(doubtful["late"].tolist(), doubtful["early"].tolist(), strict=True):
            if joined.root(late) == joined.root(early):
                continue
            if likeness(texts.reading(late), texts.reading(early)) is not None:
                joined.join(late, early)
    return _with_firsts(joined, sketches)


def _with_firsts(joined: _Joined, sketches: Sketches) -> Clusters:
    """The first of a cluster is who had it first; of several the one that was read first."""
    numbers = np.array(sorted(joined.parents), np.uint32)
    rows = sketches.some(numbers)
    roots = np.array([joined.root(number) for number in numbers.tolist()], np.uint32)
    order = np.lexsort((numbers, rows["moment"], roots))
    firsts, ids = np.empty_like(numbers), np.empty(len(numbers), np.uint64)
    for place, (previous, at) in enumerate(zip([None, *order[:-1].tolist()], order.tolist(), strict=False)):
        begins = place == 0 or roots[at] != roots[previous]
        firsts[at] = numbers[at] if begins else firsts[previous]
        ids[at] = rows["id"][at] if begins else ids[previous]
    return Clusters(numbers, firsts, ids)


class _Joined:
    """Sets of numbers that become one (union-find)."""

    def __init__(self) -> None:
        self.parents: dict[int, int] = {}

    def root(self, number: int) -> int:
        while (parent := self.parents.get(number, number)) != number:
            self.parents[number] = number = self.parents.get(parent, parent)
        return number

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        self.parents.setdefault(first, first)
        self.parents[second] = first


def _written(job: Job, done: Done, wanted: Mapping[str, Column], was_stopped: bool) -> Done:
    """Make the columns of a file say what was found, where they do not, and the journal know the file that it is.

    An earlier call that ``was_stopped`` may have come to the one and not to the other.
    """
    from pyarrow import parquet

    file = _of(done, ARTICLES)
    path = Path(job.out, file.path)
    table_of = parquet.ParquetFile(path)
    current = table_of.read(columns=list(COLUMNS), use_threads=False)
    if any(current[name].to_pylist() != wanted[name] for name in COLUMNS):
        with whole_file(path) as out:
            _rewritten(table_of, out.binary, wanted)
        now = replace(file, size=out.size, sha256=out.sha256)
    elif was_stopped:
        now = replace(file, size=path.stat().st_size, sha256=hash_of(path))
    else:
        return done
    return finish(replace(done, files=tuple(now if each == file else each for each in done.files)), job)


def _columns(clusters: Clusters, start: int, rows: int) -> Mapping[str, Column]:
    cluster, duplicate_of = Column([None]) * rows, Column([None]) * rows
    first, last = np.searchsorted(clusters.numbers, (start, start + rows))
    for place in range(int(first), int(last)):
        row, name = int(clusters.numbers[place]) - start, f"{int(clusters.ids[place]):016x}"
        cluster[row] = name
        duplicate_of[row] = name if clusters.firsts[place] != clusters.numbers[place] else None
    return {"cluster": cluster, "duplicate_of": duplicate_of}


def _rewritten(source: Any, file: Any, columns: Mapping[str, Column]) -> None:
    import pyarrow as arrow
    from pyarrow import parquet

    schema, at = source.schema_arrow, 0
    with parquet.ParquetWriter(file, schema, compression="zstd", compression_level=3) as writer:
        for group in range(source.num_row_groups):
            table = source.read_row_group(group, use_threads=False)
            for name in COLUMNS:
                values = arrow.array(columns[name][at : at + len(table)], arrow.string())
                table = table.set_column(schema.get_field_index(name), schema.field(name), values)
            writer.write_table(table, row_group_size=max(len(table), 1))
            at += len(table)
