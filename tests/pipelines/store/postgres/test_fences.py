"""Free SQL on a shared store reads, whatever it says, and its mistakes are explained in a line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from pipelines.errors import UsageError
from pipelines.export import Request, export_since_last
from pipelines.export.shards import silent
from pipelines.store import Store, open_store
from pipelines.store.articles import save_article
from tests.pipelines.store.examples import an_article

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def store(postgres: Any) -> Iterator[Store]:
    with postgres.database() as url, open_store(url) as opened:
        with opened.begin() as conn:
            save_article(conn, an_article())
        yield opened


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("SELECT title FROM article", [("Exchange lists token",)]),
        ("select count(*) from heading;", [(1,)]),
        ("(SELECT 1) UNION ALL (SELECT 2)", [(1,), (2,)]),
        ("WITH a AS (SELECT 1 AS one) SELECT one FROM a; -- done", [(1,)]),
        ("VALUES (1, 'a'), (2, NULL)", [(1, "a"), (2, None)]),
        ("SELECT value FROM article, json_each(authors)", [("Ada Field",)]),
        ("SELECT title FROM article JOIN article_fts USING (number) WHERE vector @@ phrase('lists', 'A', false)",
         [("Exchange lists token",)]),
        ("SELECT words FROM news", [(34,)]),
        ("SELECT authors FROM article", [('["Ada Field"]',)]),
        ("SELECT sum(word_count), avg(word_count), word_count > 3 FROM article GROUP BY word_count", [(34, 34.0, 1)]),
        ("SELECT ';' || '--' || $$;'$$ || E'\\';' /* ; /* ; */ ; */", [(";--;'';",)]),
        ("SELECT '100 %' AS \"a;b\"", [("100 %",)]),
        ("SHOW transaction_read_only", [("on",)]),
    ],
)  # fmt: skip
def test_what_reads_is_answered(store: Store, statement: str, rows: list[Any]) -> None:
    assert store.sql(statement).rows == rows


def test_values_columns_limits(store: Store) -> None:
    asked = "SELECT :a AS x, CAST(:b AS bigint) + 1 AS y UNION ALL SELECT '1', 2 UNION ALL SELECT '3', 4"
    result = store.sql(asked, {"a": "q", "b": 1}, limit=2)
    assert result.dicts() == [{"x": "q", "y": 2}, {"x": "1", "y": 2}]
    assert result.more
    assert not store.sql("VALUES (1), (2)", limit=2).more
    assert store.sql("SELECT id, title FROM article WHERE false").columns == ("id", "title")
    assert "Scan" in store.sql("EXPLAIN SELECT id FROM article WHERE number = 1").rows[0][0]


WRITING = [
    "DELETE FROM article",
    "UPDATE article SET title = 'x'",
    "WITH a AS (DELETE FROM article RETURNING id) SELECT * FROM a",
    "WITH a AS (SELECT 1) DELETE FROM article",
    "SELECT 1 INTO x",
    "SELECT * FROM article FOR UPDATE",
    "EXPLAIN ANALYZE DELETE FROM article",
    "CREATE TEMP TABLE x (a int)",
    "COPY article TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/x'",
    "DO $$ BEGIN DELETE FROM article; END $$",
    "VACUUM",
    "COMMIT",
    "SET transaction_read_only = off",
    "LISTEN x",
    "CALL x()",
    "SELECT set_config('transaction_read_only', 'off', true)",
    "SELECT \"set_config\"('transaction_read_only', 'off', true)",
    "SELECT pg_catalog.set_config('transaction_read_only', 'off', true)",
    "SELECT U&\"set\\005fconfig\"('transaction_read_only', 'off', true)",
    "SELECT query_to_xml('SELECT 1', true, true, '')",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_terminate_backend(1)",
    "SELECT pg_advisory_lock(1)",
    "SELECT lo_import('/etc/passwd')",
    "SELECT nextval('change_seq')",
    "SELECT 1; DELETE FROM article",
    "SELECT 1; SELECT 2",
    "SELECT $$a$$; COMMIT; DELETE FROM article",
    "SELECT E'\\'; COMMIT; DELETE FROM article --'; COMMIT; DELETE FROM article",
    "SELECT 1 /* /* */; COMMIT */ ; DELETE FROM article",
    "-- nothing",
    "",
]


@pytest.mark.parametrize("statement", WRITING)
def test_what_writes_is_refused(store: Store, statement: str) -> None:
    with pytest.raises(UsageError):
        store.sql(statement)
    assert store.sql("SELECT count(*) FROM article").rows == [(1,)]


@pytest.mark.parametrize(
    ("statement", "advice"),
    [
        ("SELECT * FROM artcle", "there is no table or view artcle; did you mean article"),
        ("SELECT * FROM no_such_thing_at_all", "`newsmint sql --tables` lists them"),
        ("SELECT titel FROM article", "there is no column titel; did you mean title"),
        ("SELECT zzzz FROM article", "there is no column zzzz; docs/schema.md has them all"),
        ("SELECT article.titel FROM article", "there is no column titel; did you mean title"),
        ("SELECT (1", "SQL: syntax error"),
        ("SELECT 'a", "SQL: unterminated quoted string"),
        ("SELECT nosuch(1)", "SQL: function nosuch(integer) does not exist"),
        ("SELECT * FROM fetch", 'write "fetch"'),
        ("SELECT :day", "the statement asks for a value :day; give it with -p day=…"),
        ("DELETE FROM article", "this reads only: SELECT, WITH, VALUES and EXPLAIN are allowed"),
        ("SELECT 1; SELECT 2", "one statement at a time, please"),
        ("SELECT 1 / 0", "SQL: division by zero"),
        ("SELECT json_extract('{', '$')", "SQL: invalid input syntax for type json"),
    ],
)
def test_mistakes_are_explained_in_a_line(store: Store, statement: str, advice: str) -> None:
    with pytest.raises(UsageError) as raised:
        store.sql(statement)
    assert advice in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_role_that_only_reads_can_ask_for_all_there_is(postgres: Any, tmp_path: Path) -> None:
    with postgres.database() as url:
        with open_store(url) as store, store.begin() as conn:
            save_article(conn, an_article())
            save_article(conn, an_article(title="Edited"))
            conn.execute(text("CREATE ROLE newsmint_reader"))
            conn.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO newsmint_reader"))
        place = make_url(url).update_query_dict({"options": "-c role=newsmint_reader"})
        try:
            with open_store(place.render_as_string(hide_password=False), readonly=True) as store:
                assert store.sql("SELECT title, strftime('%Y', published_ts, 'unixepoch') FROM article").rows == [
                    ("Edited", "2026")
                ]
                assert len(store.ask("articles-per-day").rows) == len(store.search("token")) == 1
                with store.as_of("2026-11-21") as past:
                    assert len(list(past.articles())) == 1
                export_since_last(store.location, Request(), tmp_path / "set", silent)
                with pytest.raises(UsageError, match="not allowed here"):
                    store.sql("SELECT pg_ls_dir('.')")
        finally:
            with open_store(url) as store, store.begin() as conn:
                conn.execute(text("DROP OWNED BY newsmint_reader"))
                conn.execute(text("DROP ROLE newsmint_reader"))


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


@pytest.mark.parametrize("statement", [ENDLESS, "EXPLAIN ANALYZE SELECT pg_sleep(30)"])
def test_what_runs_too_long_is_stopped_in_time(store: Store, statement: str) -> None:
    began = time.monotonic()
    with pytest.raises(UsageError, match=r"took longer than 0\.2 s and was stopped"):
        store.sql(statement, seconds=0.2)
    assert time.monotonic() - began < 3
    assert store.sql("SELECT 1").rows == [(1,)]
