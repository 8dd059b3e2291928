"""What a bulk run is made of. Frozen, and quick to send to another machine."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pipelines.bulk.filters import Filters
from pipelines.pool import MEMORY_LIMIT, TIME_LIMIT
from pipelines.warc.reading import WHOLE, Part


@dataclass(frozen=True, slots=True)
class Task:
    """An input file or a part of one, or some of a folder.

    ``kind``: ``warc``, ``parquet`` (whose parts count row groups), ``page``, ``files`` (pages below ``path``).
    """

    key: str
    """Of what is read, as it is now: names the files that come of it."""
    kind: str
    path: str
    size: int
    """Bytes to read, for the progress."""
    part: Part = WHOLE
    files: tuple[str, ...] = field(default=(), repr=False)
    """Paths below ``path``, where that is a folder."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for all tasks of a run. ``out``: the folder, the same on every machine of a cluster."""

    out: str
    filters: Filters = field(default_factory=Filters)
    passes: int = 1
    time_limit: float = TIME_LIMIT
    memory_limit: int = MEMORY_LIMIT
    is_gathering: bool = False
    """The first of two passes: what sites repeat is counted, and no article written."""


@dataclass(frozen=True, slots=True)
class File:
    """A finished file of the run: path below its folder, rows, bytes, SHA-256."""

    path: str
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task. ``counts``: ``kept``, and every other reason by its name; together all records."""

    task: Task
    files: tuple[File, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    """Of the records those that were broken, or that extraction failed on."""
    cpu: float = 0.0
    """Seconds, of all processes."""
    peak: int = 0
    """Bytes of memory that its extracting process came to."""
    trouble: str = ""
    """Why it ended before its input did, for people."""

    @property
    def records(self) -> int:
        return self.counts.total()

    def as_dict(self) -> dict[str, Any]:
        """For a journal."""
        return asdict(replace(self, counts=Counter())) | {"counts": dict(self.counts)}

    @property
    def place(self) -> tuple[str, str, int, tuple[str, ...]]:
        """By which tasks are in order: as their inputs, by name."""
        return self.task.path, self.task.part.entry or "", self.task.part.start, self.task.files[:1]

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Done:
        """The inverse of ``as_dict``."""
        said = data["task"]
        task = Task(**said | {"part": Part(**said["part"]), "files": tuple(said["files"])})
        files = tuple(File(**each) for each in data["files"])
        return cls(**data | {"task": task, "files": files, "counts": Counter(data["counts"])})


def printable(name: str) -> str:
    """A file's name without what is no UTF-8 in it."""
    return name.encode(errors="replace").decode()
