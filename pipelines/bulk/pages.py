"""The records of a task as pages: archive, table or folder, filtered, in an order that never changes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from pipelines.bulk.filters import Filters
from pipelines.bulk.tables import read_table
from pipelines.bulk.values import Task
from pipelines.warc.reading import MAX_BODY, Broken, Capture, Found, Passed, read_archive


def read(task: Task, filters: Filters) -> Iterator[Found]:
    """Every record of the task; those that are not wanted are ``Passed``. Raises BadInput where the file ends it."""
    path = Path(task.path)
    if task.kind == "parquet":
        yield from (_filtered(each, filters) for each in read_table(path, task.part))
    elif task.kind == "files":
        yield from (_of_file(path, name) for name in task.files)
    else:
        yield from read_archive(path, task.part, filters.of_record)


def _filtered(found: Found, filters: Filters) -> Found:
    if isinstance(found, Capture) and (reason := filters.of_record(found.url, found.fetched_at)):
        return Passed(found.label, reason)
    return found


def _of_file(folder: Path, name: str) -> Found:
    path = folder / name
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BODY else b""
        if data.startswith(b"\x1f\x8b"):
            data = zlib.decompressobj(31).decompress(data, MAX_BODY)
    except (OSError, zlib.error) as error:
        return Broken(name, "file_broken", str(getattr(error, "strerror", None) or error))
    if not data:
        return Broken(name, "file_too_large" if path.stat().st_size else "file_empty", f"at most {MAX_BODY:,} bytes")
    return Capture(name, path.as_posix(), 200, {}, data)
