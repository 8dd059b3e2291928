"""The durable queue: what becomes pending, who gets it, and that nothing is lost or done twice."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

import pytest
from sqlalchemy import select

from pipelines.items import Hint, Validators
from pipelines.store import Store
from pipelines.store.dialect import run
from pipelines.store.due import promote
from pipelines.store.frontier import (
    FrontierEntry,
    add,
    claim,
    complete,
    counts,
    fail,
    give_back,
    known,
    release_stale,
    renew,
)
from pipelines.store.schema import frontier

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def entry(slug: str, source: str = "daily", day: int | None = None, **hint: Any) -> FrontierEntry:
    dated = {"published_at": f"2026-11-{day:02d}"} if day else {}
    return FrontierEntry(f"https://{source}.example/{slug}", source, Hint("feed", **(dated | hint)))


def queue(store: Store, *entries: FrontierEntry, at: datetime = NOW) -> int:
    with store.begin() as conn:
        return add(conn, entries, at=at)


def take(store: Store, limit: int = 100, at: datetime = NOW, **options: object) -> list[str]:
    with store.begin() as conn:
        return [it.url.partition("//")[2] for it in claim(conn, "me", limit, at, 60, **options)]  # type: ignore[arg-type]


def visit(store: Store, each: FrontierEntry, next_due: datetime | None = None, at: datetime = NOW) -> None:
    """Queue, claim and complete."""
    queue(store, each)
    take(store)
    with store.begin() as conn:
        assert complete(conn, each.url, "me", "new", next_due, at=at)


def states(store: Store) -> dict[str, int]:
    with store.connect() as conn:
        return dict(Counter({state: n for each in counts(conn).values() for state, n in each.items()}))


def test_a_new_url_is_pending_once_however_it_is_spelt(store: Store) -> None:
    spellings = ("https://daily.example/a", "https://daily.example/a/", "http://www.daily.example/a?utm_source=x#y")
    assert queue(store, *(FrontierEntry(url, "daily") for url in spellings)) == 1
    assert queue(store, FrontierEntry(spellings[2], "daily")) == 0
    assert take(store) == ["daily.example/a"]


def test_what_a_listing_said_travels_along(store: Store) -> None:
    said = FrontierEntry(
        "https://daily.example/a", "daily", Hint("feed", title="T", tags=("x", "y"), content_html="<p>")
    )
    queue(store, said)
    with store.begin() as conn:
        (claimed,) = claim(conn, "me", 1, NOW, 60)
    assert (claimed.url, claimed.source, claimed.hint) == (said.url, "daily", said.hint)


def test_two_routes_add_what_they_know(store: Store) -> None:
    queue(store, entry("a", title="From the sitemap"))
    assert queue(store, entry("a", day=20, title="From the feed", summary="More")) == 0
    with store.begin() as conn:
        (claimed,) = claim(conn, "me", 1, NOW, 60)
    assert claimed.hint == Hint("feed", title="From the sitemap", published_at="2026-11-20", summary="More")
    assert claimed.priority == datetime(2026, 11, 20, tzinfo=UTC).timestamp()


def test_newest_first_and_undated_last(store: Store) -> None:
    queue(store, entry("old", day=1), entry("new", day=21), entry("undated"), entry("middle", day=9))
    assert [it.rpartition("/")[2] for it in take(store)] == ["new", "middle", "old", "undated"]


def test_sources_take_turns(store: Store) -> None:
    queue(store, *(entry(f"a{day}", "big", day) for day in range(1, 21)), entry("b", "small", 1), entry("c", "tiny", 1))
    assert take(store, 5) == [
        "big.example/a20",
        "small.example/b",
        "tiny.example/c",
        "big.example/a19",
        "big.example/a18",
    ]


def test_more_sources_than_room_all_get_their_turn(store: Store) -> None:
    queue(store, *(entry(f"{number}", f"s{source}") for source in range(5) for number in range(2)))
    taken = [url for turn in range(5) for url in take(store, 2, at=NOW + timedelta(seconds=turn))]
    assert len(set(taken)) == 10
    assert len({url.partition(".")[0] for url in taken[:5]}) == 5


def test_only_the_sources_of_this_run(store: Store) -> None:
    queue(store, entry("a", "one"), entry("b", "two"), entry("c", "three"))
    assert sorted(take(store, sources=["one", "three"])) == ["one.example/a", "three.example/c"]
    assert take(store, sources=[]) == []
    assert take(store) == ["two.example/b"]


def test_nothing_is_given_out_twice(store: Store) -> None:
    queue(store, entry("a"), entry("b"))
    assert len(take(store)) == 2
    assert take(store) == []
    assert states(store) == {"leased": 2}


def test_only_the_holder_of_a_lease_completes_it(store: Store) -> None:
    queue(store, entry("a"))
    take(store)
    with store.begin() as conn:
        assert not complete(conn, entry("a").url, "another", "new")
        assert complete(conn, entry("a").url + "/", "me", "new")
        assert not complete(conn, entry("a").url, "me", "new")
        assert not fail(conn, entry("a").url, "me", "timeout")
    assert states(store) == {"done": 1}


@pytest.mark.parametrize(
    ("candidate", "becomes_pending"),
    [
        (entry("a"), False),
        (entry("a", modified_at="2026-11-22T11:00:00Z"), False),
        (entry("a", modified_at="2026-11-22T13:00:00+01:00"), False),
        (entry("a", modified_at="2026-11-22T13:00:01Z"), True),
        (entry("a", modified_at="2026-11-22"), False),
        (entry("a", modified_at="2026-11-23"), True),
        (entry("a", modified_at="yesterday"), False),
    ],
)
def test_a_done_url_is_pending_again_when_modified_since(
    store: Store, candidate: FrontierEntry, becomes_pending: bool
) -> None:
    visit(store, entry("a"), at=NOW)
    assert queue(store, candidate) == becomes_pending


def test_a_later_modification_counts_even_where_the_page_was_fetched_after_it(store: Store) -> None:
    """A sitemap that lags, or a cache that served the old page: the listing's own dates say that there is something."""
    visit(store, entry("a", modified_at="2026-04-01T08:00:00Z"), at=NOW)
    assert queue(store, entry("a", modified_at="2026-04-01T08:00:00Z")) == 0
    assert queue(store, entry("a", modified_at="2026-04-02")) == 1
    assert take(store) == ["daily.example/a"]
    visit(store, entry("b"), at=NOW)
    assert queue(store, entry("b", modified_at="2026-04-02")) == 0


