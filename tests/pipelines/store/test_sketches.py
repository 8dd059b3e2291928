"""Sketches in the store: which articles are named as like one, and that no look-up grows with the store."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from pipelines.enrich import ENRICHER, Enrichment
from pipelines.enrich.duplicates import TEXT_BANDS
from pipelines.enrich.values import Sketch
from pipelines.store import Store
from pipelines.store.articles import save_article
from pipelines.store.dialect import run
from pipelines.store.sketches import LIKELY, NEWEST, candidates, near_query, save_sketch
from tests.pipelines.store.examples import an_article

WANTED = Sketch(bytes(range(256)), tuple(range(20)))


def with_sketches(conn: Connection, *sketches: Sketch) -> list[int]:
    """Stores an article for each sketch, whose numbers are returned."""
    numbers = []
    for place, each in enumerate(sketches):
        article = an_article(f"story-{place}", body="Short.", links=())
        save_article(conn, article, enrichment=Enrichment(ENRICHER))
        number = run(conn, "SELECT number FROM article WHERE id = ?", (article.id,)).scalar_one()
        save_sketch(conn, number, each)
        numbers.append(number)
    return numbers


def signature(equal: int) -> bytes:
    """A signature that has so many of the 64 values of ``WANTED``."""
    return WANTED.signature[: 4 * equal] + b"\xff" * 4 * (64 - equal)


@pytest.mark.parametrize(
    ("equal", "bands", "expected"),
    [
        (64, tuple(range(20)), True),
        (12, (0, *range(100, 119)), True),
        (3, (0, *range(100, 119)), False),
        (3, (0, 1, *range(100, 118)), True),
        (64, tuple(range(100, 120)), False),
    ],
    ids=["same", "one band and alike", "one band by chance", "two bands", "no band"],
)
def test_candidates_share_a_band_and_more(store: Store, equal: int, bands: tuple[int, ...], expected: bool) -> None:
    with store.begin() as conn:
        numbers = with_sketches(conn, Sketch(signature(equal), bands))
        assert candidates(conn, 0, WANTED) == (numbers if expected else [])


def test_the_likeliest_come_first_and_an_article_is_not_its_own(store: Store) -> None:
    with store.begin() as conn:
        some = [Sketch(signature(equal), WANTED.bands) for equal in (20, 64, 40)]
        first, second, third = with_sketches(conn, *some)
        assert candidates(conn, 0, WANTED) == [second, third, first]
        assert candidates(conn, second, WANTED) == [third, first]


def test_of_a_template_the_newest_are_named_and_not_all(store: Store) -> None:
    with store.begin() as conn:
        numbers = with_sketches(conn, *[WANTED] * (NEWEST + 10))
        assert candidates(conn, 0, WANTED) == numbers[: -LIKELY - 1 : -1]


def test_a_copy_is_named_though_hundreds_of_its_template_are_newer(store: Store) -> None:
    wanted = Sketch(WANTED.signature, tuple(range(TEXT_BANDS + 3)))
    copy = Sketch(signature(60), (*range(100, 100 + TEXT_BANDS - 1), 0, *wanted.bands[TEXT_BANDS:]))
    with store.begin() as conn:
        first, *_ = with_sketches(conn, copy, *[WANTED] * (NEWEST + 10))
        assert candidates(conn, 0, wanted)[0] == first


def test_no_table_is_scanned(file_store: Store) -> None:
    with file_store.begin() as conn:
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {near_query(20)}", (*WANTED.bands, 0)).all()
    steps = [row[3] for row in plan]
    assert any("SEARCH band USING PRIMARY KEY" in step for step in steps), steps
    scanned = {step.removeprefix("SCAN ") for step in steps if step.startswith("SCAN")}
    assert scanned <= {"20 CONSTANT ROWS", "wanted", "near"}
