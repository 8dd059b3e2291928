"""SQL that can only read: one statement, with bounds on its time, its rows and its values.

Four fences, since a statement may come from anybody: the connection is read-only, ``query_only`` keeps temporary
objects as they are, an authorizer lets through nothing but reading, and a clock stops what runs too long.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pipelines.errors import NewsmintError, UsageError
from pipelines.store.reading import Reading

if TYPE_CHECKING:
    from pipelines.store.postgres.reading import Shared

SECONDS = 30.0
"""How long a statement may take unless the caller says otherwise."""

LONGEST_VALUE = 50_000_000
"""Bytes a single value may have: ``randomblob(2000000000)`` is refused."""

_STEPS_BETWEEN_LOOKS = 20_000
_READING = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
_FORBIDDEN_FUNCTIONS = {"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"}
_PRAGMAS = {
    "collation_list", "compile_options", "data_version", "foreign_key_list", "function_list", "index_info",
    "index_list", "index_xinfo", "module_list", "pragma_list", "table_info", "table_list", "table_xinfo",
}  # fmt: skip
_SETTABLE = {"data_version", "compile_options", "collation_list", "function_list", "module_list", "pragma_list"}


_EXPLAIN = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*(?:[^*]|\*(?!/))*\*/|;)*explain\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Result:
    """What a statement returned. ``more`` says that there were further rows than were asked for."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    more: bool = False

    def dicts(self) -> list[dict[str, Any]]:
        """Each row by the names of its columns."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


Hidden = Callable[[str | None, str | None], bool]
"""Whether a table, read from inside a view (None for none), is out of bounds: how ``asof`` hides what came later."""


def read(
    connection: Reading,
    statement: str,
    values: Mapping[str, Any] | None = None,
    *,
    limit: int | None = None,
    seconds: float = SECONDS,
    is_hidden: Hidden | None = None,
) -> Result:
    """Run one statement that reads, and fetch at most ``limit`` rows.

    Raises UsageError for a statement that is wrong, that would change something, or that takes too long.
    """
    if not isinstance(connection, sqlite3.Connection):
        from pipelines.store.postgres import fences

        columns, rows = fences.read(_shared(connection), statement, values or {}, limit, seconds, bool(is_hidden))
        return _result(columns, rows, limit)
    if is_hidden and _EXPLAIN.match(statement):
        raise UsageError("no EXPLAIN with --as-of: a plan tells where the present is hidden")
    with _explained(connection), _fenced(connection, is_hidden), _clock(connection, seconds):
        return fetch(connection, statement, values or {}, limit)


def fetch(connection: Reading, statement: str, values: Mapping[str, Any], limit: int | None = None) -> Result:
    """Run a statement of our own, and fetch at most ``limit`` rows."""
    cursor = connection.execute(statement, dict(values))
    try:
        columns = tuple(each[0] for each in cursor.description or ())
        rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit + 1)
        return _result(columns, rows, limit)
    finally:
        cursor.close()


def _result(columns: tuple[str, ...], rows: list[tuple[Any, ...]], limit: int | None) -> Result:
    return Result(columns, rows[:limit], more=limit is not None and len(rows) > limit)


def _shared(connection: Reading) -> Shared:
    from pipelines.store.postgres.reading import Shared

    assert isinstance(connection, Shared)
    return connection


@contextmanager
def timed(connection: Reading, seconds: float) -> Iterator[None]:
    """Within it, a statement that runs past so many seconds ends with a UsageError."""
    if not isinstance(connection, sqlite3.Connection):
        with _shared(connection).timed(seconds):
            yield
        return
    with _explained(connection), _clock(connection, seconds):
        yield


@contextmanager
def _clock(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS_BETWEEN_LOOKS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if str(error) != "interrupted":
            raise
        raise UsageError(f"took longer than {seconds:g} s and was stopped; narrow it, or allow it more time") from error
    finally:
        connection.set_progress_handler(None, 0)


@contextmanager
def _fenced(connection: sqlite3.Connection, is_hidden: Hidden | None) -> Iterator[None]:
    """Nothing but reading, until the block's end."""
    longest = connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    before = connection.execute("PRAGMA query_only").fetchone()[0]
    connection.execute("PRAGMA query_only = ON")
    connection.set_authorizer(_authorizer(is_hidden))
    try:
        yield
    finally:
        connection.set_authorizer(None)
        connection.execute(f"PRAGMA query_only = {before}")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)