def test_a_done_url_is_pending_again_when_its_time_has_come(store: Store) -> None:
    visit(store, entry("a"), next_due=NOW + HOUR)
    assert queue(store, entry("a"), at=NOW + HOUR / 2) == 0
    assert queue(store, entry("a"), at=NOW + HOUR) == 1
    visited = take(store)
    assert visited == ["daily.example/a"]


def test_a_failed_url_is_tried_again_when_its_retry_is_due(store: Store) -> None:
    queue(store, entry("a"))
    take(store)
    with store.begin() as conn:
        assert fail(conn, entry("a").url, "me", "timeout", NOW + HOUR)
    assert queue(store, entry("a")) == 0
    assert take(store) == []
    with store.begin() as conn:
        (again,) = claim(conn, "me", 9, NOW + HOUR, 60)
    assert again.tries == 1
    assert again.hint == entry("a").hint


def test_a_url_that_failed_for_good_stays_so(store: Store) -> None:
    queue(store, entry("a"))
    take(store)
    with store.begin() as conn:
        fail(conn, entry("a").url, "me", "http_410")
    assert queue(store, entry("a", modified_at="2027-01-01"), at=NOW + 1000 * HOUR) == 0
    assert take(store, at=NOW + 1000 * HOUR) == []


def test_success_forgets_failures(store: Store) -> None:
    queue(store, entry("a"))
    take(store)
    with store.begin() as conn:
        fail(conn, entry("a").url, "me", "timeout", NOW)
    visit(store, entry("a"))
    with store.connect() as conn:
        row = conn.execute(select(frontier)).one()
    assert (row.tries, row.error, row.outcome, row.hint, row.last_fetched_at) == (
        0,
        None,
        "new",
        None,
        "2026-11-22T12:00:00Z",
    )


def test_a_leased_url_is_left_alone(store: Store) -> None:
    queue(store, entry("a"))
    take(store)
    assert queue(store, entry("a", modified_at="2027-01-01", title="T"), at=NOW + HOUR) == 0
    assert states(store) == {"leased": 1}


