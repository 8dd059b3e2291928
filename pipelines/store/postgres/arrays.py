"""Many rows in one statement of PostgreSQL's: each column goes as an array.

An article brings some two hundred rows; a statement for each took half of what storing it on a server took.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Dialect, Insert, Text
from sqlalchemy.types import TypeEngine

from pipelines.store.types import Text as StoredText
from pipelines.store.types import storable


@lru_cache(maxsize=64)
def insertion(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> str | None:
    """The statement that takes an array for each of the columns named; None for one that is no plain INSERT of text and
    whole numbers."""
    if type(statement) is not Insert:  # one with ON CONFLICT is of a class of its own
        return None
    columns = [statement.table.c[name] for name in names]
    arrays = [_array(column.type) for column in columns]
    if None in arrays:
        return None
    quote = dialect.identifier_preparer
    into = ", ".join(quote.format_column(column) for column in columns)
    values = ", ".join(f"%s::{array}" for array in arrays)
    return f"INSERT INTO {quote.format_table(statement.table)} ({into}) SELECT * FROM unnest({values})"  # noqa: S608


def arrays_of(rows: Sequence[Mapping[str, Any]], names: tuple[str, ...]) -> tuple[list[Any], ...]:
    """The rows' values, a list a column."""
    return tuple([storable(row[name]) for row in rows] for name in names)


def _array(type_: TypeEngine[Any]) -> str | None:
    if isinstance(type_, StoredText | Text):
        return "text[]"
    return "bigint[]" if isinstance(type_, BigInteger) else None
