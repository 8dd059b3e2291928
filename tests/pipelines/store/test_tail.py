"""Following a run's rows: each is seen once, those of other runs never."""

from __future__ import annotations

from pipelines.store import Store
from pipelines.store.runs import record_fetch, record_rejection, start_run
from pipelines.store.tail import Event, Place, events_after, last_new
from tests.pipelines.store.examples import url


def test_each_row_is_seen_once(store: Store) -> None:
    with store.begin() as conn:
        other, run = (start_run(conn, "newsmint crawl", [], {}) for _ in range(2))
        record_fetch(conn, other, "daily", url("a"), "feed", 200, 9, 0.1, "new")
        at = "1970-01-01T00:01:00Z"
        record_fetch(conn, run, "daily", url("b"), "feed", 200, 9, 0.1, "new", at=at, extract_seconds=0.2)
        record_fetch(conn, run, "daily", url("c"), None, None, None, 1, "failed", "timeout: 30 s", at=at)
        record_rejection(conn, run, "daily", url("d"), "listing")
        first, place = events_after(conn, Place(run))
        again, place = events_after(conn, place)
        record_rejection(conn, run, "weekly", url("e"), "too_short")
        record_rejection(conn, other, "weekly", url("f"), "too_short")
        last, _ = events_after(conn, place)
    assert first == [
        Event("daily", "new", None, "feed", 9, 0.2, 60),
        Event("daily", "failed", "timeout", None, 0, None, 60),
        Event("daily", "refusal", "listing"),
    ]
    assert (again, last) == ([], [Event("weekly", "refusal", "too_short")])


def test_when_the_last_new_article_came(store: Store) -> None:
    with store.begin() as conn:
        run = start_run(conn, "newsmint crawl", [], {})
        for second, outcome in ((10, "new"), (20, "new"), (30, "unchanged")):
            at = f"1970-01-01T00:00:{second}Z"
            record_fetch(conn, run, "daily", url("a"), "feed", 200, 9, 0.1, outcome, at=at)
        record_fetch(conn, run, "weekly", url("a"), "feed", 200, 9, 0.1, "rejected")
        assert last_new(conn) == {"daily": 20}
