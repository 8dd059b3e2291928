"""A data set that is kept up to date: each run adds shards with what is new, changed or withdrawn since the last one.

The folder's own manifest holds how far it has come, and ``state/`` what it has given out: the id of each article and a
hash of its row, so that only what really differs is given out again. Nothing of it is in the store: any number of such
folders leave each other and the crawl alone. A run that is killed leaves whole shards that count, and the next one goes
on from them.

The rows of all shards in order, the last one of each id, without the withdrawn ones, are the data set of today.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pipelines.errors import BadInput, UsageError
from pipelines.export import manifest
from pipelines.export.base import Writer
from pipelines.export.columns import Column
from pipelines.export.files import explained, hash_of, whole_file, write_whole
from pipelines.export.folder import files_below, locked
from pipelines.export.picking import pick
from pipelines.export.request import Request, several_files
from pipelines.export.shards import Progress, Range, read
from pipelines.export.snapshot import snapshot
from pipelines.store.engine import Location
from pipelines.store.reading import Reading

CHANGE = (
    Column("change", "text", "", "new, changed or withdrawn: a withdrawn row has little but its id"),
    Column("increment", "integer", "", "number of the run that wrote the row: of several rows of an id the last holds"),
)
_UNCHANGED = (
    "SELECT article.number FROM article JOIN exported ON exported.id = article.id "
    "WHERE article.id NOT IN (SELECT article_id FROM change WHERE seq > :cursor)"
)
_GIVEN_OUT = "INSERT INTO exported VALUES (:id, :hash) ON CONFLICT (id) DO UPDATE SET hash = excluded.hash"


@dataclass(frozen=True, slots=True)
class Increment:
    """What a run added: rows of each kind, and bytes."""

    number: int
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    size: int = 0

    @property
    def rows(self) -> int:
        """All of them."""
        return self.new + self.changed + self.withdrawn


def export_since_last(database: Location, request: Request, target: Path, progress: Progress) -> Increment:
    """Bring the data set in the folder ``target`` up to date with the store, or begin it.

    Raises UsageError for a request other than the one it was begun with, BadInput for a folder that is something else
    or was filled from another store, StoreBusy when another export is at it, CannotWrite when the disk is full.
    """
    if several_files(request) or request.selection.as_of:
        raise UsageError("--since-last writes one table of now: leave out --split, --tables side, --as-of, huggingface")
    with explained(target):
        target.mkdir(parents=True, exist_ok=True)
    with locked(target), snapshot(database, author_key=request.author_key, changes=True) as conn:
        return _Feed(conn, request, target, progress).run()


class _Feed:
    """One run on one folder."""

    def __init__(self, conn: Reading, request: Request, target: Path, progress: Progress) -> None:
        self._conn, self._request, self._target, self._progress = conn, request, target, progress
        self._manifest = _begun(target, request)
        (table,) = request.shape.made()
        if table.columns[0].name != "id":
            raise UsageError("--since-last needs the column id")
        self._table = table
        self._number = self._manifest["feed"]["increments"] + 1
        self._counts = {"new": 0, "changed": 0, "withdrawn": 0}
        self._size = 0

    def run(self) -> Increment:
        cursor = self._conn.execute("SELECT coalesce(max(seq), 0) FROM change").fetchone()[0]
        if cursor < self._manifest["feed"]["cursor"]:
            raise BadInput(f"{self._target}: was filled from another store; choose another folder")
        self._load_exported()
        total = self._pick()
        rows = self._rows(total)
        shard, row = 0, next(rows, None)
        while row is not None:
            row = self._write_shard(f"data/articles/{self._number:06}-{shard:05}", row, rows)
            shard += 1
        feed = self._manifest["feed"]
        if (feed["cursor"], feed["complete"]) != (cursor, True):
            feed |= {"cursor": cursor, "complete": True}
            self._save()
        return Increment(self._number, **self._counts, size=self._size)

    def _load_exported(self) -> None:
        """What was given out: the last word on each id."""
        form = "TEXT PRIMARY KEY, hash TEXT) WITHOUT ROWID"
        if not isinstance(self._conn, sqlite3.Connection):
            form = 'TEXT COLLATE "C" PRIMARY KEY, hash TEXT)'
        self._conn.execute(f"CREATE TEMP TABLE exported (id {form}")
        for entry in self._manifest["state"]:
            path = self._target / entry["path"]
            if not path.exists() or hash_of(path) != entry["sha256"]:
                raise BadInput(f"{path}: missing or not as it was written; begin the data set anew in another folder")
            with path.open(encoding="ascii") as lines:
                pairs = (dict(zip(("id", "hash"), line.split(), strict=True)) for line in lines)
                self._conn.executemany(_GIVEN_OUT, pairs)
        self._conn.execute("DELETE FROM exported WHERE hash = '-'")

    def _pick(self) -> int:
        """Leave in ``picked`` what may have to be given out, in ``gone`` what is not to be there any more."""
        request, conn = self._request, self._conn
        pick(conn, request.selection, dedupe=request.dedupe, splits=request.splits)
        conn.execute(
            "CREATE TEMP TABLE gone AS SELECT id FROM exported WHERE id NOT IN "
            "(SELECT article.id FROM picked JOIN article ON article.number = picked.number)"
        )
        conn.execute(
            "CREATE TEMP TABLE todo AS SELECT row_number() OVER (ORDER BY place) AS place, number, version, split, "  # noqa: S608
            f"cluster, cluster_size, until FROM picked WHERE number NOT IN ({_UNCHANGED})",
            {"cursor": self._manifest["feed"]["cursor"]},
        )
        conn.execute("DELETE FROM picked")
        return int(conn.execute("INSERT INTO picked SELECT * FROM todo").rowcount)

    def _rows(self, total: int) -> Iterator[tuple[str, str, Any]]:
        """Id, hash and row of all that is to be written, the withdrawn ones last."""
        lines = self._request.form.lines
        for _, rows in read(self._conn, self._table, Range("train", 0, total), lines=lines):
            self._progress(len(rows))
            for row in rows:
                name = row[7 : row.index('"', 7)] if lines else row[0]
                mark = blake2b((row if lines else repr(row)).encode(), digest_size=8).hexdigest()
                known = self._conn.execute("SELECT hash FROM exported WHERE id = :id", {"id": name}).fetchone()
                if known is None or known[0] != mark:
                    yield name, mark, self._marked("changed" if known else "new", row)
        for (name,) in self._conn.execute("SELECT id FROM gone ORDER BY id"):
            yield name, "-", self._marked("withdrawn", self._tombstone(name))

    def _marked(self, change: str, row: Any) -> Any:
        self._counts[change] += 1
        if self._request.form.lines:
            return f'{{"change":"{change}","increment":{self._number},{row[1:]}'
        return (change, self._number, *row)

    def _tombstone(self, name: str) -> Any:
        """A row with what may still be said of an article."""
        names = [column.name for column in self._table.columns]
        told = [each for each in ("url", "canonical_url", "source", "gone_at", "gone_reason") if each in names]
        asked = f"SELECT {', '.join(['id', *told])} FROM article WHERE id = :id"  # noqa: S608
        found = self._conn.execute(asked, {"id": name}).fetchone()
        known = dict(zip(["id", *told], found, strict=True)) if found else {"id": name}
        lists = ("texts", "records")
        if self._request.form.lines:
            empty: dict[str, Any] = {
                column.name: [] if column.kind in lists else None for column in self._table.columns
            }
            return json.dumps(empty | known, ensure_ascii=False, separators=(",", ":"))
        return tuple(known.get(column.name, "[]" if column.kind in lists else None) for column in self._table.columns)

    def _write_shard(self, name: str, row: Any, rows: Iterator[Any]) -> Any:
        """Rows until the file is large enough, then what they gave out, then the manifest that counts both."""
        form = self._request.form
        path, state = f"{name}{form.ending}", f"state/{Path(name).name}.txt"
        for each in (path, state):
            (self._target / each).parent.mkdir(parents=True, exist_ok=True)
        table = replace(self._table, columns=(*CHANGE, *self._table.columns))
        given: list[str] = []
        with whole_file(self._target / path) as file:
            writer = form.open(file.binary, table)
            while row is not None and file.size < self._request.shard_bytes:
                row = _write_some(writer, row, rows, given)
            writer.close()
        with whole_file(self._target / state) as index:
            index.write("".join(given).encode())
        self._size += file.size
        entry = {"path": path, "table": "articles", "increment": self._number, "rows": len(given), "bytes": file.size}
        self._manifest["files"].append(entry | {"sha256": file.sha256})
        self._manifest["state"].append({"path": state, "bytes": index.size, "sha256": index.sha256})
        self._manifest["feed"] |= {"increments": self._number, "complete": False}
        self._save()
        return row

    def _save(self) -> None:
        columns = {column.name: column.kind for column in (*CHANGE, *self._table.columns)}
        rows = sum(entry["rows"] for entry in self._manifest["files"])
        self._manifest["tables"] = {"articles": {"rows": rows, "columns": columns}}
        write_whole(self._target / manifest.NAME, manifest.as_json(self._manifest))


_OURS = re.compile(r"(data/articles|state)/[0-9]{6}-[0-9]{5}\.[a-z.]+")
_STEP = 500
"""Rows between two looks at the size of a file."""


def _write_some(writer: Writer, row: Any, rows: Iterator[Any], given: list[str]) -> Any:
    some: list[Any] = []
    while row is not None and len(some) < _STEP:
        name, mark, data = row
        given.append(f"{name} {mark}\n")
        some.append(data)
        row = next(rows, None)
    writer.write(some)
    return row


def _begun(target: Path, request: Request) -> dict[str, Any]:
    """The manifest of a data set that was begun, or of one to begin; the folder has nothing that it does not list."""
    path = target / manifest.NAME
    found: dict[str, Any] = {
        "made_by": manifest.made_by(),
        "request": request.as_dict(),
        "feed": {"increments": 0, "cursor": 0, "complete": True},
        "files": [],
        "state": [],
    }
    if path.exists():
        try:
            found = json.loads(path.read_bytes())
            request_then, _ = found["request"], (found["feed"]["cursor"], found["state"], found["files"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{target}: holds a data set that is not kept up to date; choose another folder") from error
        if request_then != json.loads(json.dumps(request.as_dict())):
            then = json.dumps(request_then, ensure_ascii=False)
            raise UsageError(f"{target}: was begun with {then}; give the same options, or choose another folder")
        found["made_by"] = manifest.made_by()
    _sweep(target, {entry["path"] for entry in [*found["files"], *found["state"]]})
    return found


def _sweep(target: Path, listed: set[str]) -> None:
    """Remove what a killed run left and no manifest counts."""
    for each in list(files_below(target)):
        if each not in listed and (_OURS.fullmatch(each) or each.endswith(".part")):
            (target / each).unlink()
