"""Rows into a store in a file: what SQLite derives from them is taken down before, and put up after the last one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from pipelines.store import derived
from pipelines.store.copying.parts import Part
from pipelines.store.copying.sums import Row

_INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"


def take_down(conn: Connection) -> dict[str, Any]:
    """Drop views, triggers, search and indexes; return, as JSON, what ``put_up`` needs of them."""
    others = derived.take_down(conn)
    conn.exec_driver_sql("DROP TABLE IF EXISTS article_fts")
    indexes = conn.exec_driver_sql(_INDEXES).all()
    for name, _ in indexes:
        conn.exec_driver_sql(f'DROP INDEX "{name}"')
    return {"indexes": [sql for _, sql in indexes], "others": [list(each) for each in others]}


def put_up(conn: Connection, down: dict[str, Any]) -> None:
    """Make it all of the rows that are there now."""
    for sql in down["indexes"]:
        conn.exec_driver_sql(sql)
    derived.put_up(conn, [derived.Definition(*each) for each in down["others"]])
    conn.exec_driver_sql("PRAGMA analysis_limit = 1000")
    conn.exec_driver_sql("ANALYZE")


def insert(conn: Connection, part: Part, rows: Sequence[Row]) -> None:
    """Add rows."""
    marks = ", ".join("?" * len(part.columns))
    sql = f"INSERT INTO {part.table} ({part.listed}) VALUES ({marks})"  # noqa: S608
    conn.connection.cursor().executemany(sql, rows)


def empty(conn: Connection, part: Part) -> None:
    """Take all rows out of a table."""
    conn.exec_driver_sql(f"DELETE FROM {part.table}")  # noqa: S608
