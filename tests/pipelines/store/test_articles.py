"""What saving an article writes, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from pipelines.items import Article, Evidence, Heading, Link
from pipelines.store import Outcome, Store
from pipelines.store.articles import content_hash, find_id, ids_with_prefix, load_article, save_article
from pipelines.store.pages import keep_page
from pipelines.store.schema import article, article_version, heading, link, metadata, removed_block
from pipelines.store.versions import versions
from tests.pipelines.store.examples import BODY, a_page, an_article, url


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the article's tables."""
    with store.connect() as conn:
        tables = (article, article_version, heading, link, removed_block)
        return {table.name: [tuple(row) for row in conn.execute(select(table))] for table in tables}


def test_an_article_comes_back_as_it_was_saved(store: Store) -> None:
    labels = ("opinion", "price_analysis")
    evidence = (Evidence("opinion", "section: Opinion"), Evidence("price_analysis", "title: price analysis"))
    saved = an_article(labels=labels, evidence=evidence, section="Opinion", image_url="https://daily.example/a.png")
    with store.begin() as conn:
        assert save_article(conn, saved) == Outcome.NEW
    assert store.article(saved.id) == saved


def test_unchanged_writes_nothing(store: Store) -> None:
    with store.begin() as conn:
        save_article(conn, an_article())
    before = everything(store)
    later = an_article(
        body=BODY.replace(" ", "  "),
        fetched_at="2026-11-21T10:00:00Z",
        modified_at="2026-11-21T09:00:00Z",
        links=(Link("related_block", url("another"), "Most read today changed"),),
    )
    with store.begin() as conn:
        assert save_article(conn, later) == Outcome.UNCHANGED
    assert everything(store) == before


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Exchange lists token, then delays it"},
        {"body": BODY + "\n\nUpdate: the date was moved."},
        {"headings": (Heading(3, "What changes for holders", 1),)},
    ],
    ids=["title", "body", "heading"],
)
def test_changed_content_is_a_version_and_loses_none(store: Store, change: dict[str, object]) -> None:
    first = an_article()
    second = replace(first, **change, fetched_at="2026-11-21T10:00:00Z")  # type: ignore[arg-type]
    with store.begin() as conn:
        save_article(conn, first)
        assert save_article(conn, second) == Outcome.UPDATED
        history = versions(conn, first.id)
    assert store.article(first.id) == second
    assert [(it.version, it.title, it.body, it.seen_at) for it in history] == [
        (1, first.title, first.body, "2026-11-20T10:00:00Z"),
        (2, second.title, second.body, "2026-11-21T10:00:00Z"),
    ]


def test_reading_a_page_again_corrects_its_version_and_makes_none(store: Store) -> None:
    with store.begin() as conn:
        page_id = keep_page(conn, store.archive, a_page())
        save_article(conn, an_article(body=BODY + "\n\nSubscribe to our letter!"), page_id=page_id)
        assert save_article(conn, an_article(extractor="newsmint 0.2.0"), page_id=page_id) == Outcome.UPDATED
        assert save_article(conn, an_article(extractor="newsmint 0.3.0"), page_id=page_id) == Outcome.UNCHANGED
        assert [it.body for it in versions(conn, an_article().id)] == [BODY]
    assert store.search("letter") == []


def test_reading_a_page_again_corrects_what_is_not_content(store: Store) -> None:
    with store.begin() as conn:
        page_id = keep_page(conn, store.archive, a_page())
        save_article(conn, an_article(authors=("View all",), links=()), page_id=page_id)
        assert save_article(conn, an_article(), page_id=page_id) == Outcome.UPDATED
    assert store.article(an_article().id) == an_article()


def test_a_label_with_its_evidence_and_a_short_link_are_the_same_when_read_again(store: Store) -> None:
    article = an_article(
        labels=("sponsored", "opinion"),
        evidence=(Evidence("sponsored", "line: Sponsored"), Evidence("opinion", "tag: Op-Ed")),
        links=(Link("alias", "https://daily.example/?p=4711", ""),),
    )
    with store.begin() as conn:
        page_id = keep_page(conn, store.archive, a_page())
        save_article(conn, replace(article, evidence=()), page_id=page_id)
        assert save_article(conn, article, page_id=page_id) == Outcome.UPDATED
        assert save_article(conn, article, page_id=page_id) == Outcome.UNCHANGED


def test_reading_an_old_page_again_leaves_the_latest_version_alone(store: Store) -> None:
    old, new = an_article(), an_article(body=BODY + "\n\nIt was moved.", fetched_at="2026-11-21T10:00:00Z")
    with store.begin() as conn:
        old_page = keep_page(conn, store.archive, a_page())
        save_article(conn, old, page_id=old_page)
        save_article(conn, new, page_id=keep_page(conn, store.archive, a_page(body=b"<p>moved")))
        assert save_article(conn, old, page_id=old_page) == Outcome.UNCHANGED
        assert save_article(conn, replace(old, title="Cleaner"), page_id=old_page) == Outcome.UPDATED
        assert [it.title for it in versions(conn, old.id)] == ["Cleaner", new.title]
    assert store.article(old.id) == new


