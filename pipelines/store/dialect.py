"""The few statements that databases spell differently, and a short way to the driver for those of every article."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy import Text as PlainText
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from pipelines.store.postgres.arrays import insertion
from pipelines.store.types import Text, storable, storable_all

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


class Rows:
    """What a statement of the driver's own brought: tuples."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._cursor)

    def all(self) -> list[tuple[Any, ...]]:
        return list(self._cursor.fetchall())

    def first(self) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._cursor.fetchone()
        return found

    def one(self) -> tuple[Any, ...]:
        """The first row, which is there."""
        found: tuple[Any, ...] = self._cursor.fetchone()
        return found

    def scalar(self) -> Any:
        """The first value of the first row; None where there is none."""
        found = self._cursor.fetchone()
        return found[0] if found else None

    def scalar_one(self) -> Any:
        """The first value of the first row, which is there."""
        return self._cursor.fetchone()[0]


def quoted(name: str) -> str:
    """A name as both databases take it, whatever is in it."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def run(conn: Connection, sql: str, values: Sequence[Any] = ()) -> Rows:
    """A statement of the driver's own, with ``?`` for its values (or a list of tuples: once for each).

    For what runs for each article: SQLAlchemy's work for a statement that it has made costs ten times what SQLite
    takes for a row.
    """
    return _driven(conn, sql if conn.dialect.paramstyle == "qmark" else _with_percents(sql), values)


@lru_cache(maxsize=256)
def _with_percents(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")


def execute(conn: Connection, statement: Any, values: Mapping[str, Any] | None = None) -> Rows:
    """``conn.execute`` without SQLAlchemy's work: ``statement`` is compiled once, so keep it; results are the driver's.

    Not for results that need a conversion; but see ``json_value``.
    """
    values = values or {}
    if not conn.dialect.positional:
        return Rows(conn.execute(statement, values))
    made = _compiled(statement, conn.dialect, tuple(values))
    return _driven(conn, made.text, made.row(values))


def execute_many(conn: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """``execute`` for many rows with the same keys."""
    if not conn.dialect.positional:
        conn.execute(statement, rows)
        return
    names = tuple(rows[0])
    if conn.dialect.name == "postgresql" and (whole := insertion(statement, conn.dialect, names)):
        _driven(conn, whole.text, whole.values(rows))
        return
    made = _compiled(statement, conn.dialect, names)
    _driven(conn, made.text, made.rows(rows))


def json_value(value: Any) -> Any:
    """What an object or list in a JSON column is, which SQLite's driver brings as text."""
    return json.loads(value) if isinstance(value, str) else value


def _driven(conn: Connection, text: str, values: Sequence[Any]) -> Rows:
    if not conn.in_transaction():
        conn.begin()
    cursor = conn.connection.cursor()
    if isinstance(values, list):
        cursor.executemany(text, values)
    else:
        cursor.execute(text, values)
    return Rows(cursor)


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    slots: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    """The names of its values in order, and what makes of each what the driver takes."""
    constants: Mapping[str, Any]
    """Values that it brings itself."""

    def row(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        values = {**self.constants, **values} if self.constants else values
        return tuple([convert(values[name]) if convert else values[name] for name, convert in self.slots])

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """``row`` for many, a column at a time, since most columns have nothing to convert."""
        return list(zip(*(self._column(rows, name, convert) for name, convert in self.slots), strict=True))

    def _column(
        self, rows: Sequence[Mapping[str, Any]], name: str, convert: Callable[[Any], Any] | None
    ) -> Sequence[Any]:
        if name in self.constants:
            return [self.constants[name]] * len(rows)
        values = [row[name] for row in rows]
        if convert is storable:
            return storable_all(values)
        return [convert(each) for each in values] if convert else values


@lru_cache(maxsize=512)
def _compiled(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> _Compiled:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    order = tuple(compiled.positiontup or ())
    converters = {name: _converter(compiled.binds[name].type, dialect) for name in order}
    constants = {name: value for name, value in compiled.params.items() if name not in names}
    return _Compiled(str(compiled), tuple((name, converters[name]) for name in order), constants)


def _converter(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    if isinstance(type_, Text | PlainText):
        return storable
    return type_.dialect_impl(dialect).bind_processor(dialect)


def chunks(items: Sequence[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """The items in lists of at most ``size``."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
