"""The few statements that databases spell differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from pipelines.store.schema import storable

CHUNK = 500
"""How many values one ``IN (…)`` names; SQLite allows 32,766 variables a statement."""

Item = TypeVar("Item")

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert(dialect: str, table: Table) -> Any:
    """An INSERT that has ``on_conflict_do_update``."""
    return _INSERTS[dialect](table)


@cache
def _insert_new(dialect: str, table: Table) -> Any:
    return _INSERTS[dialect](table).on_conflict_do_nothing()


def insert_new(conn: Connection, table: Table) -> Any:
    """An INSERT that leaves rows alone that are there already. Made once: building a statement costs more than it."""
    return _insert_new(conn.dialect.name, table)


def execute_many(conn: Connection, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> None:
    """``conn.execute`` for many rows with the same keys, without SQLAlchemy's work for each of their values.

    That work is most of what storing an article's hundred links and removed blocks costs. ``statement`` is kept: make
    it once.
    """
    if not conn.dialect.positional:
        conn.execute(statement, rows)
        return
    text, order, constants = _compiled(statement, conn.dialect, tuple(rows[0]))
    values = ({**constants, **row} for row in rows)
    conn.exec_driver_sql(text, [tuple(storable(each[name]) for name in order) for each in values])


@lru_cache(maxsize=64)
def _compiled(
    statement: Insert, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    """The statement's text, the names of its parameters in order, and the values that it brings itself."""
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    constants = {name: value for name, value in compiled.params.items() if name not in names}
    return str(compiled), tuple(compiled.positiontup or ()), constants


def chunks(items: Sequence[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """The items in lists of at most ``size``."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def run(conn: Connection, sql: str, values: Sequence[Any] = ()) -> CursorResult[*tuple[Any, ...]]:
    """A statement of the driver's own, with ``?`` for its values (or a list of tuples: once for each): no compiling.

    For the few statements that run for each article and would cost more to build than to run.
    """
    text = sql if conn.dialect.paramstyle == "qmark" else sql.replace("?", "%s")
    return conn.exec_driver_sql(text, values if isinstance(values, list) else tuple(values))
