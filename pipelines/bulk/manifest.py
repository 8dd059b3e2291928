"""The manifest of a bulk run, of the shape that ``newsmint verify`` reads: every file with its size and SHA-256."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from pipelines.bulk.journal import asked
from pipelines.bulk.rows import REJECTED, articles_table
from pipelines.bulk.task import FOLDERS
from pipelines.bulk.values import Done, File, Job, printable
from pipelines.export.columns import Table
from pipelines.export.files import explained, write_whole
from pipelines.export.manifest import NAME, as_json
from pipelines.release import release

_OURS = re.compile(r"(?P<key>[0-9a-f]{16})\.(?:parquet|bin)|(?P<half>\..+\.part)")


def write_manifest(job: Job, part_bytes: int, done: Sequence[Done]) -> None:
    """Describe what the tasks have made."""
    files = [file for each in done for file in each.files]
    found = {
        "made_by": {"newsmint": release()},
        "request": {"format": "bulk"} | asked(job, part_bytes),
        "articles": sum(each.counts["kept"] for each in done),
        "records": dict(sum((each.counts for each in done), Counter()).most_common()),
        "inputs": [_input(each) for each in done],
        "tables": {table.name: _table(table, files) for table in (articles_table(), REJECTED)},
        "files": [_entry(file) for file in files if file.path.startswith("data/")],
        "state": [_entry(file) for file in files if not file.path.startswith("data/")],
    }
    write_whole(Path(job.out, NAME), as_json(found))


def sweep(out: Path, keys: Collection[str]) -> None:
    """Remove what runs that were killed have left half-written, and the files of tasks that are none any more; what
    somebody else has put there stays."""
    for folder in FOLDERS:
        for path in (out / folder).glob("*"):
            found = _OURS.fullmatch(path.name)
            if found and (found["half"] or found["key"] not in keys):
                with explained(path):
                    path.unlink(missing_ok=True)


def _input(done: Done) -> dict[str, Any]:
    task = done.task
    part = [task.part.start, task.part.stop, task.part.entry]
    name = printable(Path(task.path).name)
    said = {"task": task.key, "kind": task.kind, "name": name, "bytes": task.size, "records": done.records}
    return said | ({"part": part} if any(part) else {}) | ({"files": len(task.files)} if task.files else {})


def _table(table: Table, files: Iterable[File]) -> dict[str, Any]:
    rows = sum(file.rows for file in files if file.path.startswith(f"data/{table.name}/"))
    return {"rows": rows, "columns": {column.name: column.kind for column in table.columns}}


def _entry(file: File) -> dict[str, Any]:
    table = file.path.split("/")[1]
    return {"path": file.path, "table": table, "rows": file.rows, "bytes": file.size, "sha256": file.sha256}
