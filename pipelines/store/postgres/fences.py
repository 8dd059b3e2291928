"""SQL of anybody's own on a shared store: what it may not say, and what its errors mean.

The transaction reads only, and the server takes one statement; beside that nothing is allowed that reaches past the
database's tables, whatever rights the role has, or that runs a text as SQL where the past is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pipelines.errors import UsageError
from pipelines.postgres import need_driver
from pipelines.store.postgres.reading import Shared

_TOKENS = re.compile(
    r"""(?P<text> [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ )
      | (?P<comment> --[^\n]* | /\* )
      | (?P<escaped> [uU]&["'] )
      | "(?P<quoted> (?:[^"]|"")* )"
      | (?P<word> [^\W\d]\w* )
      | (?P<other> . )""",
    re.VERBOSE | re.DOTALL,
)
_NESTING = re.compile(r"/\*|\*/")
_READING = {"select", "with", "values", "table", "explain", "show"}
_FORBIDDEN = re.compile(
    r"pg_(read|ls|stat_file|terminate|cancel|reload|rotate|advisory|try_advisory|notify|switch|create|drop|promote"
    r"|logical|replication|export|import|backup|wal|current_xact|file).*"
    r"|lo_.*|dblink.*|set_config|nextval|setval|txid_current|(query|table|cursor|schema|database)_to_xml.*|ts_stat"
)


def read(
    connection: Shared, statement: str, values: Mapping[str, Any], limit: int | None, seconds: float, hidden: bool
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """The columns and, with one row more than the ``limit``, the rows of one statement that reads.

    ``hidden``: the tables of now are out of bounds. Raises UsageError as ``pipelines.store.sql.read`` does.
    """
    asked = _checked(statement, connection.schemas() if hidden else set())
    with explained(connection), connection.timed(seconds), connection.looking_only(hidden=hidden):
        is_query = _first(asked) not in ("explain", "show")
        opened = connection.declared(asked, values, limit) if is_query else connection.told(asked, values)
        with opened as cursor:
            columns = tuple(each[0] for each in cursor.description or ())
            return columns, cursor.fetchall() if limit is None else cursor.fetchmany(limit + 1)


def _checked(statement: str, schemas: set[str]) -> str:
    """The statement without what follows it. Raises UsageError for one that may not be asked."""
    words = list(_words(statement))
    first = _first(statement)
    if first not in _READING:
        raise UsageError("this reads only: SELECT, WITH, VALUES and EXPLAIN are allowed, on the store's own tables")
    if ("other", ";") in words[:-1]:
        raise UsageError("one statement at a time, please: remove what follows the first semicolon")
    if schemas and first in ("explain", "show"):
        raise UsageError("no EXPLAIN with --as-of: a plan tells where the present is hidden")
    for kind, text in words:
        name = text.lower() if kind == "word" else text
        if kind == "other":
            continue
        if _FORBIDDEN.fullmatch(name):
            raise UsageError(f"{name} is not allowed here: this reads only, on the store's own tables")
        if schemas and (name in schemas or name.startswith("pg_")):
            raise UsageError(
                f"{name} cannot be read like this: with --as-of name tables without a schema, and use `newsmint search`"
            )
    return statement.rstrip().rstrip(";")


def _first(statement: str) -> str:
    return next((text.lower() for kind, text in _words(statement) if kind != "other" or text != "("), "")


def _words(statement: str) -> Iterator[tuple[str, str]]:
    """The words, quoted names and other signs of a statement, without texts and comments."""
    place = 0
    while found := _TOKENS.match(statement, place):
        place = found.end()
        if found["escaped"]:
            raise UsageError("no U& in a name or text; write the letter itself")
        if found["comment"] == "/*":
            place = _end_of_comment(statement, place)
        elif found["word"]:
            yield "word", found["word"]
        elif found["quoted"] is not None:
            yield "quoted", found["quoted"].replace('""', '"')
        elif found["other"] and not found["other"].isspace():
            yield "other", found["other"]


def _end_of_comment(statement: str, place: int) -> int:
    depth = 1
    while depth and (found := _NESTING.search(statement, place)):
        depth += 1 if found[0] == "/*" else -1
        place = found.end()
    return len(statement) if depth else place


@contextmanager
def explained(connection: Shared) -> Iterator[None]:
    """The server's complaints as one line that says what to do."""
    psycopg = need_driver()
    try:
        yield
    except psycopg.ProgrammingError as error:
        raise UsageError(_advice(connection, error)) from error
    except psycopg.Error as error:
        if (error.sqlstate or "")[:2] not in ("22", "25", "42", "54", "0A", "21", "2F", "P0"):
            raise
        raise UsageError(_advice(connection, error)) from error


def _advice(connection: Shared, error: Any) -> str:
    from pipelines.store.sql import column_names, nearest, table_names

    said = (error.diag.message_primary or str(error)).splitlines()[0]
    named = re.search(r'"([^"]+)"|column (\S+) does', said)
    name = ((named[1] or named[2]) if named else "").rpartition(".")[2].strip('"')
    if error.sqlstate == "42P01":
        near = nearest(name, table_names(connection)) or "`newsmint sql --tables` lists them"
        return f"there is no table or view {name}; {near}"
    if error.sqlstate == "42703":
        return f"there is no column {name}; {nearest(name, column_names(connection)) or 'docs/schema.md has them all'}"
    if error.sqlstate in ("25006", "42501") or "data-modifying" in said:
        return "this reads only: SELECT, WITH, VALUES and EXPLAIN are allowed, on the store's own tables"
    missing = re.search(r"query parameter missing: (\w+)", said)
    if missing:
        return f"the statement asks for a value :{missing[1]}; give it with -p {missing[1]}=…"
    hint = ' (fetch is a word of PostgreSQL\'s: write "fetch")' if 'near "fetch"' in said else ""
    return f"SQL: {said}{hint}"
