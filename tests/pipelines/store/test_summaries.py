"""What a run did at each source."""

from __future__ import annotations

from pipelines.store import Store
from pipelines.store.runs import record_fetch, record_rejection, start_run
from pipelines.store.summaries import run_summary
from tests.pipelines.store.examples import url


def test_the_sums_of_a_run(store: Store) -> None:
    with store.begin() as conn:
        run_id = start_run(conn, "crawl", ["daily", "weekly"], {})
        times = (f"2026-11-22T10:00:{second:02d}Z" for second in range(60))
        for outcome, error in (
            ("listing", None),
            ("new", None),
            ("new", None),
            ("updated", None),
            ("unchanged", None),
            ("not_modified", None),
            ("rejected", None),
            ("failed", "timeout: 30 s without a byte"),
            ("failed", "timeout: 30 s without a byte, twice"),
            ("failed", None),
        ):
            record_fetch(conn, run_id, "daily", url(outcome), "feed", 503, 1000, 0.2, outcome, error, None, next(times))
        record_fetch(conn, run_id, "daily", url("map"), "sitemap", 200, 0, None, "listing", at=next(times))
        record_fetch(
            conn, run_id, "daily", url("a"), "sitemap", 200, 0, None, "new", at=next(times), extract_seconds=0.1
        )
        record_fetch(conn, run_id, "daily", url("b"), None, 200, 0, None, "new", at=next(times), extract_seconds=0.25)
        record_fetch(conn, run_id, "daily", url("c"), "feed", 0, 0, None, "failed", "robots: x", at=next(times))
        record_fetch(conn, run_id, "daily", url("new"), "archive", 200, 1000, None, "recleaned")
        record_rejection(conn, run_id, "daily", url("rejected"), "listing", "41 links", None, next(times))
        record_fetch(conn, run_id, "weekly", "https://weekly.example/", "listing", None, None, None, "failed", "dns")
        daily, weekly = run_summary(conn, run_id)
    assert daily.as_dict() == {
        "source": "daily",
        "fetched": 8,
        "new": 4,
        "updated": 1,
        "unchanged": 1,
        "not_modified": 1,
        "gone": 0,
        "recleaned": 1,
        "rejected": {"listing": 1},
        "failures": {"timeout": 2, "http_503": 1, "robots": 1},
        "robots": 1,
        "requests": 14,
        "listings": {"feed": 1, "sitemap": 1},
        "routes": {"feed": 11, "sitemap": 2, "unknown": 1},
        "size": 10_000,
        "seconds": 13.0,
        "extract_seconds": 0.35,
        "slowest": 0.25,
    }
    assert (weekly.source, weekly.fetched, weekly.failures) == ("weekly", 0, {"dns": 1})
