"""What SQLite derives from the tables: full-text search, sums, the past of edited articles, and the views for people.

Alembic's batch mode on SQLite drops triggers silently and fails where a view uses the table, so all of it is taken
down before an upgrade and put up again after it. Views and triggers that a user added are kept.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple

from sqlalchemy import Connection

from pipelines.store import changes
from pipelines.store.dialect import quoted
from pipelines.store.schema import metadata

_MARK = "/* newsmint */"

TOKENIZER = "porter unicode61 remove_diacritics 2"
"""``tokenchars '-$#'`` would make ERC-6551 and "erc 6551" miss each other; ``trigram`` finds nothing for L2."""

_SEARCH = f"""
CREATE VIRTUAL TABLE article_fts USING fts5(
    title, description, body, content='article', content_rowid='number', tokenize='{TOKENIZER}')
"""

_REMOVE = (
    "INSERT INTO article_fts (article_fts, rowid, title, description, body) "
    "VALUES ('delete', old.number, old.title, old.description, old.body)"
)
_INSERT = (
    "INSERT INTO article_fts (rowid, title, description, body) "
    "VALUES (new.number, new.title, new.description, new.body)"
)
_CHANGED = " OR ".join(f"old.{name} IS NOT new.{name}" for name in ("title", "description", "body"))

_SEARCH_TRIGGERS = (
    f"CREATE TRIGGER article_fts_insert AFTER INSERT ON article BEGIN {_INSERT}; END",
    f"CREATE TRIGGER article_fts_delete AFTER DELETE ON article BEGIN {_REMOVE}; END",
    "CREATE TRIGGER article_fts_update AFTER UPDATE OF title, description, body ON article "
    f"WHEN {_CHANGED} BEGIN {_REMOVE}; {_INSERT}; END",
)


class Definition(NamedTuple):
    """A view or trigger as SQLite keeps it."""

    type: str
    name: str
    sql: str


def sections(file: str) -> dict[str, list[str]]:
    """The statements of an SQL file of this package, by the names that its comments ``-- name`` or ``-- name: …`` give.

    Statements have no semicolon at their end.
    """
    text = (files("pipelines.store") / file).read_text(encoding="utf-8")
    _, *parts = re.split(r"^-- ([a-z_]+)(?::.*)?$\n", text, flags=re.MULTILINE)
    return {name: list(_statements(part)) for name, part in zip(parts[::2], parts[1::2], strict=True)}


def _statements(text: str) -> Iterator[str]:
    """The statements of a text, each whole: a trigger has semicolons inside."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += "" if line.startswith("--") else line
        if sqlite3.complete_statement(statement):
            yield statement.strip().removesuffix(";")
            statement = ""


VIEWS = {name: query for name, (query,) in sections("views.sql").items()}

ROLLUPS = {name: query for name, (query, *_) in sections("rollups.sql").items()}
"""Table → the query that computes it from other tables; those that read other roll-ups come after them."""

_TRIGGERS = (
    *_SEARCH_TRIGGERS,
    *(f"CREATE TRIGGER {name} {action}" for name, action in changes.TRIGGERS.items()),
    *(trigger for _, *triggers in sections("rollups.sql").values() for trigger in triggers),
    *(trigger for triggers in sections("past.sql").values() for trigger in triggers),
)


def take_down(conn: Connection) -> list[Definition]:
    """Drop all views and triggers; return those that are not ours."""
    rows = conn.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')")
    found = [Definition(*row) for row in rows]
    for each in found:
        conn.exec_driver_sql(f"DROP {each.type} {quoted(each.name)}")
    return [each for each in found if _MARK not in each.sql]


def put_up(conn: Connection, others: list[Definition]) -> None:
    """Create search, triggers and views anew, then the ``others``; fill search index and sums from the articles."""
    conn.exec_driver_sql("DROP TABLE IF EXISTS article_fts")
    conn.exec_driver_sql(_SEARCH)
    conn.exec_driver_sql("INSERT INTO article_fts (article_fts) VALUES ('rebuild')")
    _sum_up(conn)
    for trigger in _TRIGGERS:
        conn.exec_driver_sql(trigger.replace(" BEGIN", f" {_MARK} BEGIN", 1))
    for name, query in VIEWS.items():
        conn.exec_driver_sql(f"CREATE VIEW {name} AS {_MARK} {query}")
    for each in others:
        if each.name not in VIEWS:
            conn.exec_driver_sql(each.sql)


def _sum_up(conn: Connection) -> None:
    """Compute the roll-ups anew; triggers keep them right from then on."""
    for name, query in ROLLUPS.items():
        columns = ", ".join(column.name for column in metadata.tables[name].columns)
        conn.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608
        conn.exec_driver_sql(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM ({query})")  # noqa: S608
