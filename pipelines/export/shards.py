"""Rows into files: a file, or as many shards of a size as it takes, each complete before the next one begins."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.export.base import Format, Writer
from pipelines.export.columns import Table
from pipelines.export.files import Measured, whole_file
from pipelines.store.reading import Reading

STEP = 500
"""Articles read at a time; a row group is a multiple of it."""

Progress = Callable[[int], None]
"""Told how many articles (or rows' articles) more were written."""


def silent(_: int) -> None:
    """No progress."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A finished file of a data set. ``path`` is relative to its folder; ``upto`` is the last place it holds."""

    path: str
    table: str
    split: str
    rows: int
    size: int
    sha256: str
    upto: int

    def as_dict(self) -> dict[str, Any]:
        """For a journal."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Range:
    """The places of one split in ``picked``: ``after`` excluded, ``upto`` included."""

    split: str
    after: int
    upto: int


def read(conn: Reading, table: Table, part: Range, *, lines: bool) -> Iterator[tuple[int, list[Any]]]:
    """The rows of a range, a few articles at a time, each with the last place it has."""
    query = table.select("picked.place > :after AND picked.place <= :upto", lines=lines)
    for after in range(part.after, part.upto, STEP):
        upto = min(after + STEP, part.upto)
        here = conn if isinstance(conn, sqlite3.Connection) else _slice(conn, query, after, upto)
        rows = here.execute(query, {"after": after, "upto": upto}).fetchall()
        yield upto, _lines(rows) if lines else rows


def _slice(conn: Reading, query: str, after: int, upto: int) -> sqlite3.Connection:
    from pipelines.export.slices import Slices

    assert isinstance(conn, Slices)
    return conn.slice(query, after, upto)


def write_stream(
    conn: Reading, table: Table, ranges: Sequence[Range], form: Format, file: Measured, progress: Progress
) -> int:
    """All rows of the ranges into one open file; how many they were."""
    writer, count = form.open(file.binary, table), 0
    for part in ranges:
        for _, rows in read(conn, table, part, lines=form.lines):
            writer.write(rows)
            count += len(rows)
            progress(len(rows))
    writer.close()
    return count


def write_shards(
    conn: Reading,
    table: Table,
    part: Range,
    form: Format,
    folder: Path,
    done: Sequence[Shard],
    limit: int,
    progress: Progress,
) -> Iterator[Shard]:
    """The rows of a range as files of about ``limit`` bytes below ``folder``, after the shards that are ``done``."""
    number, after = len(done), max((shard.upto for shard in done), default=part.after)
    while after < part.upto or not number:
        path = f"data/{table.name}/{part.split}-{number:05}{form.ending}"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with whole_file(folder / path) as file:
            writer = form.open(file.binary, table)
            after, rows = _fill(conn, table, Range(part.split, after, part.upto), form, writer, file, limit, progress)
        yield Shard(path, table.name, part.split, rows, file.size, file.sha256, after)
        number += 1


def _fill(
    conn: Reading,
    table: Table,
    part: Range,
    form: Format,
    writer: Writer,
    file: Measured,
    limit: int,
    progress: Progress,
) -> tuple[int, int]:
    """Write until the file is large enough; the last place it has, and its rows."""
    count, last = 0, part.after
    for upto, rows in read(conn, table, part, lines=form.lines):
        writer.write(rows)
        count, last = count + len(rows), upto
        progress(len(rows))
        if file.size >= limit:
            break
    writer.close()
    return last, count


def _lines(rows: list[tuple[str, ...]]) -> list[str]:
    """Lines of JSON from the objects that they were made as."""
    if not rows or len(rows[0]) == 1:
        return [row[0] for row in rows]
    return ["".join([row[0][:-1], *(f",{part[1:-1]}" for part in row[1:]), "}"]) for row in rows]
