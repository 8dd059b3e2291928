"""An alarm is a row from the look that first finds it to the one that does not; told once, and once when over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipelines.health import Kind, Trouble
from pipelines.store import Store
from pipelines.store.alarms import check_health, note_told, open_alarms, settle, untold
from pipelines.store.runs import finish_run, record_fetch, start_run

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SILENT = Trouble(Kind.SILENT, "nothing new for 3 days")
LAYOUT = Trouble(Kind.LAYOUT, "6 of the last 6 …", ("https://daily.example/a", "https://daily.example/b"))


def hours(count: int) -> datetime:
    return NOW + timedelta(hours=count)


def test_raised_kept_up_and_cleared(store: Store) -> None:
    with store.begin() as conn:
        settle(conn, [("daily", SILENT), ("daily", LAYOUT), (None, Trouble(Kind.CRAWL_FAILED, "run 3 …"))], NOW)
        first = open_alarms(conn)
        settle(conn, [("daily", Trouble(Kind.SILENT, "nothing new for 4 days"))], hours(24))
        (lasts,) = open_alarms(conn)
        settle(conn, [], hours(48))
        assert open_alarms(conn) == []
    assert [(each.source, each.kind) for each in first] == [
        ("daily", "silent"),
        ("daily", "layout"),
        (None, "crawl_failed"),
    ]
    assert first[1].examples == LAYOUT.examples
    assert (lasts.raised_at, lasts.detail) == ("2026-11-22T12:00:00Z", "nothing new for 4 days")


def test_told_once_and_once_more_when_it_is_over(store: Store) -> None:
    with store.begin() as conn:
        settle(conn, [("daily", SILENT)], NOW)
        assert [each.kind for each in untold(conn)] == ["silent"]
        note_told(conn, untold(conn), hours(1))
        settle(conn, [("daily", SILENT)], hours(2))
        assert untold(conn) == []
        settle(conn, [], hours(3))
        (over,) = untold(conn)
        assert over.cleared_at == "2026-11-22T15:00:00Z"
        note_told(conn, [over], hours(3))
        assert untold(conn) == []


def test_one_that_came_again_is_told_again(store: Store) -> None:
    with store.begin() as conn:
        for number in range(2):
            settle(conn, [("daily", SILENT)], hours(10 * number))
            assert [each.cleared_at for each in untold(conn)] == [None]
            note_told(conn, untold(conn), hours(10 * number + 1))
            settle(conn, [], hours(10 * number + 2))
            note_told(conn, untold(conn), hours(10 * number + 3))


def test_one_that_was_over_before_anybody_was_told_is_not_told(store: Store) -> None:
    with store.begin() as conn:
        settle(conn, [("daily", SILENT)], NOW)
        settle(conn, [], hours(1))
        assert untold(conn) == []


def test_a_look_at_the_store(store: Store) -> None:
    with store.begin() as conn:
        run = start_run(conn, "newsmint crawl", [], {})
        for number in range(6):
            record_fetch(conn, run, "daily", f"https://daily.example/{number}", None, None, None, 1, "failed", "dns")
        finish_run(conn, run, "done", {})
    (alarm,) = check_health(store, NOW)
    assert (alarm.source, alarm.kind, alarm.detail) == ("daily", "unreachable", "nothing but failures: dns 6")
    assert [each.id for each in check_health(store, hours(1))] == [alarm.id]
