"""Each feed, sitemap and listing page has its row: what it said last, and when it is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipelines.items import Validators
from pipelines.store import Store
from pipelines.store.listings import Listing, load, save, waiting

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FEED = Listing("daily", "https://daily.example/feed", "feed", "2026-11-22T12:30:00Z", 1800.0, 1, 10)


def test_a_listing_comes_back_as_it_was_saved(store: Store) -> None:
    known = replace(
        FEED, validators=Validators('W/"a"', "Sun, 22 Nov 2026 10:00:00 GMT"), content_hash="ab", status=200
    )
    with store.begin() as conn:
        assert load(conn, "daily", FEED.url) is None
        save(conn, FEED)
        save(conn, known)
        assert load(conn, "daily", FEED.url) == known


def test_what_is_not_due_yet_waits(store: Store) -> None:
    with store.begin() as conn:
        save(conn, FEED)
        save(conn, replace(FEED, url="https://daily.example/page/2", due_at=None))
        assert waiting(conn, ["daily"], NOW) == {("daily", FEED.url)}
        assert waiting(conn, ["daily"], NOW + timedelta(hours=1)) == set()
        assert waiting(conn, ["other"], NOW) == set()
