"""A data set as a folder: shards of a size, a manifest, and for Hugging Face a card and Croissant metadata.

It is made beside its place, shard by shard, and moved there when it is whole. Begun again after a stop, it goes on
after the last whole shard, as long as the store has not changed in what is exported; else it starts anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import CannotWrite, StoreBusy
from pipelines.export import card, croissant, manifest
from pipelines.export.columns import Table
from pipelines.export.files import explained, sync_folder, write_whole
from pipelines.export.picking import Picked, places
from pipelines.export.request import Request
from pipelines.export.shards import Progress, Range, Shard, write_shards
from pipelines.store.reading import Reading

_JOURNAL = "journal.json"


def write_folder(
    conn: Reading, request: Request, picked: Picked, parts: list[Range], target: Path, progress: Progress
) -> list[Shard]:
    """Write the data set and put it in its place; the shards it has.

    Raises CannotWrite when the disk is full, or ``target`` holds what is not a data set of ours; StoreBusy when another
    export is at it.
    """
    target = target.absolute()
    check_ours(target)
    making = target.with_name(f".{target.name}.part")
    with explained(making):
        making.mkdir(exist_ok=True)
    with locked(making):
        tables = request.shape.made()
        done = _written(conn, request, tables, parts, making, progress)
        found = manifest.made(conn, request, picked, tables, done)
        if request.format == "huggingface":
            write_whole(making / "README.md", card.card(conn, request, picked, tables).encode())
            described = croissant.metadata(target.name, tables, done, _newest(conn))
            write_whole(making / "croissant.json", manifest.as_json(described))
        write_whole(making / manifest.NAME, manifest.as_json(found))
        with explained(target):
            (making / _JOURNAL).unlink(missing_ok=True)
            _put_in_place(making, target)
    return done


def check_ours(target: Path) -> None:
    """Refuse to take the place of a folder that holds more than a data set of ours."""
    if not target.exists():
        return
    if not target.is_dir():
        raise CannotWrite(f"{target}: a file is there, and this data set is a folder; choose another -o")
    expected = manifest.listed(target) if (target / manifest.NAME).exists() else set()
    others = [each for each in files_below(target) if each not in expected]
    if others:
        raise CannotWrite(f"{target}: holds {others[0]}, which is not of a data set; choose another -o, or empty it")


def files_below(folder: Path) -> Iterator[str]:
    """Paths of all files in a folder, relative to it, in order."""
    yield from sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if not each.is_dir())


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder against other exports; the kernel lets go of it with the process. StoreBusy where one has it."""
    with explained(folder):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusy(f"{folder}: another export writes there; wait for it") from None
        yield
    finally:
        os.close(descriptor)


def _written(
    conn: Reading,
    request: Request,
    tables: list[Table],
    parts: list[Range],
    folder: Path,
    progress: Progress,
) -> list[Shard]:
    mark = _fingerprint(conn, request)
    done = _resumed(folder, mark)
    for table in tables:
        for part in parts:
            before = [each for each in done if (each.table, each.split) == (table.name, part.split)]
            progress(sum(each.rows for each in before))
            for shard in write_shards(conn, table, part, request.form, folder, before, request.shard_bytes, progress):
                done.append(shard)
                journal = {"fingerprint": mark, "done": [each.as_dict() for each in done]}
                write_whole(folder / _JOURNAL, manifest.as_json(journal))
    return done


def _resumed(folder: Path, mark: str) -> list[Shard]:
    """The shards that an export which was stopped has written of this very data set; the folder holds nothing else."""
    try:
        journal = json.loads((folder / _JOURNAL).read_bytes())
        done = [Shard(**each) for each in journal["done"]] if journal["fingerprint"] == mark else []
    except (OSError, ValueError, KeyError, TypeError):
        done = []
    kept = {each.path for each in done} | ({_JOURNAL} if done else set())
    for path in list(files_below(folder)):
        if path not in kept:
            (folder / path).unlink()
    whole = all((folder / each.path).exists() and (folder / each.path).stat().st_size == each.size for each in done)
    if whole:
        return done
    shutil.rmtree(folder / "data", ignore_errors=True)
    return []


def _newest(conn: Reading) -> str | None:
    """The day of the newest article."""
    query = "SELECT date(max(published_ts), 'unixepoch') FROM picked JOIN article ON article.number = picked.number"
    day: str | None = conn.execute(query).fetchone()[0]
    return day


def _fingerprint(conn: Reading, request: Request) -> str:
    """A hash that changes with the request, the articles picked, and any touch of the store's articles."""
    digest = hashlib.sha256(json.dumps(request.as_dict(), sort_keys=True).encode())
    for row in places(conn):
        digest.update(repr(row).encode())
    for query in (
        "SELECT max(seq) FROM change",
        "SELECT count(*), max(seen_at) FROM article_rights",
        "SELECT count(*) FROM quality",
    ):
        digest.update(repr(conn.execute(query).fetchone()).encode())
    return digest.hexdigest()


def _put_in_place(making: Path, target: Path) -> None:
    before = target.with_name(f".{target.name}.before")
    shutil.rmtree(before, ignore_errors=True)
    if target.exists():
        target.rename(before)
    making.rename(target)
    sync_folder(target.parent)
    shutil.rmtree(before, ignore_errors=True)
