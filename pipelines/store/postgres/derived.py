"""What PostgreSQL derives from the tables: full-text search, sums, the past of edited articles, and views for people.

The sums are plain views here, by the names of SQLite's tables: always right, and no row that all writers of a fleet
would have to wait for. SQLite's functions go by their own names in the schema ``sqlite``, so that views and questions
are the same text in both databases.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from sqlalchemy import Connection

from pipelines.postgres import lock_key
from pipelines.store.changes import CHANGING
from pipelines.store.derived import ROLLUPS, VIEWS
from pipelines.store.dialect import quoted
from pipelines.store.postgres.spelling import spelled

INDEXED = "newsmint words 1"
"""How the words of the index are made, as its table's comment says; another one has it made anew."""

_INDEX = (
    "DROP TABLE IF EXISTS article_fts",
    "CREATE TABLE article_fts (number bigint PRIMARY KEY REFERENCES article (number) ON DELETE CASCADE, "
    "vector tsvector NOT NULL)",
    "ALTER TABLE article_fts ALTER vector SET STORAGE EXTENDED",
    "INSERT INTO article_fts SELECT number, sqlite.vector(title, description, body) FROM article",
    "CREATE INDEX ix_article_fts ON article_fts USING gin (vector)",
    f"COMMENT ON TABLE article_fts IS '{INDEXED}'",
)
_HAS_WORDS = "SELECT count(*) FROM pg_ts_config WHERE cfgname = 'porter' AND cfgnamespace = to_regnamespace('sqlite')"
_SEQUENCE = (
    "CREATE SEQUENCE IF NOT EXISTS change_seq",
    "SELECT setval('change_seq', greatest((SELECT max(seq) FROM change), (SELECT last_value FROM change_seq)))",
)
_PATH = "SELECT set_config('search_path', quote_ident(current_schema()) || ', sqlite, pg_catalog', true)"
_DAYS = "CREATE INDEX IF NOT EXISTS ix_article_asset_day ON article_asset (sqlite.date(published_ts, 'unixepoch'))"
_OURS = (
    "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal "
    "AND relnamespace = quote_ident(current_schema())::regnamespace "
    "AND tgfoid IN (SELECT oid FROM pg_proc WHERE pronamespace = to_regnamespace('sqlite'))"
)
VIEWS_OF_ALL = (
    "SELECT relname, pg_get_viewdef(oid) FROM pg_class WHERE relkind = 'v' "
    "AND relnamespace = quote_ident(current_schema())::regnamespace ORDER BY oid"
)


class Definition(NamedTuple):
    """A view that a user made."""

    name: str
    sql: str


def take_down(conn: Connection) -> list[Definition]:
    """Drop all views and our triggers; return the views that are not ours, in the order they were made."""
    for trigger, table in conn.exec_driver_sql(_OURS).all():
        conn.exec_driver_sql(f'DROP TRIGGER "{trigger}" ON "{table}"')
    found = [Definition(*row) for row in conn.exec_driver_sql(VIEWS_OF_ALL)]
    for each in found:
        conn.exec_driver_sql(f"DROP VIEW IF EXISTS {quoted(each.name)} CASCADE")
    return [each for each in found if each.name not in VIEWS | ROLLUPS]


def put_up(conn: Connection, others: Sequence[Definition] = ()) -> None:
    """Create functions, search, triggers and views anew, then the ``others``; index the articles where that is due."""
    _run(conn, statements("functions.sql"))
    if conn.exec_driver_sql(_HAS_WORDS).scalar() == 0:
        _run(conn, [each for each in _search(conn) if "TEXT SEARCH" in each])
    _run(conn, [each for each in _search(conn) if "TEXT SEARCH" not in each])
    if conn.exec_driver_sql("SELECT obj_description(to_regclass('article_fts'))").scalar() != INDEXED:
        _run(conn, _INDEX)
    _run(conn, [*_SEQUENCE, _DAYS])
    _run(conn, [each.replace("{changing}", str(lock_key(CHANGING))) for each in statements("triggers.sql")])
    _create_views(conn, others)


def _create_views(conn: Connection, others: Sequence[Definition]) -> None:
    """SQLite's functions stand first in the path while it is done: a view keeps what it found."""
    path = conn.exec_driver_sql("SELECT current_setting('search_path')").scalar()
    conn.exec_driver_sql(_PATH)
    for name, query in (ROLLUPS | VIEWS).items():
        conn.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")  # which the migrations made
        conn.exec_driver_sql(f"CREATE VIEW {name} AS {spelled(query)}".replace("%", "%%"))
    for each in others:
        if each.name not in VIEWS:
            conn.exec_driver_sql(f"CREATE VIEW {quoted(each.name)} AS {each.sql}".replace("%", "%%"))
    conn.exec_driver_sql("SELECT set_config('search_path', %s, true)", (path,))


def statements(file: str) -> Iterator[str]:
    """The statements of an SQL file of this package: two empty lines stand between them."""
    text = (files("pipelines.store.postgres") / file).read_text(encoding="utf-8")
    for part in text.split("\n\n\n"):
        lines = [line for line in part.splitlines() if not line.startswith("--")]
        if any(lines):
            yield "\n".join(lines)


def _search(conn: Connection) -> Iterator[str]:
    has_icu = conn.exec_driver_sql("SELECT count(*) FROM pg_collation WHERE collname = 'und-x-icu'").scalar()
    lower = 'COLLATE "und-x-icu"' if has_icu else 'COLLATE "default"'
    for statement in statements("search.sql"):
        yield statement.replace("{tokens}", _tokens()).replace("{lower}", lower)


@cache
def _tokens() -> str:
    """The letters and digits of Unicode as ranges of a pattern: what SQLite's ``unicode61`` makes words of."""
    found: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        if category[0] in "LN" or category == "Co":
            if found and found[-1][1] == code - 1:
                found[-1][1] = code
            else:
                found.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in found)


def _run(conn: Connection, some: Sequence[str] | Iterator[str]) -> None:
    for statement in some:
        conn.exec_driver_sql(statement.replace("%", "%%"))
