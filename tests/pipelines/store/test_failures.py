"""URLs that gave no article: listed, counted, and put back into the queue."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.store import Store, frontier
from pipelines.store.failures import failure_counts, failures, retry
from pipelines.store.frontier import FrontierEntry
from pipelines.store.pages import keep_page
from pipelines.store.runs import record_fetch, record_rejection, start_run
from tests.pipelines.store.examples import a_page, url

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_failures_show_the_last_reason_and_the_page(store: Store) -> None:
    with store.begin() as conn:
        run_id = start_run(conn, "crawl", ["daily"], {})
        page_id = keep_page(conn, store.archive, a_page("shell"))
        record_fetch(
            conn, run_id, "daily", url("slow"), "feed", None, None, 1, "failed", "timeout", None, "2026-11-22T10:00:00Z"
        )
        record_fetch(
            conn, run_id, "daily", url("slow"), "feed", 500, 9, 1, "failed", "http_500: x", None, "2026-11-22T11:00:00Z"
        )
        record_rejection(conn, run_id, "daily", url("shell"), "script_shell", "1 word", page_id, "2026-11-22T12:00:00Z")
        found = failures(conn)
    assert [(it.kind, it.url, it.reason, it.detail, it.times, it.page_id) for it in found] == [
        ("rejection", url("shell"), "script_shell", "1 word", 1, page_id),
        ("fetch", url("slow"), "http_500", "x", 2, None),
    ]


def test_failures_by_source_and_run_and_until_the_url_is_well(store: Store) -> None:
    with store.begin() as conn:
        first = start_run(conn, "crawl", ["daily"], {})
        record_fetch(
            conn, first, "daily", url("a"), "feed", None, None, 1, "failed", "dns", None, "2026-11-21T10:00:00Z"
        )
        record_fetch(
            conn, first, "weekly", url("b"), "feed", None, None, 1, "failed", "dns", None, "2026-11-21T10:00:00Z"
        )
        second = start_run(conn, "crawl", ["daily"], {})
        record_fetch(conn, second, "daily", url("a"), "feed", 200, 9, 1, "new", None, None, "2026-11-22T10:00:00Z")
        assert [it.url for it in failures(conn)] == [url("b")]
        assert [it.url for it in failures(conn, run_id=first)] == [url("b"), url("a")]
        assert failures(conn, run_id=second) == []
        assert failures(conn, source="daily") == []
        assert len(failures(conn, run_id=first, limit=1)) == 1


def test_failures_are_counted_by_kind_and_by_source(store: Store) -> None:
    with store.begin() as conn:
        run_id = start_run(conn, "crawl", [], {})
        page_id = keep_page(conn, store.archive, a_page("tag/a"))
        for number, (source, kind) in enumerate(
            [("daily", "timeout"), ("daily", "timeout"), ("weekly", "timeout"), ("weekly", "dns")]
        ):
            at = f"2026-11-22T10:00:0{number}Z"
            record_fetch(
                conn, run_id, source, url(str(number)), "feed", None, None, 1, "failed", f"{kind}: no {number}", at=at
            )
        record_rejection(conn, run_id, "daily", url("tag/a"), "listing", "41 links", page_id, "2026-11-22T11:00:00Z")
        by_kind, by_source = failure_counts(conn, "kind"), failure_counts(conn, "source")
        only = failure_counts(conn, "kind", source="weekly", reason="dns")
    assert [(it.reason, it.source, it.urls, it.kept) for it in by_kind] == [
        ("timeout", "daily", 2, 0),
        ("timeout", "weekly", 1, 0),
        ("dns", "weekly", 1, 0),
        ("listing", "daily", 1, 1),
    ]
    assert [(it.source, it.reason) for it in by_source] == [
        ("daily", "timeout"),
        ("daily", "listing"),
        ("weekly", "dns"),
        ("weekly", "timeout"),
    ]
    assert (by_kind[0].url, by_kind[0].detail, by_kind[0].last_at) == (url("1"), "no 1", "2026-11-22T10:00:01Z")
    assert [(it.reason, it.urls) for it in only] == [("dns", 1)]


@pytest.mark.parametrize(
    ("choice", "back"),
    [
        ({}, {"gone", "slow", "tag"}),
        ({"urls": [url("gone"), url("good"), url("never-seen")]}, {"gone"}),
        ({"sources": ["weekly"]}, {"slow"}),
        ({"reasons": ["listing"]}, {"tag"}),
        ({"reasons": ["http_404", "timeout"], "sources": ["daily"]}, {"gone"}),
        ({"reasons": ["dns"]}, set()),
    ],
)
def test_what_failed_or_was_refused_is_pending_again(
    store: Store, choice: dict[str, list[str]], back: set[str]
) -> None:
    pages = [("gone", "daily"), ("slow", "weekly"), ("tag", "daily"), ("good", "daily")]
    with store.begin() as conn:
        frontier.add(conn, [FrontierEntry(url(slug), source) for slug, source in pages])
        frontier.claim(conn, "me", 9, NOW, 60)
        frontier.fail(conn, url("gone"), "me", "http_404")
        frontier.fail(conn, url("slow"), "me", "timeout", datetime(2026, 12, 1, tzinfo=UTC))
        frontier.complete(conn, url("tag"), "me", "rejected: listing")
        frontier.complete(conn, url("good"), "me", "new")
        assert retry(conn, **choice) == len(back)
        again = frontier.claim(conn, "me", 9, NOW, 60)
    assert {entry.url for entry in again} == {url(slug) for slug in back}
    assert all(entry.tries == 0 for entry in again)
