"""Which sources send empty shells, and which of their URLs are fetched again for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from pipelines.store import Store, frontier
from pipelines.store.frontier import FrontierEntry
from pipelines.store.pages import keep_page
from pipelines.store.runs import record_fetch, record_rejection, start_run
from pipelines.store.shells import is_shell_source, queue_shells
from tests.pipelines.store.examples import a_page, url

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def fetched(store: Store, conn: Connection, kinds: str) -> None:
    """Pages of ``daily`` in this order, a letter each: shell, article, rendered article, too short."""
    run_id = start_run(conn, "crawl", ["daily"], {})
    for number, kind in enumerate(kinds):
        page = replace(a_page(f"{kind}{number}"), source="daily")
        if kind == "r":
            page = replace(page, content_type="text/html; charset=utf-8; rendered=chromium")
        page_id, at = keep_page(conn, store.archive, page), NOW + timedelta(minutes=number)
        outcome = "new" if kind in "ar" else "rejected"
        record_fetch(conn, run_id, "daily", page.url, "feed", 200, 9, 1, outcome, None, page_id, at)
        if outcome == "rejected":
            reason = "script_shell" if kind == "s" else "too_short"
            record_rejection(conn, run_id, "daily", page.url, reason, None, page_id, at)


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        ("sss", True),
        ("aaasss", True),
        ("asss", True),
        ("ss", False),
        ("sssa", False),
        ("ssts", False),
        ("srr", True),
        ("rrr", True),
        ("rra", False),
        ("", False),
    ],
)
def test_the_last_pages_decide(store: Store, kinds: str, found: bool) -> None:
    with store.begin() as conn:
        fetched(store, conn, kinds)
        assert is_shell_source(conn, "daily", 3) is found
        assert not is_shell_source(conn, "weekly", 3)


def test_shells_are_queued_once_and_what_lacked_a_browser_always(store: Store) -> None:
    with store.begin() as conn:
        names = ("shell", "lacked", "article", "gone")
        frontier.add(conn, [FrontierEntry(url(name), "daily") for name in names])
        settle(conn, shell="rejected: script_shell", article="new", lacked=None, gone=None)
        assert queue_shells(conn, "daily") == 2
        assert states(conn, "pending") == {url("shell"), url("lacked")}
        assert {entry.error for entry in frontier.claim(conn, "me", 9, NOW, 60)} == {"script_shell"}
        frontier.complete(conn, url("shell"), "me", "rejected: script_shell")
        frontier.fail(conn, url("lacked"), "me", "needs_browser")
        assert queue_shells(conn, "daily") == 1
        assert states(conn, "pending") == {url("lacked")}
        assert queue_shells(conn, "weekly") == 0


def settle(conn: Connection, **outcomes: str | None) -> None:
    """Visit all that is pending; without an outcome it fails: ``lacked`` for want of a browser, others by 404."""
    frontier.claim(conn, "me", 9, NOW, 60)
    for name, outcome in outcomes.items():
        if outcome:
            frontier.complete(conn, url(name), "me", outcome)
        else:
            frontier.fail(conn, url(name), "me", "needs_browser" if name == "lacked" else "http_404")


def states(conn: Connection, state: str) -> set[str]:
    found = conn.execute(text("SELECT url FROM frontier WHERE state = :state"), {"state": state})
    return set(found.scalars())
