"""The saved questions: each has an answer that can be checked by hand, and reads no whole table for it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert

from pipelines.enrich import Credit, Enrichment, Label, Mention
from pipelines.errors import UsageError
from pipelines.items import Heading, Link, RemovedBlock
from pipelines.store import Store
from pipelines.store.articles import save_article
from pipelines.store.questions import bound, question, questions, run
from pipelines.store.reading import Reading, driver
from pipelines.store.schema import story, story_article
from tests.pipelines.store.examples import an_article, url

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def spoken(*assets: str, label: str | None = None, outlet: str | None = None) -> Enrichment:
    return Enrichment(
        "1",
        mentions=tuple(Mention(asset, "coin", "title", 0, 3, "It", 0.9) for asset in assets),
        credits=(Credit(outlet, None, None, 0, 3, "said"),) if outlet else (),
        labels=(Label(label, "the page says so"),) if label else (),
    )


def fill(store: Store) -> None:
    """Two sources: daily brings a story first and weekly copies it; daily links to weekly; weekly fell silent."""
    first = an_article(
        "first",
        host="daily.example",
        title="First",
        published_at="2026-11-20T08:00:00Z",
        fetched_at="2026-11-20T08:10:00Z",
        authors=("Ada", "Bo"),
        body="Why the Bridge failed\n\n" + "word " * 456,
        links=(),
        headings=(Heading(2, "Why the Bridge failed", 0),),
        removed=(RemovedBlock("newsletter", "r", "x" * 100, ""),),
    )
    copy = an_article(
        "copy",
        host="weekly.example",
        title="Copy",
        published_at="2026-11-20T10:00:00Z",
        fetched_at="2026-11-20T10:30:00Z",
        authors=("Cy",),
        body="word " * 230,
        links=(),
        removed=(),
    )
    citing = an_article(
        "citing",
        host="daily.example",
        title="Citing",
        published_at="2026-11-21T08:00:00Z",
        fetched_at="2026-11-21T08:20:00Z",
        authors=("Ada",),
        body="bridge word " * 10,
        headings=(),
        removed=(),
        links=(
            Link("inline", copy.url, "it", None, 0),
            Link("inline", "https://ledger.example/a", "b", None, 0),
            Link("inline", "https://www.daily.example/own", "c", None, 0),
        ),
    )
    with store.begin() as conn:
        save_article(conn, first, enrichment=spoken("bitcoin", "ethereum", label="opinion"))
        save_article(conn, copy, enrichment=spoken("bitcoin", label="sponsored", outlet="Daily"))
        save_article(conn, citing, enrichment=spoken("bitcoin"))
        save_article(
            conn,
            an_article(
                "citing",
                title="Cited anew",
                links=citing.links,
                body="bridge " * 30,
                headings=(),
                published_at="2026-11-21T08:00:00Z",
                removed=(),
                authors=("Ada",),
                fetched_at="2026-11-21T09:00:00Z",
            ),
            enrichment=spoken("bitcoin"),
        )
        conn.exec_driver_sql("UPDATE source SET domain = key || '.example', name = upper(key)")
        times = {"first_ts": 1795161600, "last_ts": 1795168800}
        conn.execute(insert(story), {"id": 7, "first_article_id": first.id, "articles": 2, "sources": 2, **times})
        members = ((first.id, 1.0, 0), (copy.id, 0.8, 5))
        names = ("article_id", "similarity", "added_words")
        conn.execute(
            insert(story_article), [{"story_id": 7, **dict(zip(names, each, strict=True))} for each in members]
        )


@pytest.fixture
def filled(store: Store) -> Iterator[Reading]:
    fill(store)
    with store.connect() as conn:
        yield driver(conn)


ANSWERS: dict[str, tuple[dict[str, Any], tuple[str, ...], list[tuple[Any, ...]]]] = {
    "articles-per-day": (
        {},
        ("day", "source", "articles"),
        [("2026-11-21", "daily", 1), ("2026-11-20", "daily", 1), ("2026-11-20", "weekly", 1)],
    ),
    "latest-on": ({"asset": "BTC", "limit": 2}, ("title", "source"), [("Cited anew", "daily"), ("Copy", "weekly")]),
    "asset-per-day": (
        {"asset": "Bitcoin"},
        ("day", "articles", "in_title"),
        [("2026-11-20", 2, 2), ("2026-11-21", 1, 1)],
    ),
    "assets-rising": ({"days": 1, "least": 1}, ("asset", "articles", "usually", "times"), [("bitcoin", 1, 0.5, 1.33)]),
    "stories": ({}, ("story", "first_source", "title", "hours"), [(7, "daily", "First", 2.0)]),
    "who-was-first": (
        {"article": url("copy", "weekly.example")},
        ("source", "minutes_after_first", "is_first", "added_words"),
        [("daily", 0, 1, 0), ("weekly", 120, 0, 5)],
    ),
    "first-with-the-story": ({}, ("source", "stories", "articles_after"), [("daily", 1, 1)]),
    "syndication": (
        {},
        ("from_source", "to_source", "articles", "mean_minutes", "alike"),
        [("daily", "weekly", 1, 120.0, 0.8)],
    ),
    "how-it-changed": (
        {"article": url("citing")},
        ("version", "more_words", "title_before", "title"),
        [(1, None, None, "Citing"), (2, 10, "Citing", "Cited anew")],
    ),
    "most-linked": ({}, ("cited_by", "title"), [(1, "Copy")]),
    "outside-domains": ({}, ("host", "links"), [("ledger.example", 1), ("weekly.example", 1)]),
    "headings": ({"words": "the bridge"}, ("heading", "title"), [("Why the Bridge failed", "First")]),
    "boilerplate": ({}, ("source", "blocks", "percent_removed"), [("daily", 1, 3.8), ("weekly", 0, 0.0)]),
    "boilerplate-by-reason": ({}, ("reason", "blocks", "characters", "percent"), [("newsletter", 1, 100, 100.0)]),
    "silent-sources": ({"days": 2}, ("source", "last_day", "days_silent"), []),
    "authors": ({"limit": 2}, ("author", "articles", "sources"), [("Ada", 2, "daily"), ("Bo", 1, "daily")]),
    "time-to-store": (
        {},
        ("source", "articles", "median", "nine_of_ten"),
        [("daily", 2, 10.0, 20.0), ("weekly", 1, 30.0, 30.0)],
    ),
    "without-duplicates": ({"month": "2026-11"}, ("title",), [("First",), ("Cited anew",)]),
    "credits": ({}, ("source", "outlet", "credits"), [("weekly", "Daily", 1)]),
    "labels": (
        {},
        ("source", "label", "articles", "of", "percent"),
        [("weekly", "sponsored", 1, 1, 100.0), ("daily", "opinion", 1, 2, 50.0)],
    ),
    "labelled": ({"label": "sponsored"}, ("source", "evidence", "title"), [("weekly", "the page says so", "Copy")]),
    "reading-time": ({"order": "shortest", "limit": 2}, ("minutes", "title"), [(0.1, "Cited anew"), (1.0, "Copy")]),
}


@pytest.mark.parametrize("name", questions())
def test_answers(filled: sqlite3.Connection, name: str) -> None:
    values, columns, rows = ANSWERS[name]
    result = run(filled, question(name), values, now=NOW)
    places = [result.columns.index(column) for column in columns]
    assert [tuple(row[place] for place in places) for row in result.rows] == rows


def test_sources_that_fell_silent(filled: sqlite3.Connection) -> None:
    later = datetime(2026, 12, 31, tzinfo=UTC)
    asked = run(filled, question("silent-sources"), {"days": 30}, now=later)
    assert [(row["source"], row["days_silent"]) for row in asked.dicts()] == []
    much_later = datetime(2027, 6, 1, tzinfo=UTC)
    asked = run(filled, question("silent-sources"), {"days": 30}, now=much_later)
    assert [(row["source"], row["last_day"]) for row in asked.dicts()] == [
        ("weekly", "2026-11-20"),
        ("daily", "2026-11-21"),
    ]


@pytest.mark.parametrize("name", questions())
def test_a_plot_draws_columns_of_the_answer(filled: sqlite3.Connection, name: str) -> None:
    plot = question(name).plot
    columns = run(filled, question(name), ANSWERS[name][0], now=NOW).columns
    assert plot is None or {plot.x, plot.y, plot.by or plot.x} <= set(columns)


SMALL = {
    "source",
    "recent",
    "before",
    "kept",
    "removed",
    "labelled",
    "everything",
    "judged",
    "lately",
    "ranked",
    "linked",
}
"""Tables of few rows, and what a query has summed up before."""


@pytest.mark.parametrize("name", questions())
def test_no_question_reads_a_whole_table(filled: sqlite3.Connection, name: str) -> None:
    if not isinstance(filled, sqlite3.Connection):
        pytest.skip("plans of PostgreSQL depend on how much there is; docs/decisions/0010 says what was measured")
    values = bound(filled, question(name), ANSWERS[name][0], now=NOW)
    plan = [row[3] for row in filled.execute(f"EXPLAIN QUERY PLAN {question(name).sql}", values)]
    scanned = {found[1] for step in plan if (found := re.match(r"SCAN ([a-z_]+)", step))}
    assert scanned - SMALL <= ({"article_fts"} if name == "headings" else set()), plan


@pytest.mark.parametrize("name", questions())
def test_a_question_says_what_it_is(name: str) -> None:
    asked = question(name)
    assert re.fullmatch(r"[a-z][a-z-]+", name)
    assert asked.about.endswith(".")
    assert all(each.help for each in asked.parameters)
    used = set(re.findall(r":([a-z]+)", asked.sql)) - {"now"}
    assert used == {each.name for each in asked.parameters}


@pytest.mark.parametrize(
    ("name", "values", "complaint"),
    [
        ("latest-on", {}, "latest-on needs asset: A name, ticker or key"),
        ("latest-on", {"asset": ""}, "latest-on needs asset"),
        ("latest-on", {"asset": "no such coin"}, "no asset is called 'no such coin'"),
        ("latest-on", {"aset": "BTC"}, "has no parameter 'aset'; did you mean asset?"),
        ("latest-on", {"asset": "BTC", "limit": "many"}, "limit: 'many' is not a whole number"),
        ("articles-per-day", {"since": "monday"}, "since: 'monday' is not a date; write 2026-11-22, or -30d"),
        ("articles-per-day", {"source": "dayly"}, "no source 'dayly' in this store; did you mean daily?"),
        ("reading-time", {"order": "random"}, "order: 'random' is not one of longest, shortest"),
        ("how-it-changed", {"article": "ffff"}, "no article 'ffff' in this store"),
        ("how-it-changed", {"article": ""}, "how-it-changed needs article"),
    ],
)
def test_values_that_will_not_do(filled: sqlite3.Connection, name: str, values: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError, match=re.escape(complaint)):
        run(filled, question(name), values, now=NOW)


def test_an_unknown_question_names_its_neighbours() -> None:
    with pytest.raises(UsageError, match="no question 'syndicaton'; did you mean syndication"):
        question("syndicaton")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2026-11", "2026-11-01"),
        ("-0d", "2026-11-21"),
        ("-3d", "2026-11-18"),
        ("2026-11-05T23:30:00-02:00", "2026-11-06"),
        ("-999999d", "0110-05-10"),
        ("", ""),
    ],
)
def test_dates(filled: sqlite3.Connection, given: str, meant: str) -> None:
    """Days back are counted from the newest article, so that a store that rests still has its last days."""
    assert bound(filled, question("most-linked"), {"since": given}, now=NOW)["since"] == meant


def test_ids_and_beginnings_of_ids_are_taken(filled: sqlite3.Connection) -> None:
    article = an_article("copy", host="weekly.example")
    for given in (article.id, article.id[:6], article.id.upper(), article.url, "http://www.weekly.example/news/copy/"):
        assert bound(filled, question("who-was-first"), {"article": given})["article"] == article.id


def test_a_limit_says_whether_there_is_more(store: Store) -> None:
    fill(store)
    cut = store.ask("latest-on", asset="BTC", limit=2)
    assert (len(cut.rows), cut.more) == (2, True)
    whole = store.ask("latest-on", asset="BTC", limit=3)
    assert (len(whole.rows), whole.more) == (3, False)
    assert store.ask("articles-per-day", since="2026-01-01", limit=1).more


@pytest.mark.parametrize("words", ["%", "_", '"', "''; --", "NEAR(", "a* OR b", "\x00"])
def test_headings_with_odd_words(filled: sqlite3.Connection, words: str) -> None:
    assert len(run(filled, question("headings"), {"words": words}, now=NOW).rows) <= 1
