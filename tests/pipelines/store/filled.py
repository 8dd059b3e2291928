"""A store with rows in every table of the schema, whatever it has by now: hostile text, and all that a type holds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Float, LargeBinary, Table

from pipelines.store import open_store
from pipelines.store.derived import ROLLUPS
from pipelines.store.schema import metadata
from pipelines.store.types import Text

ROWS = 3
TEXTS = (
    "tab\there, line\nbreak\r\n, back\\slash, \\N and \\. and 'quotes\"",
    "Ünïcödé 比特币 🚀 \u202e\u0001\x7f\ufeff\uffff",
    "",
)
JSONS: tuple[Any, ...] = (
    {"z": 1, "a": [1.5, 1e20, -0.0, True, None], "é": '\n\\u0041 "x"'},
    [],
    [["nested", {"b": {}, "aa": "🚀"}], "x" * 600],
)
LISTS: tuple[Any, ...] = (['Ada "A." Field', "\\u0041 🚀"], [], ["\u0001\u2028", "é"])
"""For columns of articles, of which sums are made."""
BODIES = tuple(f"<p>Page {number}: ₿ {text}</p>".encode() * 40 for number, text in enumerate(TEXTS))


def fill(path: Path) -> Path:
    """Make the store: ``ROWS`` rows a table, one body a page; what may be NULL is so in the second row."""
    with open_store(path) as store, store.begin() as conn:
        conn.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        keys = [store.archive.put(body) for body in BODIES]
        assert len(set(keys)) == ROWS
        for table in metadata.sorted_tables:
            if table.name not in ROLLUPS:
                conn.execute(table.insert(), [_row(table, number) for number in range(ROWS)])
    return path


def _row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(table, column, number) for column in table.columns}


def _value(table: Table, column: Column[Any], number: int) -> Any:
    if column.name == "duplicate_of":  # one that comes later
        return f"article id {ROWS - 1}" if number == 0 else None
    for key in column.foreign_keys:
        return _value(key.column.table, key.column, number)
    if column.nullable and number == 1:
        return None
    if allowed := _allowed(column):
        return allowed[number % len(allowed)]
    if isinstance(column.type, JSON):
        return LISTS[number] if table.name.startswith("article") else JSONS[number]
    if isinstance(column.type, LargeBinary):
        return bytes(range(256)) * (number + 1)
    if isinstance(column.type, Float):
        return (0.1 + 0.2, -0.0, 1e-300)[number]
    return _text(table, column, number) if isinstance(column.type, Text) else _integer(table, column, number)


def _text(table: Table, column: Column[Any], number: int) -> str:
    is_key = column.primary_key or column.unique
    return f"{table.name} {column.name} {number}" if is_key else TEXTS[number]


def _integer(table: Table, column: Column[Any], number: int) -> int:
    if column.name.endswith("_ts"):
        return 1_790_000_000 + number
    return number + 1 if column.primary_key else 2**62 + number if column.name == "seq" else number


def _allowed(column: Column[Any]) -> list[str]:
    """The words of a column that the table checks."""
    for each in column.constraints:
        said = str(each.sqltext) if isinstance(each, CheckConstraint) else ""
        if said.startswith(f"{column.name} IN"):
            return re.findall(r"'(\w+)'", said)
    return []