def test_leases_of_the_dead_come_back(store: Store) -> None:
    queue(store, entry("a"), entry("b"))
    with store.begin() as conn:
        claim(conn, "dead", 1, NOW, 3600)
        claim(conn, "me", 1, NOW, 3600)
        assert release_stale(conn, NOW, "me") == 1
        assert release_stale(conn, NOW, "me") == 0
        assert not complete(conn, entry("a").url, "dead", "new")
    assert states(store) == {"leased": 1, "pending": 1}


def test_leases_that_ran_out_come_back_unless_renewed(store: Store) -> None:
    queue(store, entry("a"), entry("b"))
    with store.begin() as conn:
        claim(conn, "slow", 1, NOW, 60)
        claim(conn, "busy", 1, NOW, 60)
        assert renew(conn, "busy", NOW + timedelta(seconds=30), 60) == 1
        assert release_stale(conn, NOW + timedelta(seconds=60)) == 1
    assert states(store) == {"leased": 1, "pending": 1}


def test_a_clean_stop_gives_back(store: Store) -> None:
    queue(store, entry("a"), entry("b"), entry("c"))
    take(store)
    with store.begin() as conn:
        assert give_back(conn, "another") == 0
        assert give_back(conn, "me", [entry("a").url]) == 1
        assert give_back(conn, "me") == 2
    assert states(store) == {"pending": 3}


def test_many_candidates_at_once(store: Store) -> None:
    many = [entry(f"story-{number}") for number in range(1, 1801)]
    assert queue(store, *many, *many[:100]) == 1800
    assert queue(store, *many) == 0
    with store.connect() as conn:
        assert counts(conn) == {"daily": {"pending": 1800}}


@pytest.mark.slow
def test_a_claim_does_not_slow_down_with_the_queue(store: Store) -> None:
    """10 ms at 1,000,000 rows is the aim; here 300,000 rows of 50 sources, with room for a busy machine."""
    queue(store, *(entry("first", f"source{number}") for number in range(50)))
    many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)"
    row = "'source' || (i % 50) || '.example/' || i, '', 'source' || (i % 50), '', 'pending', i * 7001 % 300000, 0, ''"
    columns = "key, url, source, host, state, priority, tries, added_at"
    with store.begin() as conn:
        run(conn, f"INSERT INTO frontier ({columns}) {many} SELECT {row} FROM n")
    took = []
    for _ in range(20):
        with store.begin() as conn:
            began = process_time()
            assert len(claim(conn, "me", 50, NOW, 60)) == 50
            took.append(process_time() - began)
    assert sorted(took)[10] < 0.02


def test_visits_after_the_first_and_the_edits_they_found_are_counted(store: Store) -> None:
    outcomes = ("new", "unchanged", "updated", "not_modified")
    for hours, outcome in enumerate(outcomes):
        queue(store, entry("a"), at=NOW + hours * HOUR)
        take(store)
        with store.begin() as conn:
            at = NOW + hours * HOUR
            assert complete(conn, entry("a").url, "me", outcome, at, validators=Validators('"1"'), at=at)
    with store.connect() as conn:
        row = known(conn, "http://www.daily.example/a/")
    assert row is not None
    assert (row.checks, row.edits, row.validators) == (3, 1, Validators('"1"'))
    assert (row.first_fetched_at, row.last_fetched_at) == ("2026-11-22T12:00:00Z", "2026-11-22T15:00:00Z")


def test_a_date_ahead_of_time_makes_a_url_due_once(store: Store) -> None:
    visit(store, entry("a"))
    ahead = entry("a", modified_at="2026-12-24T00:00:00Z")
    assert queue(store, ahead) == 1
    visit(store, ahead)
    assert queue(store, ahead, at=NOW + HOUR) == 0


def test_a_patient_crawl_only_notes_what_is_due_again(store: Store) -> None:
    visit(store, entry("a"))
    with store.begin() as conn:
        changed = [entry("a", modified_at="2026-11-23T00:00:00Z"), entry("b")]
        assert add(conn, changed, at=NOW + HOUR, patient=True) == 1
    assert take(store) == ["daily.example/b"]
    with store.begin() as conn:
        assert promote(conn, {"daily": 9}, NOW + HOUR) == {"daily": 1}
    assert take(store) == ["daily.example/a"]