def _authorizer(is_hidden: Hidden | None) -> Callable[..., int]:
    def is_allowed(action: int, first: str | None, second: str | None, schema: str | None, inside: str | None) -> bool:
        if action == sqlite3.SQLITE_FUNCTION:
            return second not in _FORBIDDEN_FUNCTIONS
        if action == sqlite3.SQLITE_PRAGMA:
            return first in _PRAGMAS and (second is None or first not in _SETTABLE)
        if (
            action == sqlite3.SQLITE_READ
            and is_hidden
            and second != "ROWID"
            and (schema == "main" or first in _MASTERS)
        ):
            return not is_hidden(first, inside)
        return action in _READING or (action, first) == _OPENS_A_VIRTUAL_TABLE

    def authorize(*asked: Any) -> int:
        return sqlite3.SQLITE_OK if is_allowed(*asked) else sqlite3.SQLITE_DENY

    return authorize


_MASTERS = ("sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema")
_OPENS_A_VIRTUAL_TABLE = (sqlite3.SQLITE_UPDATE, "sqlite_master")
"""SQLite asks for this while it opens the full-text index; ``query_only`` keeps the schema safe from it."""


@contextmanager
def _explained(connection: sqlite3.Connection) -> Iterator[None]:
    """SQLite's complaints as one line that says what to do."""
    try:
        yield
    except NewsmintError:
        raise
    except (sqlite3.Warning, sqlite3.ProgrammingError, sqlite3.DatabaseError) as error:
        advice = _advice(connection, str(error))
        if advice is None:
            raise
        raise UsageError(advice) from error


def _advice(connection: sqlite3.Connection, said: str) -> str | None:
    for pattern, advise in _ADVICE:
        found = re.search(pattern, said, re.IGNORECASE)
        if found:
            return advise(connection, found)
    return None


def _no_table(connection: sqlite3.Connection, found: re.Match[str]) -> str:
    name = found[1].rpartition(".")[2]
    near = nearest(name, table_names(connection))
    return f"there is no table or view {found[1]}; {near or '`newsmint sql --tables` lists them'}"


def _no_column(connection: sqlite3.Connection, found: re.Match[str]) -> str:
    name = found[1].rpartition(".")[2]
    near = nearest(name, column_names(connection))
    return f"there is no column {found[1]}; {near or 'docs/schema.md has them all'}"


def nearest(name: str, names: list[str]) -> str:
    """``did you mean a or b?`` of the names that are nearest; empty where none is near."""
    near = get_close_matches(name.lower(), names, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else ""


def table_names(connection: Reading) -> list[str]:
    """Tables and views that a person may ask, without those that the index keeps for itself."""
    if not isinstance(connection, sqlite3.Connection):
        return [name for name in _shared(connection).table_names() if not name.startswith("alembic_")]
    query = "SELECT name FROM {} WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'"
    names = {
        row[0] for master in ("sqlite_master", "sqlite_temp_master") for row in connection.execute(query.format(master))
    }
    return sorted(name for name in names if not name.startswith(("article_fts_", "alembic_", "then_")))


def column_names(connection: Reading, table: str | None = None) -> list[str]:
    """The columns of a table or view in their order; of all of them, sorted."""
    if table is None:
        return sorted({name for each in table_names(connection) for name in column_names(connection, each)})
    if not isinstance(connection, sqlite3.Connection):
        return _shared(connection).column_names(table)
    return [row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]


_ADVICE: tuple[tuple[str, Callable[[sqlite3.Connection, re.Match[str]], str]], ...] = (
    (r"no such table: (.+)", _no_table),
    (r"no such column: (.+)", _no_column),
    (r"one statement at a time", lambda *_: "one statement at a time, please: remove what follows the first semicolon"),
    (r"access to (\w+)\S* is prohibited|vtable constructor failed: (\w+)", lambda _, m:
     f"{m[1] or m[2]} cannot be read like this: with --as-of name tables without main., and use `newsmint search`"),
    (r"not authorized|authorization denied|prohibited|attempt to write|query_only",
     lambda *_: "this reads only: SELECT, WITH, VALUES and EXPLAIN are allowed, on the store's own tables"),
    (r"(near \".*\": syntax error|incomplete input|unrecognized token.*)", lambda _, m: f"SQL: {m[1]}"),
    (r"did not supply a value for binding (?:parameter )?:?(\w+)",
     lambda _, m: f"the statement asks for a value :{m[1]}; give it with -p {m[1]}=…"),
    (r"binding \d+ has no name", lambda *_: "give each value a name: write :day, not ?, and -p day=…"),
    (r"could not decode", lambda *_: "a value is no text; take hex() of it"),
    (r"too big", lambda *_: "a value is too big; take substr() of it"),
    (r"fts5: |malformed MATCH|unknown special query|unterminated string",
     lambda *_: "the words after MATCH are no query; quote them: MATCH '\"spot etf\"'"),
    (r"((?:no such function|wrong number of arguments|misuse of|ambiguous column|malformed JSON|no such module).*)",
     lambda _, m: f"SQL: {m[1]}"),
)  # fmt: skip
