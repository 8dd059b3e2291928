"""The records of a task as pages: archive, table or folder, filtered, in an order that never changes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from pipelines.bulk.filters import Filters
from pipelines.bulk.plan import leads_out
from pipelines.bulk.tables import read_table
from pipelines.bulk.values import Task, printable
from pipelines.warc.answers import MAX_BODY
from pipelines.warc.reading import Broken, Capture, Found, Passed, read_archive


def read(task: Task, filters: Filters) -> Iterator[Found]:
    """Every record of the task; those that are not wanted are ``Passed``. Raises BadInput where the file ends it."""
    path = Path(task.path)
    if task.kind == "parquet":
        yield from (_filtered(each, filters) for each in read_table(path, task.part))
    elif task.kind == "page":
        yield _of_file(path.name, path)
    elif task.kind == "files":
        yield from (_of_file(name, path / name, path) for name in task.files)
    else:
        yield from read_archive(path, task.part, filters.of_record)


def _filtered(found: Found, filters: Filters) -> Found:
    if isinstance(found, Capture) and (reason := filters.of_record(found.url, found.fetched_at)):
        return Passed(found.label, reason)
    return found


def _of_file(label: str, path: Path, folder: Path | None = None) -> Found:
    try:
        if not path.is_file():
            return Broken(label, "file_broken", "no file that can be read")
        if folder and leads_out(path, folder):
            return Broken(label, "file_broken", "a link that leads out of its folder; name the file itself to have it")
        with path.open("rb") as file:
            data, is_whole = _unpacked(file.read(MAX_BODY + 1))
    except (OSError, zlib.error) as error:
        return Broken(label, "file_broken", str(getattr(error, "strerror", None) or error))
    if len(data) > MAX_BODY:
        return Broken(label, "file_too_large", f"more than {MAX_BODY:,} bytes")
    if not data or not is_whole:
        return Broken(label, "file_broken", "ends too early" if data else "empty")
    return Capture(label, printable(path.as_posix()), 200, {}, data)


def _unpacked(data: bytes) -> tuple[bytes, bool]:
    """The page, up to a byte more than is read of any, and whether it is there to its end."""
    if not data.startswith(b"\x1f\x8b"):
        return data, True
    unpacker = zlib.decompressobj(31)
    return unpacker.decompress(data, MAX_BODY + 1), unpacker.eof
