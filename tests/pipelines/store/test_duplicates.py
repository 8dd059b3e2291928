"""The same clean body under several URLs: all are kept, one is the first."""

from __future__ import annotations

from sqlalchemy import select

from pipelines.store import Store
from pipelines.store.articles import save_article
from pipelines.store.duplicates import body_hash, find_duplicate
from pipelines.store.schema import article
from tests.pipelines.store.examples import BODY, an_article

FIRST = an_article("story", published_at="2026-11-20T09:00:00Z")
COPY = an_article(
    "copy", host="weekly.example", published_at="2026-11-20T12:00:00Z", body=BODY.replace("\n\n", "\n\n ")
)


def originals(store: Store) -> dict[str, str | None]:
    with store.connect() as conn:
        return {
            row.url.rpartition("/")[2]: row.duplicate_of
            for row in conn.execute(select(article.c.url, article.c.duplicate_of))
        }


def test_the_earliest_published_is_the_first_whatever_the_order_of_arrival(store: Store) -> None:
    for each in (COPY, FIRST, an_article("third", published_at="2026-11-21")):
        with store.begin() as conn:
            save_article(conn, each)
    assert originals(store) == {"copy": FIRST.id, "story": None, "third": FIRST.id}


def test_a_duplicate_can_be_asked_for_before_it_is_stored(store: Store) -> None:
    with store.begin() as conn:
        assert find_duplicate(conn, body_hash(COPY.body), COPY.id) is None
        save_article(conn, FIRST)
        assert find_duplicate(conn, body_hash(COPY.body), COPY.id) == FIRST.id
        assert find_duplicate(conn, body_hash(FIRST.body), FIRST.id) is None


def test_a_copy_that_was_rewritten_is_none_any_more(store: Store) -> None:
    with store.begin() as conn:
        save_article(conn, FIRST)
        save_article(conn, COPY)
        save_article(conn, an_article("copy", host="weekly.example", body=BODY.upper()))
    assert originals(store) == {"story": None, "copy": None}


def test_copies_of_an_article_that_was_rewritten_have_a_new_first(store: Store) -> None:
    with store.begin() as conn:
        for each in (FIRST, COPY, an_article("third", published_at="2026-11-21")):
            save_article(conn, each)
        save_article(conn, an_article("story", body="Retracted."))
    assert originals(store) == {"story": None, "copy": None, "third": COPY.id}


def test_short_bodies_are_alike_without_being_copies(store: Store) -> None:
    with store.begin() as conn:
        for slug in ("one", "two"):
            save_article(conn, an_article(slug, body="Subscribe to read on."))
    assert originals(store) == {"one": None, "two": None}
