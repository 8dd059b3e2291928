"""Whether a data set is what its manifest says: every file there, whole, and none beside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import BadInput, MissingInput
from pipelines.export.files import hash_of
from pipelines.export.manifest import manifest_path


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that is not as the manifest says."""

    path: str
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and what is wrong with it."""

    files: int
    size: int
    problems: tuple[Problem, ...]


def verify(target: Path) -> Verified:
    """Compare a data set, a folder or a file, with its manifest. Reads every byte.

    Raises MissingInput where there is no manifest, BadInput for one that is none.
    """
    path = manifest_path(target)
    if not path.exists():
        raise MissingInput(f"{path}: no manifest, so there is nothing to compare with")
    entries = _entries(path)
    folder = path.parent
    problems = [Problem(entry["path"], what) for entry in entries if (what := _fault(folder, entry))]
    if target.is_dir():
        problems += [Problem(each, "not in the manifest") for each in _strays(folder, entries)]
    return Verified(len(entries), sum(entry["bytes"] for entry in entries), tuple(problems))


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(path.read_bytes())
        entries = [*found["files"], *found.get("state", [])]
        for entry in entries:
            relative = Path(entry["path"])
            if relative.is_absolute() or ".." in relative.parts:
                raise BadInput(f"{path}: lists {entry['path']!r}, which lies elsewhere")
            int(entry["bytes"]), str(entry["sha256"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path}: not a manifest of an export ({error})") from error
    return entries


def _fault(folder: Path, entry: dict[str, Any]) -> str | None:
    file = folder / entry["path"]
    if not file.is_file():
        return "missing"
    if file.stat().st_size != entry["bytes"]:
        return f"{file.stat().st_size:,} bytes instead of {entry['bytes']:,}"
    return None if hash_of(file) == entry["sha256"] else "other bytes than were written"


def _strays(folder: Path, entries: list[dict[str, Any]]) -> Iterator[str]:
    listed = {entry["path"] for entry in entries}
    found = (each.relative_to(folder).as_posix() for each in (folder / "data").rglob("*") if each.is_file())
    yield from sorted(each for each in found if each not in listed)
