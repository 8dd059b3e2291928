"""Rows that go to the server as arrays arrive as rows do."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from pipelines.store import Store
from pipelines.store.articles import save_article
from pipelines.store.dialect import execute_many
from pipelines.store.postgres.arrays import insertion
from pipelines.store.schema import article, heading, learned_block, link
from tests.pipelines.store.examples import an_article

ROWS: list[dict[str, Any]] = [
    {"level": 2, "text": "One, with {braces}, \"quotes\", 'more' and a \\", "position": 0},
    {"level": 3, "text": "", "position": -1},
    {"level": 2, "text": "NULL", "position": 2**40},
    {"level": 2, "text": "Grüße, 比特币 🚀 %s %(x)s", "position": 4},
]


@pytest.mark.postgres
def test_rows_arrive_whole_and_in_order(shared_store: Store) -> None:
    plain = an_article(headings=())
    rows = [{"article_id": plain.id, "ordinal": place, **row} for place, row in enumerate(ROWS)]
    with shared_store.begin() as conn:
        save_article(conn, plain)
        execute_many(conn, insert(heading), rows)
        execute_many(conn, insert(heading), [rows[0] | {"ordinal": 9, "text": "NUL \0 and \ud800 go"}])
        found = conn.execute(select(heading).order_by(heading.c.ordinal)).mappings().all()

    assert [dict(row) for row in found[:-1]] == rows
    assert found[-1]["text"] == "NUL  and ? go"


_COUNTING = postgresql.insert(learned_block).on_conflict_do_update(
    index_elements=["source", "fingerprint"], set_={"seen": learned_block.c.seen + 7}
)


@pytest.mark.parametrize(
    ("statement", "names", "taken"),
    [
        (insert(link), ("article_id", "ordinal", "url"), True),
        (insert(article), ("id", "authors"), False),
        (postgresql.insert(learned_block).on_conflict_do_nothing(), ("source", "fingerprint"), True),
        (_COUNTING, ("source", "fingerprint", "seen"), False),
        (select(link), ("article_id",), False),
    ],
    ids=["text and numbers", "JSON", "ON CONFLICT", "another value", "no INSERT"],
)
def test_what_goes_as_arrays(statement: Any, names: tuple[str, ...], taken: bool) -> None:
    dialect = PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]
    assert (insertion(statement, dialect, names) is not None) == taken
