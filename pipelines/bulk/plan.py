"""From the words of a call to tasks: inputs found, told apart by their first bytes, large ones cut into parts."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from glob import glob
from pathlib import Path
from typing import Any

from pipelines.bulk.tables import row_group_parts
from pipelines.bulk.values import Task
from pipelines.errors import BadInput, MissingInput
from pipelines.warc.reading import WHOLE, Part, parts

PART_BYTES = 64_000_000
"""About the size of a part: some two thousand pages of packed WARC, a minute or two of one core."""
FILES_A_TASK = 1_000
PAGES = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")
ARCHIVES = (".warc", ".warc.gz", ".wacz", ".parquet")


def plan(words: Sequence[str], part_bytes: int = PART_BYTES) -> list[Task]:
    """The tasks of a run, in the order of the words; the same words and files give the same tasks.

    A file that is no input is a task that comes to nothing but a failure. Raises MissingInput for a word that names
    nothing.
    """
    tasks = [task for word in words for path in _paths(word) for task in _tasks(path, part_bytes)]
    unique = {task.key: task for task in tasks}
    if not unique:
        raise MissingInput("no WARC, WACZ, Parquet or HTML file in what was named")
    return list(unique.values())


def archives(words: Sequence[str]) -> list[Path]:
    """The WARC and WACZ files that the words name, folders walked. Raises as ``plan``, and for other files."""
    tasks = plan(words)
    other = next((task.path for task in tasks if task.kind != "warc"), None)
    if other:
        raise BadInput(f"{other}: a store takes WARC and WACZ files alone; Parquet and HTML go to a folder")
    return list(dict.fromkeys(Path(task.path) for task in tasks))


def _paths(word: str) -> list[Path]:
    if Path(word).exists():
        return [Path(word)]
    found = sorted(glob(word, recursive=True))  # noqa: PTH207 (patterns may be absolute)
    if not found:
        raise MissingInput(f"{word}: no such file or folder, and no file matches it")
    return [Path(each) for each in found]


def _tasks(path: Path, part_bytes: int) -> Iterator[Task]:
    if not path.is_dir():
        yield from _of_file(path, part_bytes)
        return
    found = sorted(Path(folder, name) for folder, _, names in os.walk(path) for name in names)
    for each in found:
        if each.name.lower().endswith(ARCHIVES):
            yield from _of_file(each, part_bytes)
    pages = [each for each in found if each.name.lower().endswith(PAGES)]
    for start in range(0, len(pages), FILES_A_TASK):
        yield _of_pages(path, pages[start : start + FILES_A_TASK])


def _of_file(path: Path, part_bytes: int) -> Iterator[Task]:
    if path.name.lower().endswith(PAGES):
        yield _of_pages(path.parent, [path])
        return
    kind, cut = _cut(path, part_bytes)
    stat = path.stat()
    for part in cut:
        name = str(path.absolute())
        key = _key(kind, name, stat.st_size, stat.st_mtime_ns, part.start, part.stop, part.entry)
        yield Task(key, kind, name, _size(part, stat.st_size, cut), part)


def _cut(path: Path, part_bytes: int) -> tuple[str, list[Part]]:
    """What a file is, and its parts; one that cannot be read is left whole: who reads it says what is wrong."""
    kind = "warc"
    try:
        with path.open("rb") as file:
            kind = "parquet" if file.read(4) == b"PAR1" else "warc"
        return kind, row_group_parts(path, part_bytes) if kind == "parquet" else parts(path, part_bytes)
    except (OSError, BadInput):
        return kind, [WHOLE]


def _size(part: Part, whole: int, cut: Sequence[Part]) -> int:
    if part == WHOLE or part.stop is None:
        return max(whole - part.start, 0) if part.entry is None else whole // len(cut)
    return part.stop - part.start


def _of_pages(folder: Path, pages: Iterable[Path]) -> Task:
    names = tuple(each.relative_to(folder).as_posix() for each in pages)
    stats = [(folder / name).stat() for name in names]
    known = [(name, stat.st_size, stat.st_mtime_ns) for name, stat in zip(names, stats, strict=True)]
    name = str(folder.absolute())
    return Task(_key("files", name, known), "files", name, sum(stat.st_size for stat in stats), files=names)


def _key(*values: Any) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]
