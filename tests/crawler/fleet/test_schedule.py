"""What is to be visited, and when: the schedule of a real PostgreSQL store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, update

from crawler.cli import cli
from crawler.fleet.queue import Procrastinate
from crawler.fleet.schedule import LEAST_SECONDS, USUAL_SECONDS, Change, Schedule, table
from crawler.fleet.seam import Visit
from pipelines.errors import BadConfig
from pipelines.store import frontier, listings, open_store
from pipelines.store.database import Store
from pipelines.store.frontier import FrontierEntry
from pipelines.store.listings import Listing
from pipelines.store.times import now, utc_text

pytestmark = pytest.mark.postgres


@pytest.fixture
def store(shared_database: str) -> Iterator[Store]:
    with open_store(shared_database) as store:
        Procrastinate(store.engine, make_url(shared_database)).prepare()
        yield store


@pytest.fixture
def schedule(store: Store, shared_database: str) -> Schedule:
    return Schedule(store.engine, make_url(shared_database))


def visit(source: str, queue: str = "visits") -> Visit:
    return Visit(source, f"{source}.example", queue)


def due(schedule: Schedule, *out: str) -> list[str]:
    return [each.source for each in schedule.due(out)]


def visited(store: Store, seconds_ago: float) -> None:
    """All were visited so long ago, for a second."""
    ended = now() - timedelta(seconds=seconds_ago)
    with store.engine.begin() as conn:
        conn.execute(update(table).values(began_at=ended - timedelta(seconds=1), ended_at=ended))


def listed(store: Store, source: str, due_at: datetime, url: str = "https://a.example/feed") -> None:
    with store.begin() as conn:
        listings.save(conn, Listing(source, url, "feed", due_at=utc_text(due_at), interval_seconds=900, polls=1))


def test_setting_it_again_changes_only_what_is_different(schedule: Schedule) -> None:
    both = [visit("a"), visit("b")]
    assert schedule.set(both, dry_run=True) == Change(("a", "b"), (), ())
    assert schedule.set(both) == Change(("a", "b"), (), ())
    assert schedule.set(both) == Change((), (), ())
    assert schedule.set([visit("b"), visit("c")], every=3600) == Change(("c",), ("b",), ("a",))
    assert [(each.source, each.every) for each in schedule.entries()] == [("b", 3600), ("c", 3600)]


def test_a_queue_is_set_without_the_others(schedule: Schedule) -> None:
    schedule.set([visit("a"), visit("b")])
    assert schedule.set([visit("b", "eu")]) == Change((), ("b",), ())
    assert {each.source: each.queue for each in schedule.entries()} == {"a": "visits", "b": "eu"}


def test_what_was_never_visited_is_due_unless_it_is_out(schedule: Schedule) -> None:
    schedule.set([visit("a"), visit("b")])
    assert due(schedule) == ["a", "b"]
    assert due(schedule, "a") == ["b"]


@pytest.mark.parametrize(
    ("every", "ago", "is_due"),
    [
        (None, USUAL_SECONDS - 60, False),
        (None, USUAL_SECONDS + 1, True),
        (600.0, 540, False),
        (600.0, 601, True),
        (60.0, 61, True),
    ],
)
def test_pauses_of_what_nothing_is_known_of(
    store: Store, schedule: Schedule, every: float | None, ago: float, is_due: bool
) -> None:
    schedule.set([visit("a")], every)
    visited(store, ago)
    assert due(schedule) == (["a"] if is_due else [])


def test_a_source_is_due_with_its_first_listing(store: Store, schedule: Schedule) -> None:
    schedule.set([visit("a")])
    visited(store, LEAST_SECONDS + 100)
    listed(store, "a", now() + timedelta(hours=1), "https://a.example/slow")
    assert due(schedule) == []
    assert schedule.entries()[0].pace == 900
    listed(store, "a", now() - timedelta(seconds=1))
    assert due(schedule) == ["a"]
    visited(store, LEAST_SECONDS - 100)
    assert due(schedule) == [], "never within five minutes"


def test_a_listing_that_the_source_has_no_more_does_not_count(store: Store, schedule: Schedule) -> None:
    schedule.set([visit("a")])
    listed(store, "a", now() - timedelta(days=1))
    listed(store, "a", now() + timedelta(hours=1), "https://a.example/new")
    visited(store, LEAST_SECONDS + 1)
    assert due(schedule) == []


def test_a_source_with_urls_that_wait_is_due(store: Store, schedule: Schedule) -> None:
    schedule.set([visit("a")])
    visited(store, LEAST_SECONDS + 1)
    listed(store, "a", now() + timedelta(hours=1))
    assert due(schedule) == []
    with store.begin() as conn:
        frontier.add(conn, [FrontierEntry("https://a.example/story", "a")])
    assert due(schedule) == ["a"]


def test_visits_are_noted(schedule: Schedule) -> None:
    schedule.set([visit("a")])
    schedule.begin("a")
    schedule.end("a", "killed", failed=True)
    schedule.end("a", "killed", failed=True)
    assert [(each.outcome, each.failures, each.visits) for each in schedule.entries()] == [("killed", 2, 2)]
    schedule.end("a", "3 new", failed=False)
    assert [(each.outcome, each.failures, each.visits) for each in schedule.entries()] == [("3 new", 0, 3)]


def test_tables_of_another_version_are_refused_or_replaced(store: Store, shared_database: str) -> None:
    with store.engine.begin() as conn:
        conn.exec_driver_sql("COMMENT ON SCHEMA newsmint_fleet IS 'of old'")
    url = make_url(shared_database)
    with pytest.raises(BadConfig, match="another version"):
        Procrastinate(store.engine, url).prepare()
    Procrastinate(store.engine, url, replace=True).prepare()
    Procrastinate(store.engine, url).prepare()


def test_the_command_sets_it_and_prints_it(shared_database: str, tmp_path: Path) -> None:
    sources = tmp_path / "sources.toml"
    sources.write_text('[a]\ndomain = "a.example"\nfeeds = ["https://a.example/rss"]\n')
    words = ["schedule", "--procrastinate", "--db", shared_database, "--sources", str(sources)]
    for more, said in ((["--dry-run"], "Would be 1 added: a"), ([], "1 added: a"), ([], "Nothing has changed.")):
        result = CliRunner().invoke(cli, [*words, *more])
        assert result.exit_code == 0, result.output
        assert said in result.stderr
    assert "a.example" in result.stdout
    with pytest.raises(BadConfig, match="newsmint watch"):
        CliRunner().invoke(cli, [*words, "--db", str(tmp_path / "news.sqlite3")], catch_exceptions=False)
