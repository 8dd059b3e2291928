"""The facts of a source's health, from real rows; and what they come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update

from pipelines.health import Kind
from pipelines.items import Article
from pipelines.store import Store
from pipelines.store.articles import save_article
from pipelines.store.health import Report, report
from pipelines.store.pages import keep_page
from pipelines.store.runs import finish_run, record_fetch, record_rejection, start_run
from pipelines.store.schema import source
from pipelines.store.times import utc_text
from tests.pipelines.store.examples import a_page, an_article, url

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BOX = "body > main > div.text"


def history(conn: Connection, count: int, host: str = "daily.example", **latest: Any) -> None:
    """So many articles of a source, one every two hours up to now, the last six of them with other fields."""
    run = start_run(conn, "newsmint crawl", [], {})
    for number in range(count):
        when = utc_text(NOW - timedelta(hours=2 * (count - number)))
        article = replace(_article(number, host, when), **(latest if number >= count - 6 else {}))
        save_article(conn, article)
        record_fetch(conn, run, article.source, article.url, "feed", 200, 9, 0.1, "new", at=when)
    finish_run(conn, run, "done", {})
    conn.execute(update(source).values(added_at="2026-01-01T00:00:00Z"))


def _article(number: int, host: str, when: str) -> Article:
    body = f"Story {number}. " + "A sentence of six words here. " * (30 + number % 17)
    more: dict[str, Any] = {"body": body, "published_at": when, "fetched_at": when, "body_path": BOX, "headings": ()}
    return an_article(f"story-{number}", host, links=(), removed=(), **more)


def kinds(found: Report) -> list[tuple[str | None, Kind]]:
    return [(key, trouble.kind) for key, trouble in found.troubles]


def test_a_healthy_source(store: Store) -> None:
    with store.begin() as conn:
        history(conn, 60)
        found = report(conn, NOW)
    assert found.troubles == []
    (daily,) = found.sources
    assert daily.articles_a_day == pytest.approx(12, abs=1)
    assert (daily.stored, daily.failures) == (1.0, {})
    assert (daily.fields["authors"], daily.fields["section"]) == (1.0, 0.0)
    assert daily.last_published == daily.looked_at == int(NOW.timestamp()) - 7200


@pytest.mark.parametrize(
    ("latest", "kind"),
    [
        ({"body_path": "body > div.app"}, Kind.LAYOUT),
        ({"authors": ()}, Kind.FIELD_LOST),
        ({"body": "Hardly a word of it is left now."}, Kind.BODY_LENGTH),
    ],
)
def test_drift_is_found_with_examples(store: Store, latest: dict[str, Any], kind: Kind) -> None:
    with store.begin() as conn:
        history(conn, 60, **latest)
        (daily,) = report(conn, NOW).sources
    assert [each.kind for each in daily.troubles] == [kind]
    assert daily.troubles[0].examples == (url("story-59"), url("story-58"), url("story-57"))


def test_silence_and_the_minimum(store: Store) -> None:
    with store.begin() as conn:
        history(conn, 60)
        run = start_run(conn, "newsmint crawl", [], {})
        later = NOW + timedelta(days=9)
        record_fetch(conn, run, "daily", url("feed"), "feed", 200, 9, 0.1, "listing", at=later)
        finish_run(conn, run, "done", {})
        assert kinds(report(conn, later, {"daily": 3})) == [("daily", Kind.SILENT), ("daily", Kind.BELOW_MINIMUM)]


def test_block_pages_are_known_by_their_rejections(store: Store) -> None:
    with store.begin() as conn:
        history(conn, 20)
        run = start_run(conn, "newsmint crawl", [], {})
        for number in range(8):
            page = keep_page(conn, store.archive, a_page(f"wall-{number}", body=b"<p>blocked</p>"))
            record_fetch(
                conn, run, "daily", url(f"wall-{number}"), "feed", 200, 9, 0.1, "rejected", page_id=page, at=NOW
            )
            record_rejection(conn, run, "daily", url(f"wall-{number}"), "block_page", None, page, NOW)
        finish_run(conn, run, "done", {})
        (daily,) = report(conn, NOW).sources
    assert [each.kind for each in daily.troubles] == [Kind.BLOCKED]
    assert daily.blocked == pytest.approx(8 / 28)


def test_pages_read_again_from_the_archive_are_no_visits(store: Store) -> None:
    with store.begin() as conn:
        history(conn, 20)
        run = start_run(conn, "newsmint reextract", [], {})
        for number in range(30):
            record_fetch(conn, run, "daily", url(f"a-{number}"), "archive", 200, 9, None, "rejected", at=NOW)
        (daily,) = report(conn, NOW).sources
    assert (daily.stored, daily.troubles) == (1.0, ())


def test_where_all_sources_are_down_it_is_this_machine(store: Store) -> None:
    with store.begin() as conn:
        run = start_run(conn, "newsmint crawl", [], {})
        for key in ("daily", "weekly", "monthly"):
            for number in range(6):
                record_fetch(conn, run, key, url(str(number)), "feed", None, None, 1, "failed", "dns: x", at=NOW)
        finish_run(conn, run, "done", {})
        found = report(conn, NOW)
    assert kinds(found) == [(None, Kind.UNREACHABLE)]
    assert found.crawl[0].detail == "3 of 3 sources give nothing but failures: is this machine online?"


def test_a_source_that_is_not_crawled_any_more_is_not_judged(store: Store) -> None:
    with store.begin() as conn:
        history(conn, 20)
        run = start_run(conn, "newsmint crawl", [], {})
        for number in range(6):
            record_fetch(
                conn, run, "weekly", url(str(number)), "feed", None, None, 1, "failed", "dns", at="2026-10-01T00:00:00Z"
            )
        finish_run(conn, run, "done", {})
        found = report(conn, NOW)
        assert (found.troubles, found.idle) == ([], ("weekly",))
        assert kinds(report(conn, NOW, keys=["weekly"])) == [("weekly", Kind.UNREACHABLE)]


def test_a_crawl_that_was_killed(store: Store) -> None:
    with store.begin() as conn:
        run = start_run(conn, "newsmint crawl", [], {})
        finish_run(conn, run, "failed", {})
        assert kinds(report(conn, NOW)) == [(None, Kind.CRAWL_FAILED)]
        finish_run(conn, start_run(conn, "newsmint crawl", [], {}), "done", {})
        assert kinds(report(conn, NOW)) == []


def test_every_look_goes_by_an_index(file_store: Store) -> None:
    from pipelines.store import health

    with file_store.connect() as conn:
        for query in (
            health._PUBLISHED,
            health._ARTICLES,
            health._PAGES,
            health._LISTED,
            health._LISTINGS,
            health._RUNS,
        ):
            compiled = query.compile(conn, compile_kwargs={"render_postcompile": True})
            params = {"key": "daily", "at": 0, "route_1": "", "failures_1": 0} | {f"param_{n}": 1 for n in (1, 2, 3)}
            values = tuple(params.get(name, 0) for name in compiled.positiontup or ())
            plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)
            steps = [row[3] for row in plan]
            bounded = ("SCAN crawl_run", "SCAN anon_")  # the last twelve runs; a source's last 2,000 fetches
            assert not [step for step in steps if step.startswith("SCAN") and not step.startswith(bounded)], steps
