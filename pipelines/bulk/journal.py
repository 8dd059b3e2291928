"""What is done of a run: one small file a task, written whole after the task's own files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipelines.bulk.values import Done, Job
from pipelines.errors import CannotWrite
from pipelines.export.files import explained, write_whole
from pipelines.extraction.version import extractor_version

FOLDER = "journal"
SETTINGS = "settings.json"


def finish(done: Done, job: Job) -> Done:
    """Record that a task is done."""
    path = _folder(job) / f"{done.task.key}.json"
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(done.as_dict()).encode())
    return done


def done_before(job: Job) -> dict[str, Done]:
    """What earlier runs have done and is still all there, by the tasks' keys. Reads a file for each."""
    found = (done for path in _folder(job).glob("*.json") if (done := _read(path)))
    return {each.task.key: each for each in found if all(Path(job.out, file.path).is_file() for file in each.files)}


def forget(job: Job, key: str) -> None:
    """Have a task be one that was not done."""
    (_folder(job) / f"{key}.json").unlink(missing_ok=True)


def _read(path: Path) -> Done | None:
    try:
        return Done.from_dict(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_run(folder: Path) -> bool:
    """Whether the folder is one that a bulk run writes."""
    return (folder / "state" / SETTINGS).is_file()


def settle(job: Job, part_bytes: int) -> None:
    """Begin a run, or go on with one. CannotWrite where the folder holds a run with other options, or other things."""
    out = Path(job.out)
    now = asked(job, part_bytes)
    path = out / "state" / SETTINGS
    try:
        before = dict(json.loads(path.read_bytes()))
    except FileNotFoundError:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise CannotWrite(f"{out}: holds something that is no bulk run; choose another -o, or empty it") from None
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(now, indent=1).encode())
        return
    except (OSError, ValueError, TypeError) as error:
        raise CannotWrite(f"{path}: cannot be read ({error}); choose another -o") from None
    other = sorted(name for name in now if now[name] != before.get(name))
    if other:
        raise CannotWrite(f"{out}: was begun with another {' and '.join(other)}; choose another -o, or give the same")


def asked(job: Job, part_bytes: int) -> dict[str, Any]:
    """What must be the same for two runs to share a folder."""
    filters = job.filters
    return {
        "hosts": sorted(filters.hosts),
        "languages": sorted(filters.languages),
        "since": filters.since,
        "until": filters.until,
        "mime": sorted(filters.mime),
        "statuses": sorted(filters.statuses),
        "passes": job.passes,
        "part_bytes": part_bytes,
        "extractor": extractor_version(),
    }


def _folder(job: Job) -> Path:
    return Path(job.out, "state", FOLDER, "gathered" if job.is_gathering else "extracted")
