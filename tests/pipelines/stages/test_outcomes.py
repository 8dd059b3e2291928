"""The four ends of a visit, each conditional on the lease."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from pipelines.items import Article, Hint, RawPage, article_id
from pipelines.stages import outcomes, polls
from pipelines.stages.items import Extracted, Fetched, Lease
from pipelines.stages.outcomes import LeaseLost, Missed, Place
from pipelines.stages.polls import Read
from pipelines.stages.refuse_repeats import SoftNotFound
from pipelines.stages.rejected import BlockPage, Listing
from pipelines.store import Store, frontier
from pipelines.store.frontier import FrontierEntry
from pipelines.store.runs import start_run
from pipelines.store.times import now

URL = "https://larkspur.example/news/fees-fall"
PAGE = RawPage(URL, b"<p>Fees fall by a third.</p>", "larkspur", hint=Hint("feed"), fetched_at="2026-11-22T10:00:00Z")
ARTICLE = Article(
    article_id(URL),
    URL,
    URL,
    "larkspur",
    title="Fees fall",
    body="Fees fall by a third.",
    published_at="2026-11-22T09:00:00Z",
)


@pytest.fixture
def conn(store: Store) -> Iterator[Connection]:
    with store.begin() as conn:
        yield conn


@pytest.fixture
def place(store: Store, conn: Connection) -> Place:
    return Place(start_run(conn, "test", ["larkspur"], {}), store.archive)


@pytest.fixture
def lease(conn: Connection) -> Lease:
    frontier.add(conn, [FrontierEntry(URL, "larkspur", Hint("feed"))])
    [entry] = frontier.claim(conn, "me", 1, now(), 60)
    return Lease(entry.url, "me", entry.tries)


def one(conn: Connection, query: str) -> tuple[Any, ...]:
    [row] = conn.execute(text(query)).all()
    return tuple(row)


def test_an_article_is_stored_with_its_page_and_its_url_is_done(conn: Connection, place: Place, lease: Lease) -> None:
    assert outcomes.store(conn, place, Extracted(Fetched(PAGE, lease), ARTICLE)) == "new"
    assert one(conn, "SELECT state, outcome, due_at, article_id FROM frontier") == (
        "done",
        "new",
        "2026-11-22T11:00:00Z",
        ARTICLE.id,
    )
    assert one(conn, 'SELECT route, outcome, page_id FROM "fetch"') == ("feed", "new", 1)
    assert one(conn, "SELECT article_id FROM page") == (ARTICLE.id,)


def test_what_a_page_brought_is_queued_with_it(conn: Connection, place: Place, lease: Lease) -> None:
    found = (FrontierEntry("https://larkspur.example/news/more", "larkspur"),)
    outcomes.store(conn, place, Extracted(Fetched(PAGE, lease, found=found), ARTICLE))
    assert frontier.counts(conn) == {"larkspur": {"done": 1, "pending": 1}}


def test_the_third_address_of_a_source_with_one_text_is_no_article(conn: Connection, place: Place) -> None:
    def stored(path: str, source: str = "larkspur", body: str = "Nothing was found at this address. " * 5) -> str:
        url = f"https://{source}.example/{path}"
        article = Article(article_id(url), url, url, source, body=body)
        return outcomes.store(conn, place, Extracted(Fetched(replace(PAGE, url=url, source=source)), article))

    assert [
        stored("a"),
        stored("b"),
        stored("c", "meadow"),
        stored("d", body="Short."),
        stored("e", body="Short."),
    ] == ["new"] * 5
    with pytest.raises(SoftNotFound, match="have the very same text"):
        stored("c")
    assert [stored("f", body="Short."), stored("b"), stored("g", "meadow")] == ["new", "unchanged", "new"]


@pytest.mark.parametrize("end", ["store", "reject", "fail"])
def test_without_the_lease_nothing_can_be_settled(conn: Connection, place: Place, lease: Lease, end: str) -> None:
    lost = Lease(lease.url, "someone else")
    with pytest.raises(LeaseLost, match="another crawl"):
        if end == "store":
            outcomes.store(conn, place, Extracted(Fetched(PAGE, lost), ARTICLE))
        elif end == "reject":
            outcomes.reject(conn, place, Fetched(PAGE, lost), Listing())
        else:
            outcomes.fail(conn, place, Missed("larkspur", URL, "feed", "timeout", "", lease=lost))
    assert one(conn, "SELECT state, lease_owner FROM frontier") == ("leased", "me")


def test_a_listing_among_the_articles_is_not_visited_again(conn: Connection, place: Place, lease: Lease) -> None:
    outcomes.reject(conn, place, Fetched(PAGE, lease), Listing("All news"))
    assert one(conn, "SELECT state, outcome, due_at FROM frontier") == ("done", "rejected: listing", None)
    assert one(conn, "SELECT reason, detail, page_id FROM rejection") == ("listing", "All news", 1)


def test_a_block_page_is_tried_again_later(conn: Connection, place: Place, lease: Lease) -> None:
    outcomes.reject(conn, place, Fetched(PAGE, lease), BlockPage())
    state, error, due = one(conn, "SELECT state, error, due_at FROM frontier")
    assert (state, error) == ("failed", "block_page")
    assert due is not None


@pytest.mark.parametrize(("retry", "tries", "comes_back"), [(True, 0, True), (True, 9, False), (False, 0, False)])
def test_a_failure_is_tried_again_where_that_may_help(
    conn: Connection, place: Place, lease: Lease, retry: bool, tries: int, comes_back: bool
) -> None:
    held = Lease(lease.url, lease.owner, tries)
    outcomes.fail(conn, place, Missed("larkspur", URL, "feed", "timeout", "30 s", lease=held, retry=retry))
    state, due = one(conn, "SELECT state, due_at FROM frontier")
    assert state == "failed"
    assert (due is not None) == comes_back
    assert one(conn, 'SELECT outcome, error, detail FROM "fetch"') == ("failed", "timeout", "30 s")


def test_a_server_that_asks_for_a_longer_pause_gets_it(conn: Connection, place: Place, lease: Lease) -> None:
    wait = 7 * 24 * 3600.0
    outcomes.fail(conn, place, Missed("larkspur", URL, "feed", "http_503", "", 503, lease=lease, retry=True, wait=wait))
    (due,) = one(conn, "SELECT due_at FROM frontier")
    assert due > (now() + timedelta(days=6)).isoformat()


def test_a_listing_read_is_a_fetch_and_queues_what_it_named(conn: Connection, place: Place) -> None:
    read = Read("larkspur", "https://larkspur.example/feed", "feed", 200, 1000, 0.1, [FrontierEntry(URL, "larkspur")])
    assert polls.listing(conn, place, read) == 1
    assert polls.listing(conn, place, read) == 0
    assert {tuple(row) for row in conn.execute(text('SELECT route, outcome FROM "fetch"'))} == {("feed", "listing")}


def test_a_replayed_page_gets_no_second_row(conn: Connection, place: Place, lease: Lease) -> None:
    outcomes.store(conn, place, Extracted(Fetched(PAGE, lease), ARTICLE))
    assert outcomes.store(conn, place, Extracted(Fetched(PAGE, page_id=1), ARTICLE)) == "unchanged"
    assert one(conn, "SELECT count(*) FROM page") == (1,)
    assert one(conn, 'SELECT route FROM "fetch" WHERE id = 2') == ("archive",)
