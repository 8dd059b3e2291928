"""Stored articles are visited again when their time has come, never more of them than the allowance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.items import Article, Hint, RawPage
from pipelines.store import Store
from pipelines.store.articles import save_article
from pipelines.store.due import Allowance, promote, sources_with_work
from pipelines.store.frontier import FrontierEntry, add, claim, complete, fail
from pipelines.store.pages import record_page
from pipelines.store.runs import record_fetch, start_run

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def visited(store: Store, *slugs: str, source: str = "daily", due: datetime = NOW, article: str | None = None) -> None:
    """URLs that were fetched and are due; the first is the newest."""
    entries = [
        FrontierEntry(f"https://{source}.example/{slug}", source, priority=-place) for place, slug in enumerate(slugs)
    ]
    with store.begin() as conn:
        add(conn, entries, at=NOW - HOUR)
        claim(conn, "me", len(entries), NOW - HOUR, 60, sources=[source])
        for entry in entries:
            assert complete(conn, entry.url, "me", "new", due, article_id=article, at=NOW - HOUR)


def pending(store: Store, *sources: str) -> list[str]:
    with store.begin() as conn:
        return [it.url.rpartition("/")[2] for it in claim(conn, "me", 100, NOW, 60, sources=sources or None)]


def fetched(store: Store, outcome: str, times: int, at: datetime = NOW - HOUR, route: str = "feed") -> None:
    with store.begin() as conn:
        run = start_run(conn, "test", ["daily"], {})
        for _ in range(times):
            record_fetch(conn, run, "daily", "https://daily.example/x", route, 200, 9, 0.1, outcome, at=at)


@pytest.mark.parametrize(
    ("share", "least", "new", "again", "left"),
    [
        (0.5, 10, 0, 0, 10),
        (0.5, 10, 0, 12, 0),
        (0.5, 10, 100, 30, 70),
        (0.25, 10, 90, 0, 30),
        (0.0, 0, 90, 0, 0),
    ],
)
def test_the_allowance(share: float, least: int, new: int, again: int, left: int) -> None:
    assert Allowance(share, least).of(new, again) == left


def test_the_newest_that_are_due_become_pending(store: Store) -> None:
    visited(store, "new", "middle", "old")
    visited(store, "early", due=NOW + HOUR, source="other")
    with store.begin() as conn:
        assert promote(conn, {"daily": 2, "other": 2}, NOW) == {"daily": 2}
    assert pending(store) == ["new", "middle"]


def test_what_a_listing_calls_modified_goes_before_what_is_only_newer(store: Store) -> None:
    visited(store, "new", "edited")
    with store.begin() as conn:
        hint = Hint("sitemap", modified_at="2026-11-22T11:30:00Z")
        add(conn, [FrontierEntry("https://daily.example/edited", "daily", hint, priority=-9)], at=NOW, patient=True)
        assert promote(conn, {"daily": 1}, NOW) == {"daily": 1}
    assert pending(store) == ["edited"]


def test_no_more_than_the_last_day_leaves_room_for(store: Store) -> None:
    visited(store, "a", "b", "c", "d", "e")
    fetched(store, "new", 4)
    fetched(store, "unchanged", 1)
    fetched(store, "not_modified", 1)
    fetched(store, "updated", 3, at=NOW - 30 * HOUR)
    fetched(store, "updated", 3, route="archive")
    with store.begin() as conn:
        assert promote(conn, {"daily": 9}, NOW, Allowance(0.5, 0)) == {"daily": 2}
        assert promote(conn, {"daily": 0}, NOW) == {}


def test_a_page_is_read_again_with_what_listings_said_of_it_before(store: Store) -> None:
    url = "https://daily.example/a"
    with store.begin() as conn:
        page = RawPage(url, b"x", "daily", hint=Hint("feed", title="Said then", modified_at="2026-11-22T09:00:00Z"))
        page_id = record_page(conn, page, page.content_hash)
        save_article(conn, Article("0" * 16, url, url, "daily", title="T"), page_id=page_id)
    visited(store, "a", article="0" * 16)
    with store.begin() as conn:
        now = Hint("sitemap", modified_at="2026-11-22T11:30:00Z")
        add(conn, [FrontierEntry(url, "daily", now)], at=NOW, patient=True)
        promote(conn, {"daily": 1}, NOW)
        (again,) = claim(conn, "me", 1, NOW, 60)
    assert again.hint == Hint("sitemap", title="Said then", modified_at="2026-11-22T11:30:00Z")


def test_sources_with_work_are_those_with_something_pending_due_or_to_be_retried(store: Store) -> None:
    visited(store, "a", source="due")
    visited(store, "a", source="early", due=NOW + HOUR)
    with store.begin() as conn:
        add(conn, [FrontierEntry("https://retry.example/a", "retry")], at=NOW)
        claim(conn, "me", 1, NOW, 60, sources=["retry"])
        fail(conn, "https://retry.example/a", "me", "timeout", NOW)
        add(conn, [FrontierEntry("https://new.example/a", "new")], at=NOW)
        assert sources_with_work(conn, NOW, ["due", "early", "retry", "new", "none"]) == {"due", "retry", "new"}
        assert sources_with_work(conn, NOW + HOUR, ["early"]) == {"early"}
