"""An export from the request to its files: standard output, one file, or a folder of shards."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import UsageError
from pipelines.export import manifest
from pipelines.export.files import Measured, explained, whole_file, write_whole
from pipelines.export.folder import write_folder
from pipelines.export.picking import Picked, pick
from pipelines.export.request import Request, several_files
from pipelines.export.shards import Progress, Range, Shard, silent, write_stream
from pipelines.export.snapshot import snapshot
from pipelines.store.engine import Location
from pipelines.store.reading import Reading

Start = Callable[[int], Progress]
"""Told how many articles there will be; gives what is told of each step."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: articles, bytes of all files, and what was left out for which reason."""

    articles: int
    size: int
    left_out: dict[str, int]


def export(
    database: Location,
    request: Request,
    target: Path | None = None,
    *,
    as_folder: bool = False,
    start: Start | None = None,
) -> Exported:
    """Write the articles that are asked for to a file, a folder, or standard output where ``target`` is None.

    ``database`` is a store of this version. ``target`` is a folder where it is one already, where ``as_folder`` says
    so, and where the data set is more than a file. It appears whole or not at all. Raises UsageError, CannotWrite, and
    what reading a store raises.
    """
    with snapshot(database, as_of=request.selection.as_of, author_key=request.author_key) as conn:
        picked = pick(conn, request.selection, dedupe=request.dedupe, splits=request.splits)
        progress = start(picked.total) if start else silent
        if target is not None and (as_folder or several_files(request) or target.is_dir()):
            shards = write_folder(conn, request, picked, ranges(picked), target, progress)
            return Exported(picked.total, sum(each.size for each in shards), picked.left_out)
        return _one_file(conn, request, picked, target, progress)


def ranges(picked: Picked) -> list[Range]:
    """The places of each split."""
    found, after = [], 0
    for split, count in picked.articles.items():
        found.append(Range(split, after, after + count))
        after += count
    return found


def _one_file(conn: Reading, request: Request, picked: Picked, target: Path | None, progress: Progress) -> Exported:
    if several_files(request):
        raise UsageError("this is more than one file; give a folder with -o")
    (articles,) = request.shape.made()
    parts = ranges(picked)
    if target is None:
        with explained(None):
            file = Measured(sys.stdout.buffer)
            rows = write_stream(conn, articles, parts, request.form, file, progress)
            sys.stdout.buffer.flush()
        return Exported(rows, file.size, picked.left_out)
    with whole_file(target) as file:
        rows = write_stream(conn, articles, parts, request.form, file, progress)
    shard = Shard(target.name, "articles", parts[0].split, rows, file.size, file.sha256, rows)
    found = manifest.made(conn, request, picked, [articles], [shard])
    write_whole(manifest.manifest_path(target), manifest.as_json(found))
    return Exported(rows, file.size, picked.left_out)
