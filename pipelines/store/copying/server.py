"""Rows into a shared store, by COPY: indexes, references and what is derived wait for the last row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from pipelines.store.copying.parts import TABLES, Part
from pipelines.store.copying.sums import Row
from pipelines.store.dialect import run
from pipelines.store.postgres import derived

_OURS = [part.name for part in TABLES]

_INDEXES = (
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ANY (%s) "
    "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname "
    "AND connamespace = current_schema()::regnamespace)"
)
_REFERENCES = (
    "SELECT conname, relname, pg_get_constraintdef(pg_constraint.oid) FROM pg_constraint "
    "JOIN pg_class ON pg_class.oid = conrelid WHERE contype = 'f' "
    "AND connamespace = current_schema()::regnamespace AND relname = ANY (%s)"
)


def take_down(conn: Connection) -> dict[str, Any]:
    """Drop views, triggers, search, references and indexes; return, as JSON, what ``put_up`` needs of them."""
    others = derived.take_down(conn)
    conn.exec_driver_sql("DROP TABLE IF EXISTS article_fts")
    indexes = conn.exec_driver_sql(_INDEXES, (_OURS,)).all()
    references = conn.exec_driver_sql(_REFERENCES, (_OURS,)).all()
    for name, table, _ in references:
        conn.exec_driver_sql(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        conn.exec_driver_sql(f'DROP INDEX "{name}"')
    return {
        "indexes": [sql for _, sql in indexes],
        "references": [f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {sql}' for name, table, sql in references],
        "others": [list(each) for each in others],
    }


def put_up(conn: Connection, down: dict[str, Any]) -> None:
    """Make it all of the rows that are there now, and have numbers go on after theirs."""
    for sql in (*down["indexes"], *down["references"]):
        conn.exec_driver_sql(sql.replace("%", "%%"))
    for part in TABLES:
        _number_on(conn, part)
    derived.put_up(conn, [derived.Definition(*each) for each in down["others"]])
    conn.exec_driver_sql("ANALYZE")


def insert(conn: Connection, part: Part, rows: Sequence[Row]) -> None:
    """Add rows."""
    run(conn, "SET LOCAL synchronous_commit = off")  # a crash of the server costs the last batches, and it is told
    cursor: Any = conn.connection.cursor()
    with cursor, cursor.copy(f"COPY {part.table} ({part.listed}) FROM STDIN") as pipe:
        for row in rows:
            pipe.write_row(row)


def empty(conn: Connection, part: Part) -> None:
    """Take all rows out of a table."""
    conn.exec_driver_sql(f"TRUNCATE {part.table}")


def _number_on(conn: Connection, part: Part) -> None:
    column = part.columns[part.key[0]]
    sequence = conn.exec_driver_sql("SELECT pg_get_serial_sequence(%s, %s)", (part.table, column)).scalar()
    if sequence is not None:
        newest = f"(SELECT max({column}) FROM {part.table})"  # noqa: S608
        conn.exec_driver_sql(f"SELECT setval(%s, coalesce({newest}, 1), {newest} IS NOT NULL)", (sequence,))
