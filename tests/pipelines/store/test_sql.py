"""Free SQL reads, whatever it says, and its mistakes are explained in a line. (PostgreSQL: postgres/test_fences.py.)"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import UsageError
from pipelines.store import Store, open_store
from pipelines.store.articles import save_article
from tests.pipelines.store.examples import an_article


@pytest.fixture
def store(sqlite_location: Path) -> Iterator[Store]:
    with open_store(sqlite_location) as store:
        with store.begin() as conn:
            save_article(conn, an_article())
        yield store


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("SELECT title FROM article", [("Exchange lists token",)]),
        ("select count(*) from heading;", [(1,)]),
        ("WITH a AS (SELECT 1 AS one) SELECT one FROM a", [(1,)]),
        ("VALUES (1, 'a'), (2, NULL)", [(1, "a"), (2, None)]),
        ("SELECT name FROM pragma_table_info('heading') LIMIT 1", [("article_id",)]),
        ("SELECT value FROM article, json_each(authors)", [("Ada Field",)]),
        ("SELECT title FROM article_fts WHERE article_fts MATCH 'title : exchange'", [("Exchange lists token",)]),
        ("SELECT snippet(article_fts, 0, '<', '>', '', 9) FROM article_fts('token')", [("Exchange lists <token>",)]),
        ("SELECT words FROM news", [(34,)]),
        ("SELECT row_number() OVER (ORDER BY ordinal) FROM link", [(1,)]),
        ("-- nothing", []),
    ],
)
def test_what_reads_is_answered(store: Store, statement: str, rows: list[Any]) -> None:
    assert store.sql(statement).rows == rows


def test_values_columns_limits(store: Store) -> None:
    result = store.sql(
        "SELECT :a AS x, :b + 1 AS y UNION ALL SELECT 1, 2 UNION ALL SELECT 3, 4", {"a": "q", "b": 1}, limit=2
    )
    assert result.dicts() == [{"x": "q", "y": 2}, {"x": 1, "y": 2}]
    assert result.more
    assert not store.sql("VALUES (1), (2)", limit=2).more
    assert store.sql("EXPLAIN QUERY PLAN SELECT id FROM article WHERE number = 1").rows[0][3].startswith("SEARCH")


WRITING = [
    "DELETE FROM article",
    "UPDATE article SET title = 'x'",
    "INSERT INTO source VALUES ('a', 'a', NULL, NULL, '', NULL)",
    "WITH a AS (SELECT 1) DELETE FROM article",
    "DROP TABLE article",
    "CREATE TABLE x (a)",
    "CREATE TEMP TABLE x (a)",
    "CREATE TEMP VIEW article AS SELECT 1",
    "CREATE VIRTUAL TABLE temp.x USING fts5(a)",
    "ALTER TABLE article ADD COLUMN x",
    "INSERT INTO article_fts (article_fts) VALUES ('rebuild')",
    "ATTACH '{folder}/other.sqlite3' AS other",
    "ATTACH ':memory:' AS other",
    "VACUUM INTO '{folder}/other.sqlite3'",
    "VACUUM",
    "REINDEX",
    "ANALYZE",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "SAVEPOINT a",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA query_only = OFF",
    "PRAGMA writable_schema = ON",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "PRAGMA user_version = 7",
    "PRAGMA optimize",
    "PRAGMA database_list",
    "PRAGMA temp_store_directory = '{folder}'",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM pragma_wal_checkpoint('truncate')",
    "SELECT load_extension('{folder}/x')",
    "SELECT fts3_tokenizer('simple')",
    "SELECT 1; DELETE FROM article",
    "SELECT 1; SELECT 2",
]


@pytest.mark.parametrize("statement", WRITING)
@pytest.mark.parametrize("readonly", [True, False])
def test_what_writes_is_refused(store: Store, tmp_path: Path, statement: str, readonly: bool) -> None:
    """The file, read by a connection that could write as well, stays what it is to the last byte."""
    with store.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    before = hashlib.sha256(store.path.read_bytes()).digest()
    with open_store(store.path, readonly=readonly) as opened:
        with pytest.raises(UsageError):
            opened.sql(statement.format(folder=tmp_path))
        assert opened.sql("SELECT count(*) FROM article").rows == [(1,)]
    assert hashlib.sha256(store.path.read_bytes()).digest() == before
    assert not (tmp_path / "other.sqlite3").exists()


def test_a_store_that_may_write_still_can_after_sql(store: Store) -> None:
    store.sql("SELECT 1")
    with pytest.raises(UsageError):
        store.sql("SELECT * FROM no_such_table")
    with store.begin() as conn:
        save_article(conn, an_article("another"))
    assert store.sql("SELECT count(*) FROM article").rows == [(2,)]


@pytest.mark.parametrize(
    ("statement", "advice"),
    [
        ("SELECT * FROM artcle", "there is no table or view artcle; did you mean article"),
        ("SELECT * FROM no_such_thing_at_all", "`newsmint sql --tables` lists them"),
        ("SELECT titel FROM article", "there is no column titel; did you mean title"),
        ("SELECT zzzz FROM article", "there is no column zzzz; docs/schema.md has them all"),
        ("SELEC 1", 'SQL: near "SELEC": syntax error'),
        ("SELECT (1", "SQL: incomplete input"),
        ("SELECT 'a", "SQL: unrecognized token"),
        ("SELECT nosuch(1)", "SQL: no such function: nosuch"),
        ("SELECT id FROM article JOIN fetch", "SQL: ambiguous column name: id"),
        ("SELECT :day", "the statement asks for a value :day; give it with -p day=…"),
        ("SELECT ?", "give each value a name: write :day"),
        ("SELECT CAST(x'ff' AS TEXT)", "a value is no text; take hex() of it"),
        ("SELECT rowid FROM article_fts WHERE article_fts MATCH 'a AND'", "the words after MATCH are no query"),
        ("DELETE FROM article", "this reads only: SELECT, WITH, VALUES and EXPLAIN are allowed"),
        ("SELECT 1; SELECT 2", "one statement at a time, please"),
        ("SELECT randomblob(900000000)", "a value is too big"),
        ("SELECT json_extract('{', '$')", "SQL: malformed JSON"),
    ],
)
def test_mistakes_are_explained_in_a_line(store: Store, statement: str, advice: str) -> None:
    with pytest.raises(UsageError) as raised:
        store.sql(statement)
    assert advice in str(raised.value)
    assert "\n" not in str(raised.value)


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


def test_what_runs_too_long_is_stopped_in_time(store: Store) -> None:
    began = time.monotonic()
    with pytest.raises(UsageError, match=r"took longer than 0\.2 s and was stopped"):
        store.sql(ENDLESS, seconds=0.2)
    assert time.monotonic() - began < 3
    assert store.sql("SELECT 1").rows == [(1,)]
