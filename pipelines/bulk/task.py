"""One task from its input to whole files. The same function on one machine, on Dask, on Ray."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import thread_time
from typing import Any, Protocol

from pipelines.bulk.extractor import UNREADABLE, Extractor, WorkerLost
from pipelines.bulk.journal import finish
from pipelines.bulk.rows import REJECTED, articles_table, line
from pipelines.bulk.values import Done, File, Job, Task, printable
from pipelines.export.columns import Table
from pipelines.export.files import Measured, whole_file
from pipelines.export.parquet import RowGroups

ARTICLES, REFUSED, SKETCHES, SIGHTINGS = "data/articles", "data/rejected", "state/sketches", "state/sightings"
FOLDERS = (ARTICLES, REFUSED, SKETCHES, SIGHTINGS)
HELD, GROUP = 4_000_000, 24_000_000
"""Bytes of rows before they are made Arrow's columns, and before those are written as a row group: bounds memory."""

SIGHTED = 2_000
"""Articles of the first of two passes before they are written."""

Note = Callable[[str, int], None]
"""Told of records as they are done: what came of them, how many."""

_here = threading.local()


def run_task(task: Task, job: Job, note: Note = lambda what, count: None) -> Done:
    """Read, filter, extract and write one task: files below ``job.out``, and what it came to.

    Its files appear whole, then its journal entry: a task that is stopped leaves nothing, and is run again; so is one
    whose workers died again and again, with what came of it in ``trouble``. Raises CannotWrite.
    """
    began = thread_time()
    extractor: Extractor = getattr(_here, "extractor", None) or Extractor()
    _here.extractor = extractor
    outputs = _Gathering(task, job) if job.is_gathering else _Extracting(task, job)
    tally = _Tally(note)
    try:
        with outputs.open(), closing(extractor.run(task, job)) as messages:
            for message in messages:
                tally.add(message)
                outputs.take(message)
    except WorkerLost as error:
        return Done(task, trouble=printable(f"{task.path}: {error}"))
    cpu = extractor.cpu + thread_time() - began
    done = Done(task, outputs.files(), tally.counts, tally.failed, round(cpu, 3), extractor.peak, tally.trouble)
    return finish(done, job)


class _Tally:
    """What came of the records so far."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self.counts: Counter[str] = Counter()
        self.failed, self.trouble = 0, ""

    def add(self, message: tuple[Any, ...]) -> None:
        for what, count in _counted(message):
            self.counts[what] += count
            self._note(what, count)
        if message[0] == "failed":
            self.failed += 1
            self.trouble = printable(message[5]) if message[4] == UNREADABLE else self.trouble


def _counted(message: tuple[Any, ...]) -> Iterator[tuple[str, int]]:
    if message[0] == "passed":
        yield from message[2].items()
    elif message[0] in ("refused", "failed"):
        yield message[4], 1
    else:
        yield "kept", 1


class _Outputs(Protocol):
    def open(self) -> Any: ...
    def take(self, message: tuple[Any, ...]) -> None: ...
    def files(self) -> tuple[File, ...]: ...


@dataclass
class _Rows:
    """A Parquet file as it is written."""

    path: str
    file: Measured
    writer: RowGroups
    held: list[str] = field(default_factory=list)
    count: int = 0
    _size: int = 0
    _group: int = 0

    def add(self, row: bytes) -> None:
        self.held.append(row.decode())
        self.count += 1
        self._size += len(row)
        if self._size >= HELD:
            self.flush()

    def flush(self) -> None:
        """Hand over what is held."""
        self.writer.write(self.held)
        self.held.clear()
        self._size, self._group = 0, self._group + self._size
        if self._group >= GROUP:
            self.writer.cut()
            self._group = 0

    @property
    def finished(self) -> File:
        return File(self.path, self.count, self.file.size, self.file.sha256)


@contextmanager
def _parquet(out: str, path: str, table: Table) -> Iterator[_Rows]:
    with _made(out, path) as file:
        rows = _Rows(path, file, RowGroups(file.binary, table))
        try:
            yield rows
            rows.flush()
        except BaseException:
            with suppress(Exception):  # left to itself it would close when its file is closed already, and complain
                rows.writer.close()
            raise
        rows.writer.close()


@contextmanager
def _made(out: str, path: str) -> Iterator[Measured]:
    target = Path(out, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(target) as file:
        yield file


class _Extracting:
    """Articles, the sketches of them row by row, and what gave none."""

    def __init__(self, task: Task, job: Job) -> None:
        self._key, self._out = task.key, job.out

    @contextmanager
    def open(self) -> Iterator[None]:
        with ExitStack() as stack:
            name = f"{self._key}.parquet"
            self._articles = stack.enter_context(_parquet(self._out, f"{ARTICLES}/{name}", articles_table()))
            self._rejected = stack.enter_context(_parquet(self._out, f"{REFUSED}/{name}", REJECTED))
            self._path = f"{SKETCHES}/{self._key}.bin"
            self._sketches = stack.enter_context(_made(self._out, self._path))
            yield

    def take(self, message: tuple[Any, ...]) -> None:
        if message[0] == "row":
            self._articles.add(message[2])
            self._sketches.write(message[3])
        elif message[0] in ("refused", "failed"):
            values = dict(zip(("record", "url", "reason", "detail"), message[2:], strict=True))
            self._rejected.add(line(values))

    def files(self) -> tuple[File, ...]:
        made, sketches = self._articles.finished, self._sketches
        return made, self._rejected.finished, File(self._path, made.rows, sketches.size, sketches.sha256)


class _Gathering:
    """The fingerprints of the blocks of articles, of the first pass."""

    def __init__(self, task: Task, job: Job) -> None:
        self._path, self._out = f"{SIGHTINGS}/{task.key}.parquet", job.out
        self._held: list[dict[str, Any]] = []
        self._count = 0

    @contextmanager
    def open(self) -> Iterator[None]:
        from pyarrow import parquet

        with (
            _made(self._out, self._path) as self._file,
            parquet.ParquetWriter(self._file.binary, sightings_schema(), compression="zstd") as self._writer,
        ):
            yield
            self._flush()

    def take(self, message: tuple[Any, ...]) -> None:
        if message[0] == "sighted":
            self._held.append(dict(zip(("site", "names", "fingerprints", "edges"), message[2], strict=True)))
            if len(self._held) >= SIGHTED:
                self._flush()

    def _flush(self) -> None:
        import pyarrow as arrow

        self._writer.write_table(arrow.Table.from_pylist(self._held, sightings_schema()))
        self._count += len(self._held)
        self._held.clear()

    def files(self) -> tuple[File, ...]:
        return (File(self._path, self._count, self._file.size, self._file.sha256),)


def sightings_schema() -> Any:
    """Of the files of the first pass: ``pipelines.bulk.chrome.Sighted`` in columns."""
    import pyarrow as arrow

    many = arrow.list_(arrow.int64())
    kinds = [("site", arrow.string()), ("names", many), ("fingerprints", many)]
    return arrow.schema([*kinds, ("edges", arrow.list_(arrow.bool_()))])
