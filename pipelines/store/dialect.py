"""The few statements that databases spell differently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

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


def chunks(items: Sequence[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """The items in lists of at most ``size``."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
