"""What is derived is the same in both databases, after the same things happened to both."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from pipelines.errors import UsageError
from pipelines.store import Store, open_store
from pipelines.store.articles import save_article
from pipelines.store.derived import ROLLUPS, VIEWS
from pipelines.store.postgres import derived
from pipelines.store.questions import questions
from pipelines.store.reading import driver
from pipelines.store.sources import ensure_sources
from tests.pipelines.store.examples import an_article
from tests.pipelines.store.test_rollups import happen

pytestmark = pytest.mark.postgres


@pytest.fixture
def both(sqlite_location: Any, postgresql_location: str) -> Any:
    with open_store(sqlite_location) as one, open_store(postgresql_location) as other:
        yield one, other


@pytest.mark.parametrize("seed", [1, 2])
def test_sums_views_and_the_past(both: tuple[Store, Store], seed: int) -> None:
    for store in both:
        chance = random.Random(seed)
        with store.begin() as conn:
            ensure_sources(conn, ["daily", "weekly"])
            for _ in range(50):
                happen(conn, chance)
    for name in (*ROLLUPS, *VIEWS, "article_past"):
        one, other = (_rows(store, name) for store in both)
        assert one == other, name
        assert one or name not in ROLLUPS


def _rows(store: Store, name: str) -> list[str]:
    """The rows of a table or view, without what each database numbers by itself."""
    return sorted(repr(sorted(map(_plain, row.items()))) for row in store.sql(f"SELECT * FROM {name}").dicts())


def _plain(field: tuple[str, Any]) -> tuple[str, Any]:
    name, value = field
    if name in ("number", "seen_at", "story_id"):
        return name, None
    return name, json.loads(value) if isinstance(value, str) and value.startswith("[") else value


FUNCTIONS = [
    "date(1700000000, 'unixepoch')",
    "date('2026-03-31', '-1 days')",
    "date(CAST('2026-11-22T23:30:00-02:00' AS TEXT))",
    "date(CAST('no date' AS TEXT))",
    "strftime('%s', CAST('2026-12-31T10:20:30Z' AS TEXT))",
    "date(CAST('2026-13-01' AS TEXT))",
    "strftime('%s', CAST('2026-11-22T10:20:30.5+05:30' AS TEXT))",
    "strftime('%Y-%m-%dT%H:%M:%SZ', -1, 'unixepoch')",
    "strftime('%Y', '2026-11-22')",
    "strftime('%H:%M %j %w', '2026-11-22 07:08:09')",
    "strftime('%s', '2026-01-31', 'start of month', '+1 month')",
    "CAST(strftime('%s', '2026-11-22T10:00:00Z') AS INTEGER)",
    "julianday('2026-11-22') - julianday('2026-11-20')",
    "max(1, 2)",
    "max(1, NULL)",
    "min('a', 'b')",
    "round(2.5)",
    "round(-2.45, 1)",
    "round(7 / 2, 1)",
    "7 / 2",
    "instr('abc', 'c')",
    "substr('abcdef', -3)",
    "substr('abcdef', 2, 3)",
    "ifnull(NULL, 'x')",
    "json_extract('[1, \"two\", null]', '$[1]')",
    "json_extract('[1, \"two\", null]', '$[2]')",
    "(SELECT group_concat(value, '+') FROM json_each('[\"a\", \"b\"]'))",
    "'a' || 1 || 'b'",
    "1 IS NOT NULL AND 'a' LIKE 'A%'",
]


@pytest.mark.parametrize("expression", FUNCTIONS)
def test_functions(both: tuple[Store, Store], expression: str) -> None:
    one, other = both
    assert _value(one, expression) == _value(other, expression)


def _value(store: Store, expression: str) -> Any:
    with store.connect() as conn:
        return driver(conn).execute(f"SELECT {expression}").fetchone()[0]


def test_every_question_may_be_answered_by_parallel_workers(postgresql_location: str) -> None:
    needed = {"asset": "BTC", "article": an_article().id, "words": "changes"}
    with open_store(postgresql_location) as store, store.begin() as conn:
        save_article(conn, an_article())
        forced = "SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')"
        name, database = conn.execute(text(f"SELECT ({forced}), current_database()")).one()
        conn.execute(text(f'ALTER DATABASE "{database}" SET {name} = on'))
    with open_store(postgresql_location) as store:
        for asked in questions().values():
            values: dict[str, Any] = {it.name: needed[it.name] for it in asked.parameters if it.default is None}
            store.ask(asked.name, **values)
        for view in VIEWS:
            store.sql(f"SELECT * FROM {view}")
        assert len(store.search("token")) == 1


def test_views_of_a_user_outlive_an_upgrade(both: tuple[Store, Store]) -> None:
    _, store = both
    with store.begin() as conn:
        save_article(conn, an_article())
        conn.execute(text("CREATE VIEW copies AS SELECT id, is_copy FROM news"))
        conn.execute(text("CREATE VIEW counted AS SELECT count(*) AS many FROM copies"))
    with store.begin() as conn:
        derived.put_up(conn, derived.take_down(conn))
        save_article(conn, an_article("another"))
    assert store.sql("SELECT many FROM counted").rows == [(2,)]
    assert len(store.search("token")) == 2


def test_an_index_of_older_words_is_made_anew(both: tuple[Store, Store]) -> None:
    _, store = both
    with store.begin() as conn:
        save_article(conn, an_article())
        conn.execute(text("COMMENT ON TABLE article_fts IS 'newsmint words 0'"))
        conn.execute(text("UPDATE article_fts SET vector = ''"))
        derived.put_up(conn, derived.take_down(conn))
    assert len(store.search("token")) == 1


def test_a_text_too_long_for_an_index_is_stored_and_found_by_its_beginning(both: tuple[Store, Store]) -> None:
    _, store = both
    body = "Solana halted. " + " ".join(f"word{number}" for number in range(200_000))
    with store.begin() as conn:
        save_article(conn, an_article(body=body))
    assert [hit.id for hit in store.search("solana halted")] == [an_article().id]


def test_a_store_in_a_schema_of_its_own(postgres: Any) -> None:
    with postgres.database(empty=True) as url:
        engine = create_engine(url)
        with engine.begin() as conn:
            conn.execute(text('CREATE SCHEMA "my news"'))
        engine.dispose()
        place = make_url(url).update_query_dict({"options": '-c search_path="my\\ news"'})
        with open_store(place.render_as_string(hide_password=False)) as store:
            with store.begin() as conn:
                save_article(conn, an_article())
            assert len(store.search("token")) == len(store.ask("articles-per-day").rows) == 1
            assert store.sql("SELECT count(*) FROM news").rows == [(1,)]
            with store.as_of("2099-01-01") as then:
                assert then.sql("SELECT count(*) FROM news").rows == [(1,)]
                with pytest.raises(UsageError):
                    then.sql('SELECT count(*) FROM "my news".article')
