"""The store that is copied into, from its first row until it is one that others may open.

Its table ``copying`` says of each part how far it is, and is written in the transaction of the rows it tells of. It is
dropped with the last step; until then the schema's revision is none that ``open_store`` would open.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event, inspect

from pipelines import sqlite
from pipelines.archive import FileArchive
from pipelines.errors import BadInput, UsageError
from pipelines.store.committing import commit
from pipelines.store.copying import file, server
from pipelines.store.copying.parts import BODIES, PARTS, Part
from pipelines.store.copying.sums import Row, Sum
from pipelines.store.database import COPYING, open_store, revision_at
from pipelines.store.dialect import run
from pipelines.store.engine import WRITE, Location, archive_path, explained, label, make_engine
from pipelines.store.schema import REVISION

_HEAD = ""
"""The row of ``copying`` that is of no part."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a part is: what was copied, the place of the last row in the source, and how long it took."""

    done: Sum
    last: Row | None
    seconds: float


def nothing() -> Progress:
    """How far a part is before its first row."""
    return Progress(Sum(), None, 0.0)


class Target:
    """A store that is being copied into. Use ``target``."""

    def __init__(self, location: Location, engine: Engine) -> None:
        self.location = location
        self._engine = engine.execution_options(**{WRITE: True})
        self._how: Any = file if isinstance(location, Path) else server

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction."""
        with explained(self.location), self._engine.connect() as conn, conn.begin() as transaction:
            yield conn
            commit(transaction, self._engine, self.location)

    def claim(self, source: str) -> bool:
        """Make it the unfinished copy of a source, which it may be already; False where it has rows of its own.

        Raises UsageError for the unfinished copy of another source.
        """
        with explained(self.location):
            found = revision_at(self.location, readonly=True) if self._is_there() else None
        if found == COPYING:
            self._check(source)
            return True
        open_store(self.location).close()
        with self.begin() as conn:
            if not self._is_empty(conn):
                return False
            down = self._how.take_down(conn)
            run(conn, "CREATE TABLE copying (part text PRIMARY KEY, state text NOT NULL)")
            self._note(conn, _HEAD, {"source": source, "down": down})
            run(conn, "UPDATE alembic_version SET version_num = ?", (COPYING,))
        return True

    def progress(self, part: Part) -> Progress:
        """How far a part is."""
        with self.begin() as conn:
            state = self._noted(conn, part.name)
        if state is None:
            return nothing()
        done = Sum(state["rows"], state["size"], int(state["total"], 16))
        return Progress(done, tuple(state["last"]), state["seconds"])

    def add(self, part: Part, rows: Sequence[Row], progress: Progress) -> None:
        """Add rows, and note how far the part is with them. Bodies that are there already stay."""
        if part is BODIES and isinstance(self.location, Path):
            self._add_bodies(self.location, rows)  # first: what is not noted is added again
        with self.begin() as conn:
            if part is not BODIES or isinstance(self.location, URL):
                self._insert(conn, part, rows)
            done = progress.done
            state = {"rows": done.rows, "size": done.size, "total": f"{done.total:x}", "seconds": progress.seconds}
            self._note(conn, part.name, state | {"last": progress.last})

    def empty(self, part: Part) -> None:
        """Begin a part anew."""
        if part is BODIES and isinstance(self.location, Path):
            with self._bodies(self.location) as archive:
                archive.execute("DELETE FROM body")
        with self.begin() as conn:
            if part is not BODIES or isinstance(self.location, URL):
                self._how.empty(conn, part)
            run(conn, "DELETE FROM copying WHERE part = ?", (part.name,))

    def finish(self) -> None:
        """Make indexes, references and what is derived, and let others in. Raises BadInput for broken references."""
        with self.begin() as conn, self._refused("the rows do not go together"):
            down = self._noted(conn, _HEAD)["down"]
            self._how.put_up(conn, down)
            run(conn, "DROP TABLE copying")
            run(conn, "UPDATE alembic_version SET version_num = ?", (REVISION,))

    def _is_there(self) -> bool:
        return not isinstance(self.location, Path) or self.location.exists()

    def _check(self, source: str) -> None:
        with self.begin() as conn:
            known = self._noted(conn, _HEAD)["source"]
        if known != source:
            raise UsageError(
                f"{label(self.location)}: the unfinished copy of {known}; finish that one, or copy somewhere else"
            )

    def _is_empty(self, conn: Connection) -> bool:
        names = set(inspect(conn).get_table_names())
        parts = [part for part in PARTS if part.name in names]
        if any(run(conn, f"SELECT 1 FROM {part.table} LIMIT 1").first() for part in parts):  # noqa: S608
            return False
        if isinstance(self.location, URL):
            return True
        with self._bodies(self.location) as archive:
            return archive.execute("SELECT 1 FROM body LIMIT 1").fetchone() is None

    def _insert(self, conn: Connection, part: Part, rows: Sequence[Row]) -> None:
        ends = " and ".join(" ".join(map(str, part.key_of(row))) for row in (rows[0], rows[-1]))
        with self._refused(f"a row of {part.name} between {ends}"):
            self._how.insert(conn, part, rows)

    @contextmanager
    def _refused(self, what: str) -> Iterator[None]:
        """What the database says to values is a NewsmintError."""
        try:
            yield
        except Exception as error:
            said = getattr(error, "orig", error)
            if not _is_of_values(said):
                raise
            line = _line(f"refuses what the source has: {what} ({said}")
            raise BadInput(f"{label(self.location)}: {line})") from error

    def _add_bodies(self, path: Path, rows: Sequence[Row]) -> None:
        with self._bodies(path) as archive:
            archive.execute("BEGIN IMMEDIATE")
            archive.executemany("INSERT OR IGNORE INTO body (hash, zstd, size) VALUES (?, ?, ?)", rows)
            archive.execute("COMMIT")

    @contextmanager
    def _bodies(self, path: Path) -> Iterator[sqlite3.Connection]:
        pages = archive_path(path)
        if not pages.exists():
            FileArchive(pages).close()
        with sqlite.explained(pages), closing(sqlite.connect(pages, cache_mb=8)) as archive:
            yield archive

    def _noted(self, conn: Connection, name: str) -> Any:
        state = run(conn, "SELECT state FROM copying WHERE part = ?", (name,)).scalar()
        return None if state is None else json.loads(state)

    def _note(self, conn: Connection, name: str, state: dict[str, Any]) -> None:
        run(conn, _NOTE, (name, json.dumps(state)))


_NOTE = "INSERT INTO copying (part, state) VALUES (?, ?) ON CONFLICT (part) DO UPDATE SET state = excluded.state"


@contextmanager
def target(location: Location) -> Iterator[Target]:
    """The store to copy into, made where it is not there."""
    if isinstance(location, Path):
        with explained(location):
            location.parent.mkdir(parents=True, exist_ok=True)
    engine = make_engine(location, foreign_keys=False)
    if isinstance(location, Path):
        event.listen(engine, "connect", _sort_on_disk)
    try:
        yield Target(location, engine)
    finally:
        engine.dispose()


def _sort_on_disk(connection: sqlite3.Connection, record: object) -> None:
    """Indexes of a large store are sorted in more memory than there may be."""
    connection.execute("PRAGMA temp_store = FILE")


def _is_of_values(error: object) -> bool:
    """Whether a driver or its database minds values or references; both drivers name the classes alike."""
    return any(kind.__name__ in ("DataError", "IntegrityError") for kind in type(error).__mro__)


def _line(text: str) -> str:
    """A line for people of what may have text of pages in it."""
    return "".join(each if each.isprintable() else "?" for each in " ".join(text.split()))[:400]
