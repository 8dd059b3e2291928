"""From the words of a call to tasks: inputs found, told apart by their first bytes, large ones cut into parts."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from glob import glob
from pathlib import Path
from typing import Any
from zlib import crc32

from pipelines.bulk.journal import is_run
from pipelines.bulk.tables import row_group_parts
from pipelines.bulk.values import Task
from pipelines.errors import BadInput, MissingInput
from pipelines.warc.reading import WHOLE, Part, parts

PART_BYTES = 64_000_000
"""About the size of a part: some two thousand pages of packed WARC, a minute or two of one core."""
FILES_A_TASK = 1_000
"""Pages of a folder, at most; some 250 on average."""
PAGES = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")
ARCHIVES = (".warc", ".warc.gz", ".wacz", ".parquet")


def plan(words: Sequence[str], part_bytes: int = PART_BYTES) -> list[Task]:
    """The tasks of a run, in the order of the words; the same words and files give the same tasks.

    A file that is no input is a task that comes to nothing but a failure. Raises MissingInput for a word that names
    nothing.
    """
    tasks = [task for path in _paths(words) for task in _tasks(path, part_bytes)]
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


def _paths(words: Sequence[str]) -> list[Path]:
    """What the words name, each once; what lies below a folder that is named too comes with that."""
    found = dict.fromkeys(path for word in words for path in _named(word))
    folders = {path for path in found if path.is_dir()}
    return [path for path in found if path.is_symlink() or folders.isdisjoint(path.parents)]


def _named(word: str) -> list[Path]:
    found = [word] if os.path.lexists(word) else sorted(glob(word, recursive=True))  # noqa: PTH207 (may be absolute)
    if not found:
        raise MissingInput(f"{word}: no such file or folder, and no file matches it")
    return [Path(each).absolute() for each in found]


def _tasks(path: Path, part_bytes: int) -> Iterator[Task]:
    """Of a file, or of all inputs in a folder and below."""
    if not path.is_dir():
        yield from _of_file(path, part_bytes)
        return
    inputs, pages = _inside(path)
    for each in inputs:
        yield from _of_file(each, part_bytes)
    for some in _chunks([each.relative_to(path).as_posix() for each in pages]):
        yield _of_pages(path, some)


def _inside(folder: Path) -> tuple[list[Path], list[Path]]:
    """Archives in a folder and below, and pages; with these what cannot be read, so that it fails by its name.

    What a bulk run has written is passed over: its folder may lie among its inputs.
    """
    inputs: list[Path] = []
    pages: list[Path] = []
    for name, folders, files in os.walk(folder, onerror=lambda error: pages.append(Path(error.filename))):
        here = Path(name)
        if is_run(here):
            folders.clear()
            continue
        for each in map(here.joinpath, files):
            kind = each.name.lower()
            if kind.endswith(ARCHIVES) and each.is_file() and not leads_out(each, folder):
                inputs.append(each)
            elif kind.endswith((*ARCHIVES, *PAGES)):
                pages.append(each)
    return sorted(inputs), sorted(pages)


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a file below the folder is a link to something elsewhere, which was never meant to be read."""
    return path.is_symlink() and not path.resolve().is_relative_to(folder.resolve())


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut where the names themselves say so: a further page changes the task that it belongs to, and no other."""
    start = 0
    for place, name in enumerate(names):
        is_border = crc32(name.encode(errors="surrogateescape")) % (FILES_A_TASK // 4) == 0
        if place > start and (is_border or place - start == FILES_A_TASK):
            yield names[start:place]
            start = place
    if names:
        yield names[start:]


def _of_file(path: Path, part_bytes: int) -> Iterator[Task]:
    size, changed = _known(path)
    if path.name.lower().endswith(PAGES):
        yield Task(_key("page", str(path), size, changed), "page", str(path), size)
        return
    kind, cut = _cut(path, part_bytes)
    for part in cut:
        key = _key(kind, str(path), size, changed, part.start, part.stop, part.entry)
        yield Task(key, kind, str(path), size // len(cut) if kind == "parquet" else _size(part, size, cut), part)


def _known(path: Path) -> tuple[int, int]:
    """Size and time of change; zero of what cannot be looked at: who reads it says why."""
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_size, stat.st_mtime_ns


def _cut(path: Path, part_bytes: int) -> tuple[str, list[Part]]:
    """What a file is, and its parts; one that cannot be read is left whole: who reads it says what is wrong."""
    kind = "warc"
    if not path.is_file():
        return kind, [WHOLE]  # a pipe would never begin
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


def _of_pages(folder: Path, names: Sequence[str]) -> Task:
    known = [(name, *_known(folder / name)) for name in names]
    size = sum(size for _, size, _ in known)
    return Task(_key("files", str(folder), known), "files", str(folder), size, files=tuple(names))


def _key(*values: Any) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]
