"""The few statements that databases spell differently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

CHUNK = 500
"""How many values one ``IN (…)`` names; SQLite allows 32,766 variables a statement."""

Item = TypeVar("Item")


def insert(conn: Connection, table: Table) -> Any:
    """An INSERT that has ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    return {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[conn.dialect.name](table)


def chunks(items: Sequence[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """The items in lists of at most ``size``."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
