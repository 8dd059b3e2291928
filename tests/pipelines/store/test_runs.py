"""Runs, what they did at each source, and what went wrong."""

from __future__ import annotations

import subprocess
import sys

from pipelines.store import Store
from pipelines.store.pages import keep_page
from pipelines.store.runs import (
    failures,
    finish_run,
    load_run,
    record_fetch,
    record_rejection,
    run_summary,
    runs,
    start_run,
)
from tests.pipelines.store.examples import a_page, url


def test_a_run_from_start_to_end(store: Store) -> None:
    with store.begin() as conn:
        first = start_run(conn, "newsmint crawl", ["daily", "weekly"], {"newsmint": "0.1.0"})
        finish_run(conn, first, "done", {"requests": 3})
        second = start_run(conn, "newsmint reextract", [], {})
        listed = runs(conn)
    assert [(it.id, it.state) for it in listed] == [(second, "running"), (first, "done")]
    assert (listed[1].sources, listed[1].versions, listed[1].summary) == (
        ("daily", "weekly"),
        {"newsmint": "0.1.0"},
        {"requests": 3},
    )
    assert listed[1].finished_at and listed[1].finished_at >= listed[1].started_at


def test_a_killed_run_is_marked_at_the_next_start(store: Store) -> None:
    script = (
        "import os, signal, sys\nfrom pipelines.store import open_store\nfrom pipelines.store.runs import start_run\n"
        "with open_store(sys.argv[1]) as store:\n    with store.begin() as conn: start_run(conn, 'crawl', [], {})\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script, str(store.path)], check=False)
    with store.begin() as conn:
        assert [run.state for run in runs(conn)] == ["running"]
        start_run(conn, "crawl", [], {})
        assert [run.state for run in runs(conn)] == ["running", "lost"]


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
        record_fetch(conn, run_id, "daily", url("new"), "archive", 200, 1000, None, "recleaned")
        record_rejection(conn, run_id, "daily", url("rejected"), "listing", "41 links", None, next(times))
        record_fetch(conn, run_id, "weekly", "https://weekly.example/", "listing", None, None, None, "failed", "dns")
        daily, weekly = run_summary(conn, run_id)
    assert daily.as_dict() == {
        "source": "daily",
        "fetched": 6,
        "new": 2,
        "updated": 1,
        "unchanged": 2,
        "recleaned": 1,
        "rejected": {"listing": 1},
        "failures": {"timeout": 2, "http_503": 1},
        "requests": 10,
        "size": 10_000,
        "seconds": 9.0,
    }
    assert (weekly.source, weekly.fetched, weekly.failures) == ("weekly", 0, {"dns": 1})


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


def test_a_run_that_is_not_there(store: Store) -> None:
    with store.connect() as conn:
        assert load_run(conn, 1) is None
        assert run_summary(conn, 1) == []
