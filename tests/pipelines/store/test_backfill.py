"""Articles that another version enriched are enriched again, in batches, and no text changes."""

from __future__ import annotations

from itertools import islice

from sqlalchemy import select, update

from pipelines.enrich import ENRICHER
from pipelines.store import Store
from pipelines.store.articles import load_article, save_article
from pipelines.store.backfill import count_stale, enrich_again
from pipelines.store.schema import article, article_label, sketch
from tests.pipelines.store.examples import an_article

ARTICLES = [an_article(f"story-{number}", labels=("opinion",), links=()) for number in range(5)]


def filled(store: Store) -> Store:
    """Five articles, three of which an older version enriched or none did, without what it should have found."""
    with store.begin() as conn:
        for each in ARTICLES:
            save_article(conn, each)
        for number, enricher in ((0, "newsmint 0.0.1"), (2, None), (4, "newsmint 0.0.1")):
            conn.execute(update(article).where(article.c.id == ARTICLES[number].id).values(enricher=enricher))
            conn.execute(article_label.delete().where(article_label.c.article_id == ARTICLES[number].id))
        conn.execute(sketch.delete())
    return store


def test_what_is_stale_is_found_again_and_nothing_else(store: Store) -> None:
    with filled(store).connect() as conn:
        assert count_stale(conn) == 3
        before = [load_article(conn, each.id) for each in ARTICLES]
    assert list(enrich_again(store, batch=2)) == [2, 1]
    with store.connect() as conn:
        assert count_stale(conn) == 0
        assert set(conn.execute(select(article.c.enricher)).scalars()) == {ENRICHER}
        assert len(conn.execute(select(article_label)).all()) == 5
        assert len(conn.execute(select(sketch.c.number)).all()) == 3
        assert [load_article(conn, each.id) for each in ARTICLES] == before


def test_a_stop_loses_no_batch_that_is_done(store: Store) -> None:
    assert list(islice(enrich_again(filled(store), batch=1), 1)) == [1]
    with store.connect() as conn:
        assert count_stale(conn) == 2
    assert list(enrich_again(store)) == [2]


def test_nothing_to_do(store: Store) -> None:
    assert list(enrich_again(store)) == []