def test_a_page_that_showed_the_same_is_no_edit_when_read_with_better_rules(store: Store) -> None:
    """Fetched again unchanged, then read again with new rules: still one version."""
    with store.begin() as conn:
        save_article(conn, an_article(), page_id=keep_page(conn, store.archive, a_page()))
        again = keep_page(conn, store.archive, a_page(body=b"<p>new advert</p>"))
        assert save_article(conn, an_article(), page_id=again) == Outcome.UNCHANGED
        assert save_article(conn, an_article(title="Better title"), page_id=again) == Outcome.UPDATED
        assert [it.title for it in versions(conn, an_article().id)] == ["Better title"]


def test_text_no_database_takes_is_made_storable(store: Store) -> None:
    hostile = an_article(title="A \ud83d lone half", body="NUL \0 here", tags=("\ud83d",))
    with store.begin() as conn:
        save_article(conn, hostile)
    found = store.article(hostile.id)
    assert found and (found.title, found.body, found.tags) == ("A ? lone half", "NUL  here", ("?",))


@pytest.mark.parametrize(
    "spelling",
    [
        an_article().id,
        url("token-listed"),
        url("token-listed") + "/",
        "http://www.daily.example/news/token-listed?utm_source=feed#top",
    ],
)
def test_an_article_is_found_by_id_and_by_any_spelling_of_its_url(store: Store, spelling: str) -> None:
    with store.begin() as conn:
        save_article(conn, an_article())
    assert store.article(spelling) == an_article()


def test_what_is_not_stored_is_not_found(store: Store) -> None:
    for wanted in ("0" * 16, "https://daily.example/", "", "a/b", "\ud83d/"):
        assert store.article(wanted) is None


def test_ids_are_found_by_their_beginning(store: Store) -> None:
    with store.begin() as conn:
        save_article(conn, an_article())
        save_article(conn, an_article("other"))
        assert ids_with_prefix(conn, an_article().id[:5]) == [an_article().id]
        assert ids_with_prefix(conn, "") == sorted([an_article().id, an_article("other").id])


def test_articles_come_by_time_of_publication(store: Store) -> None:
    dates = {"c": "2026-11-03", "a": "2026-11-01T10:00:00+09:00", "b": None, "d": "2026-11-05T00:00:00Z"}
    with store.begin() as conn:
        for slug, date in dates.items():
            save_article(conn, an_article(slug, published_at=date, fetched_at="2026-11-02T08:00:00Z"))

    def slugs(**selection: Any) -> list[str]:
        return [it.url[-1] for it in store.articles(**selection)]

    assert slugs() == ["a", "b", "c", "d"]
    assert slugs(since=1793750400, until=1793836800) == []  # 2026-11-04
    assert slugs(since=1793577600) == ["b", "c", "d"]  # 2026-11-02, an undated article counts when first seen
    assert slugs(source="daily") == ["a", "b", "c", "d"]
    assert slugs(source="weekly") == []


def test_articles_are_read_in_batches_without_losing_any(store: Store) -> None:
    with store.begin() as conn:
        for number in range(250):
            save_article(conn, an_article(f"story-{number}", title=f"Story {number}", links=(), headings=()))
    assert len({it.id for it in store.articles()}) == 250


def test_a_hash_of_content_tells_titles_from_bodies() -> None:
    assert content_hash(an_article(title="a", body="b")) != content_hash(an_article(title="", body="a b", headings=()))
    assert content_hash(an_article()) == content_hash(replace(an_article(), links=(), extractor="other", verdict="x"))


def test_deleting_an_article_takes_its_rows_along(store: Store) -> None:
    with store.begin() as conn:
        save_article(conn, an_article())
        conn.execute(article.delete())
        left = {
            table.name: conn.execute(select(func.count()).select_from(table)).scalar()
            for table in metadata.sorted_tables
        }
    assert {name for name, count in left.items() if count} == {"source", "change"}
    assert store.search("exchange") == []


def test_every_field_of_an_article_is_stored() -> None:
    tables = {"headings", "links", "removed", "evidence"}
    assert set(Article.__slots__) - tables <= set(article.c.keys())


def test_find_id_wants_the_whole_id(store: Store) -> None:
    with store.begin() as conn:
        save_article(conn, an_article())
        assert find_id(conn, an_article().id[:8]) is None
        assert load_article(conn, an_article().id[:8]) is None


@pytest.mark.parametrize(
    ("before", "after", "extractor", "silent"),
    [
        ("2026-11-22T10:00:00Z", "2026-11-22T11:00:00+01:00", "1", True),
        ("2026-11-22T10:00:00Z", "2026-11-22T12:00:00Z", "1", False),
        ("2026-11-22T10:00:00Z", None, "1", False),
        (None, None, "1", False),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z", "2", False),
    ],
    ids=["same date", "new date", "date gone", "never a date", "other rules"],
)
def test_an_edit_without_a_new_date_is_silent(
    store: Store, before: str | None, after: str | None, extractor: str, silent: bool
) -> None:
    first = Article(
        "1" * 16, "https://a.example/x", "https://a.example/x", body="One.", modified_at=before, extractor="1"
    )
    with store.begin() as conn:
        save_article(conn, first)
        save_article(conn, replace(first, body="Two.", modified_at=after, extractor=extractor))
        assert [each.silent for each in versions(conn, first.id)] == [False, silent]
