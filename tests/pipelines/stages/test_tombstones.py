"""An article whose page is gone keeps its text under a tombstone; a hiccup sets none, and what comes back lifts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from pipelines.items import Article, RawPage, article_id
from pipelines.stages import outcomes
from pipelines.stages.items import Extracted, Fetched, Lease, NotModified
from pipelines.stages.outcomes import Missed, Place
from pipelines.stages.rejected import BlockPage, Listing, PasswordForm, Rejected, ScriptShell, TooShort
from pipelines.store import Store, frontier
from pipelines.store.frontier import FrontierEntry
from pipelines.store.gone import gone
from pipelines.store.runs import start_run
from pipelines.store.times import now

URL = "https://larkspur.example/news/fees-fall"
PAGE = RawPage(URL, b"<p>Fees fall by a third.</p>", "larkspur", fetched_at="2026-11-22T10:00:00Z")
ARTICLE = Article(article_id(URL), URL, URL, "larkspur", title="Fees fall", body="Fees fall by a third.")


@pytest.fixture
def conn(store: Store) -> Iterator[Connection]:
    with store.begin() as conn:
        yield conn


@pytest.fixture
def place(store: Store, conn: Connection) -> Place:
    """With the article stored."""
    place = Place(start_run(conn, "test", ["larkspur"], {}), store.archive)
    assert outcomes.store(conn, place, Extracted(Fetched(PAGE, lease(conn)), ARTICLE)) == "new"
    return place


def lease(conn: Connection, url: str = URL) -> Lease:
    """The URL, as if its time had come."""
    frontier.add(conn, [FrontierEntry(url, "larkspur")])
    conn.execute(text("UPDATE frontier SET state = 'pending', due_at = NULL WHERE url = :url"), {"url": url})
    [entry] = frontier.claim(conn, "me", 1, now(), 60)
    return Lease(entry.url, "me", entry.tries)


def missed(conn: Connection, place: Place, kind: str) -> str:
    return outcomes.fail(conn, place, Missed("larkspur", URL, "feed", kind, "", lease=lease(conn)))


def refused(conn: Connection, place: Place, why: Rejected, body: bytes, url: str = URL) -> str:
    page = replace(PAGE, body=body, url=url, requested_url=URL if url != URL else None)
    return outcomes.reject(conn, place, Fetched(page, lease(conn)), why)


def reason(conn: Connection) -> str | None:
    found = gone(conn, ARTICLE.id)
    return found.reason if found else None


@pytest.mark.parametrize(
    ("kind", "visits", "expected"),
    [
        ("http_410", 1, "http_410"),
        ("http_404", 1, None),
        ("http_404", 2, "http_404"),
        ("off_site", 2, "redirected"),
        ("timeout", 4, None),
        ("http_503", 4, None),
        ("robots", 4, None),
    ],
)
def test_how_often_a_visit_must_fail(
    conn: Connection, place: Place, kind: str, visits: int, expected: str | None
) -> None:
    said = [missed(conn, place, kind) for _ in range(visits)]
    assert reason(conn) == expected
    assert said == ["failed"] * (visits - bool(expected)) + ["gone"] * bool(expected)


def test_a_404_is_looked_at_again_within_hours_and_a_grave_within_weeks(conn: Connection, place: Place) -> None:
    dues = []
    for _ in range(2):
        missed(conn, place, "http_404")
        dues.append(conn.execute(text("SELECT due_at FROM frontier")).scalar_one())
    assert dues[0] < (now() + timedelta(hours=7)).isoformat()
    assert dues[1] > (now() + timedelta(days=29)).isoformat()
    assert conn.execute(text("SELECT state, outcome FROM frontier")).one() == ("done", "gone: http_404")
    assert conn.execute(text("SELECT body FROM article")).scalar() == ARTICLE.body


@pytest.mark.parametrize(
    ("why", "url", "expected"),
    [
        (PasswordForm(), URL, "unpublished"),
        (TooShort(), URL, "unpublished"),
        (Listing(), "https://larkspur.example/", "redirected"),
        (BlockPage(), URL, None),
        (ScriptShell(), URL, None),
    ],
)
def test_a_page_that_was_an_article_and_is_none_any_more(
    conn: Connection, place: Place, why: Rejected, url: str, expected: str | None
) -> None:
    assert refused(conn, place, why, b"something else", url) == "rejected"
    assert reason(conn) is None
    assert refused(conn, place, why, b"something else", url) == ("gone" if expected else "rejected")
    assert reason(conn) == expected


def test_the_very_page_that_was_an_article_is_not_gone_because_it_is_read_otherwise(
    conn: Connection, place: Place
) -> None:
    for _ in range(3):
        assert refused(conn, place, TooShort(), PAGE.body) == "rejected"
    assert reason(conn) is None


def test_two_troubles_of_different_kinds_confirm_nothing(conn: Connection, place: Place) -> None:
    missed(conn, place, "http_404")
    missed(conn, place, "timeout")
    missed(conn, place, "http_404")
    assert reason(conn) is None


def test_a_stored_article_is_never_given_up_however_long_its_site_is_down(conn: Connection, place: Place) -> None:
    for tries in range(9):
        held = replace(lease(conn), tries=tries)
        outcomes.fail(conn, place, Missed("larkspur", URL, "feed", "timeout", "", lease=held, retry=True))
    assert conn.execute(text("SELECT due_at FROM frontier")).scalar_one() > (now() + timedelta(days=29)).isoformat()


@pytest.mark.parametrize("comes_back", ["whole", "not modified"])
def test_a_page_that_comes_back_lifts_its_tombstone(conn: Connection, place: Place, comes_back: str) -> None:
    missed(conn, place, "http_410")
    held = lease(conn)
    if comes_back == "whole":
        assert outcomes.store(conn, place, Extracted(Fetched(PAGE, held), ARTICLE)) == "unchanged"
    else:
        entry = frontier.known(conn, URL)
        assert entry is not None
        outcomes.not_modified(conn, place, NotModified(held, entry))
    assert reason(conn) is None


def test_an_article_that_leads_to_another_is_gone(conn: Connection, place: Place) -> None:
    other = replace(ARTICLE, id="f" * 16, url=f"{URL}-2", canonical_url=f"{URL}-2", title="Fees rise", body="Rise.")
    page = replace(PAGE, url=f"{URL}-2", requested_url=URL, body=b"<p>Rise.</p>")
    assert outcomes.store(conn, place, Extracted(Fetched(page, lease(conn)), other)) == "new"
    assert reason(conn) == "redirected"


def test_an_article_with_another_address_that_works_is_not_gone(conn: Connection, place: Place) -> None:
    page = replace(PAGE, requested_url="https://larkspur.example/?p=7")
    held = lease(conn, "https://larkspur.example/?p=7")
    assert outcomes.store(conn, place, Extracted(Fetched(page, held), ARTICLE)) == "unchanged"
    missed(conn, place, "http_410")
    assert reason(conn) is None
