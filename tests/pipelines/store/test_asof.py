"""What was known at a moment is told by all ways of asking, and nothing that came later is told by any."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert

from pipelines.enrich import Credit, Enrichment, Label, Mention
from pipelines.errors import UsageError
from pipelines.items import Article, Heading, Link
from pipelines.store import Store, open_store
from pipelines.store.articles import save_article
from pipelines.store.derived import ROLLUPS, VIEWS
from pipelines.store.gone import mark_gone
from pipelines.store.questions import questions
from pipelines.store.schema import metadata, story, story_article
from pipelines.store.versions import versions
from tests.pipelines.store.examples import an_article, url

THEN = "2026-11-10T12:00:00Z"
SECRET = "zebra"
"""A word that only stands in what came after ``THEN``."""

OLD_BODY = "The exchange said it was safe.\n\nWhat comes next\n\nTrading goes on, the wire reported."
NEW_BODY = f"The exchange was hacked by a {SECRET}.\n\nThe {SECRET} speaks\n\nTrading has stopped."


def enrichment(asset: str, label: str, words: str) -> Enrichment:
    return Enrichment(
        "1",
        mentions=(Mention(asset, "coin", "body", 0, 3, words, 0.9),),
        credits=(Credit(f"{words} wire", None, None, 0, 3, words),),
        labels=(Label(label, words),),
    )


def edited(**fields: Any) -> Article:
    """An article that was edited after ``THEN``, as it was before."""
    usual: dict[str, Any] = {
        "title": "Exchange is safe",
        "body": OLD_BODY,
        "body_markdown": OLD_BODY.replace("What comes", "## What comes"),
        "headings": (Heading(2, "What comes next", 1),),
        "links": (Link("inline", url("standing"), "before", None, 0), Link("inline", url("later"), "and", None, 0)),
        "authors": ("Ada Field",),
        "published_at": "2026-11-09T08:00:00Z",
        "fetched_at": "2026-11-09T09:00:00Z",
    }
    return an_article("edited", **(usual | fields))


@pytest.fixture
def store(store: Store) -> Store:
    """Three articles of before ``THEN``, of which one is edited later and one is gone later, and one of after it."""
    before = {"fetched_at": "2026-11-09T10:00:00Z", "published_at": "2026-11-09T07:00:00Z"}
    after = {"fetched_at": "2026-11-10T12:00:01Z", "published_at": "2026-11-09T06:00:00Z"}
    with store.begin() as conn:
        save_article(
            conn,
            an_article("standing", title="Standing", links=(), **before),
            enrichment=enrichment("bitcoin", "opinion", "old"),
        )
        save_article(conn, an_article("gone", title="Gone", links=(), **before))
        save_article(conn, edited(), enrichment=enrichment("bitcoin", "opinion", "old"))
        ids = [an_article(slug).id for slug in ("standing", "gone", "edited", "later")]
        tell_a_story(conn, 1, ids[:3])
        now = edited(
            title=f"Exchange hacked by {SECRET}",
            description=f"A {SECRET}",
            body=NEW_BODY,
            body_markdown=NEW_BODY.replace(f"The {SECRET} speaks", f"## The {SECRET} speaks"),
            headings=(Heading(2, f"The {SECRET} speaks", 1),),
            links=(Link("inline", f"https://{SECRET}.example/", SECRET, None, 0),),
            authors=(f"Zoe {SECRET}",),
            tags=(SECRET,),
            section=SECRET,
            published_at="2026-11-01T00:00:00Z",
            fetched_at="2026-11-11T09:00:00Z",
        )
        save_article(conn, now, enrichment=enrichment("solana", "sponsored", SECRET))
        later = an_article("later", title=f"Later {SECRET}", body=f"Only later, {SECRET}.", **after)
        save_article(conn, later, enrichment=enrichment("solana", "sponsored", SECRET))
        tell_a_story(conn, 1, ids)
        mark_gone(conn, ids[1], "http_404", "2026-11-12T00:00:00Z")
    return store


def tell_a_story(conn: Any, number: int, ids: list[str]) -> None:
    """Put the articles into a story, whatever they were put into when they were stored."""
    conn.exec_driver_sql("DELETE FROM story_article")
    conn.exec_driver_sql("DELETE FROM story")
    last = "first_article_id"
    conn.execute(
        insert(story), {"id": number, last: ids[-1], "articles": len(ids), "sources": 1, "first_ts": 0, "last_ts": 1}
    )
    rows = [{"article_id": each, "story_id": number, "similarity": 1.0, "added_words": 0} for each in ids]
    conn.execute(insert(story_article), rows)


@pytest.fixture
def past(store: Store) -> Iterator[Store]:
    with store.as_of(THEN) as opened:
        yield opened


def one(store: Store, statement: str) -> Any:
    return store.sql(statement).rows[0][0]


def test_articles_are_those_known_with_their_text_of_then(past: Store) -> None:
    assert {it.title for it in past.articles()} == {"Standing", "Gone", "Exchange is safe"}
    found = past.article(url("edited"))
    assert found is not None
    assert (found.body, found.authors, found.published_at) == (OLD_BODY, ("Ada Field",), "2026-11-09T08:00:00Z")
    assert found.headings == edited().headings
    assert [link.text for link in found.links] == ["before", "and"]
    assert (found.tags, found.section) == (edited().tags, edited().section)
    assert past.article(url("later")) is None
    with past.connect() as conn:
        assert [each.version for each in versions(conn, found.id)] == [1]


def test_what_was_read_out_of_the_text_is_that_of_then(past: Store) -> None:
    edited_id = edited().id
    asked = f"FROM {{}} WHERE article_id = '{edited_id}'"
    assert past.sql(f"SELECT asset, text {asked.format('asset_mention')}").rows == [("bitcoin", "old")]
    assert past.sql(f"SELECT asset, mentions {asked.format('article_asset')}").rows == [("bitcoin", 1)]
    assert past.sql(f"SELECT outlet {asked.format('credit')}").rows == [("old wire",)]
    assert past.sql(f"SELECT label, evidence {asked.format('article_label')}").rows == [("opinion", "old")]


def test_links_lead_only_to_what_was_known(past: Store) -> None:
    targets = past.sql("SELECT text, target_article_id FROM link ORDER BY text DESC").rows
    assert targets == [("before", an_article("standing").id), ("and", None)]
    assert past.sql("SELECT article_id, cited_by FROM times_cited").rows == [(an_article("standing").id, 1)]


def test_a_story_is_told_by_those_known_then(past: Store) -> None:
    members = past.sql("SELECT article_id FROM story_article").rows
    assert {row[0] for row in members} == {an_article(slug).id for slug in ("standing", "gone", "edited")}
    first = (
        an_article("gone").id
        if one(past, "SELECT number FROM article WHERE title = 'Gone'") == 1
        else an_article("standing").id
    )
    assert past.sql("SELECT first_article_id, articles FROM story").rows == [(first, 3)]


def test_a_story_of_one_known_article_was_none(store: Store) -> None:
    with store.begin() as conn:
        tell_a_story(conn, 2, [an_article("standing").id, an_article("later").id])
        conn.exec_driver_sql("UPDATE article_past SET story_id = NULL")
    with store.as_of(THEN) as past:
        assert past.sql("SELECT * FROM story").rows == past.sql("SELECT * FROM story_article").rows == []


def test_a_copy_is_one_of_what_was_known(store: Store) -> None:
    text = "A text that three sites have word for word, and that is long enough to be told from others. " * 3
    with store.begin() as conn:
        for day, slug in ((9, "b"), (9, "c"), (11, "a")):
            times = {"fetched_at": f"2026-11-{day:02d}T10:00:00Z", "published_at": f"2026-11-0{'abc'.index(slug) + 1}"}
            save_article(conn, an_article(slug, body=text, title=slug, **times))
    copies = "SELECT id FROM article WHERE duplicate_of = '{}'"
    ids = {slug: an_article(slug).id for slug in "abc"}
    assert len(store.sql(copies.format(ids["a"])).rows) == 2
    with store.as_of(THEN) as past:
        assert past.sql(copies.format(ids["a"])).rows == []
        assert past.sql(copies.format(ids["b"])).rows == [(ids["c"],)]


def test_a_page_that_is_gone_since_stood_then(past: Store, store: Store) -> None:
    assert (one(past, "SELECT count(gone_at) FROM article"), one(store, "SELECT count(gone_at) FROM article")) == (0, 1)


def test_at_the_second_and_one_before(store: Store) -> None:
    known = {}
    for when in ("2026-11-10T12:00:00Z", "2026-11-10T12:00:01Z", "2026-11-09T08:59:59Z", "2026-11-10T13:00:01+01:00"):
        with store.as_of(when) as past:
            known[when] = one(past, "SELECT count(*) FROM article")
    assert list(known.values()) == [3, 4, 0, 4]


def test_sums_are_those_of_then(past: Store) -> None:
    assert past.sql("SELECT day, articles, edits, gone FROM article_day").rows == [("2026-11-09", 3, 0, 0)]
    assert past.sql("SELECT asset, articles FROM asset_day").rows == [("bitcoin", 2)]


@pytest.mark.parametrize(
    "query", ["exchange", "safe", "trading -hacked", '"goes on"', "title:safe", "NEAR(exchange safe)"]
)
def test_search_finds_the_text_of_then(past: Store, query: str) -> None:
    assert "Exchange is safe" in [hit.title for hit in past.search(query)]


@pytest.mark.parametrize("query", [SECRET, "hacked", "title:hacked", "exchange NOT safe hacked", "stopped", "Zoe"])
def test_search_does_not_find_what_came_later(past: Store, store: Store, query: str) -> None:
    assert past.search(query) == []
    assert past.search(query, order="date", fold=True) == []


def test_search_takes_filters_of_then(past: Store) -> None:
    assert [hit.title for hit in past.search("exchange", asset="BTC", label="opinion", order="date")] == [
        "Exchange is safe",
        "Standing",
    ]
    assert past.search("exchange", asset="SOL") == past.search("exchange", label="sponsored") == []
    assert len(past.search("exchange", story=1, fold=True)) == 1


def everything(past: Store) -> Iterator[str]:
    """All that can be read of a store, as text."""
    for name in (*metadata.tables, *VIEWS):
        yield json.dumps(past.sql(f'SELECT * FROM "{name}"').rows, default=str)
    values: dict[str, Any] = {
        "asset": "bitcoin",
        "article": edited().id,
        "words": SECRET[:2],
        "limit": 100,
        "since": "2020-01-01",
    }
    for asked in questions().values():
        told: dict[str, Any] = {each.name: values[each.name] for each in asked.parameters if each.name in values}
        yield json.dumps(past.ask(asked.name, **told).rows, default=str)
    for query in ("exchange", SECRET, "title:exchange", "the OR a OR was"):
        yield json.dumps([hit.as_dict() for hit in past.search(query)])
    yield from (json.dumps(it.as_dict(), default=str) for it in past.articles())


def test_no_way_of_asking_tells_what_came_later(past: Store, store: Store) -> None:
    assert sum(SECRET in text for text in everything(store)) > 20
    leaks = [text for text in everything(past) if any(it in text for it in (SECRET, an_article("later").id, "solana"))]
    assert leaks == []


ESCAPES = {
    "by its schema": "SELECT title FROM main.article",
    "quoted": 'SELECT title FROM "main" . "article"',
    "under the name of the view": "WITH article AS (SELECT * FROM main.article) SELECT title FROM article",
    "recursive": "WITH RECURSIVE news(a) AS (SELECT id FROM main.article UNION SELECT a FROM news) SELECT a FROM news",
    "counted": "SELECT count(*) FROM main.article_version",
    "by a view of main": "SELECT title FROM main.news",
    "by a view of the user": "SELECT title FROM main.mine",
    "by the index": "SELECT title FROM article_fts",
    "one word at a time": f"SELECT count(*) FROM article_fts WHERE article_fts MATCH '{SECRET}'",
    "by the index's own tables": "SELECT block FROM main.article_fts_data",
    "by a table-valued function": "SELECT * FROM article_fts('hacked')",
    "the names of the hidden views": "SELECT sql FROM sqlite_temp_master",
    "the same, quoted": "SELECT sql FROM temp.sqlite_schema",
    "the tables": "SELECT sql FROM sqlite_master",
    "the plan, which names them": "/* a */ -- b\n ; EXPLAIN QUERY PLAN SELECT title FROM article",
    "attached": "ATTACH 'news.sqlite3' AS again",
    "dropped": "DROP VIEW temp.article",
}


@pytest.mark.parametrize("statement", ESCAPES.values(), ids=ESCAPES)
def test_free_sql_cannot_get_around_it(store: Store, statement: str) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has its own ways around: SHARED_ESCAPES")
    with store.begin() as conn:
        conn.exec_driver_sql("CREATE VIEW mine AS SELECT title FROM article")
    store.sql(statement) if statement.startswith(("SELECT", "WITH")) else None
    with store.as_of(THEN) as past, pytest.raises(UsageError):
        past.sql(statement)


SHARED_ESCAPES = {
    "by its schema": "SELECT title FROM public.article",
    "quoted": 'SELECT title FROM "public" . "article"',
    "under the name of the view": "WITH article AS (SELECT * FROM public.article) SELECT title FROM article",
    "escaped": 'SELECT title FROM U&"publi\\0063".article',
    "with a comment between": "SELECT title FROM public/* . */./**/article",
    "by the index": "SELECT * FROM article_fts",
    "by the bodies": "SELECT * FROM page_body",
    "by what the planner knows": "SELECT most_common_vals FROM pg_stats",
    "the same, in full": "SELECT most_common_vals FROM pg_catalog.pg_stats",
    "by a text that is run": "SELECT query_to_xml('SELECT title FROM public.article', true, true, '')",
    "by the words' statistics": "SELECT ts_stat('SELECT vector FROM public.article_fts')",
    "by the path": "SELECT set_config('search_path', 'public', true)",
    "the plan": "EXPLAIN SELECT title FROM article",
    "dropped": "DROP VIEW pg_temp.article",
}


@pytest.mark.postgres
@pytest.mark.parametrize("statement", SHARED_ESCAPES.values(), ids=SHARED_ESCAPES)
def test_free_sql_cannot_get_around_it_in_a_shared_store(shared_database: str, statement: str) -> None:
    with open_store(shared_database) as store, store.as_of(THEN) as past, pytest.raises(UsageError):
        past.sql(statement)


def test_views_of_the_user_look_back_too_and_their_tables_stay_readable(store: Store) -> None:
    with store.begin() as conn:
        conn.exec_driver_sql("CREATE VIEW mine AS SELECT count(*) AS articles FROM article")
        conn.exec_driver_sql("CREATE TABLE note AS SELECT 'mine' AS text")
    with store.as_of(THEN) as past:
        assert past.sql("SELECT articles FROM mine").rows == [(3,)]
        assert past.sql("SELECT text FROM note").rows == [("mine",)]


def test_edits_of_before_the_past_was_kept_leave_blanks_and_no_later_words(store: Store) -> None:
    with store.begin() as conn:
        conn.exec_driver_sql("DELETE FROM article_past")
    with store.as_of(THEN) as past:
        found = past.article(url("edited"))
        assert found is not None
        assert (found.body, found.title) == (OLD_BODY, "Exchange is safe")
        assert (found.authors, found.tags, found.links, found.published_at) == ((), (), (), None)
        assert not [text for text in everything(past) if SECRET in text]


UNTOLD = ("sketch", "sketch_band", "change", "frontier", "listing", "learned_source", "learned_block", "article_past")
"""Tables that say how things are now, and that nobody knows the past of; of the last one, only what is past."""

INVENTED = ("story", "story_member", "syndication")
"""The story of these tests is none that the articles would have come to."""


@pytest.mark.parametrize("name", [name for name in (*metadata.tables, *VIEWS) if name not in (*UNTOLD, *INVENTED)])
def test_a_moment_to_come_shows_what_there_is_now(store: Store, name: str) -> None:
    with store.as_of("2099-01-01") as past:
        then, now = (
            {frozenset(row.items()) for row in each.sql(f'SELECT * FROM "{name}"').dicts()} for each in (past, store)
        )
    assert then == now


def test_stories_are_counted_as_they_are_when_they_are_stored(store: Store) -> None:
    text = "The same long text that outlets have from one another, with a number or two: 17 and 4. " * 4
    with store.begin() as conn:
        conn.exec_driver_sql("DELETE FROM story")
        for hour, host in enumerate(("daily.example", "weekly.example", "monthly.example")):
            times = {"published_at": "2026-11-08" if hour else f"2026-11-08T0{9 - hour}:00:00Z"}
            save_article(
                conn, an_article("same", host=host, body=text, fetched_at=f"2026-11-08T1{hour}:00:00Z", **times)
            )
    with store.as_of("2026-11-09") as past:
        for name in INVENTED:
            then, now = (sorted(each.sql(f"SELECT * FROM {name}").rows) for each in (past, store))
            assert then == now != []
    with store.as_of("2026-11-08T11:30:00Z") as past:
        assert past.sql("SELECT articles, sources FROM story").rows == [(2, 2)]


def test_every_sum_and_view_can_look_back(past: Store) -> None:
    for name in (*ROLLUPS, *VIEWS):
        past.sql(f"SELECT * FROM {name}")


@pytest.mark.parametrize("when", ["yesterday", "", "2026-13-01"])
def test_a_moment_that_is_none(store: Store, when: str) -> None:
    with pytest.raises(UsageError, match="not a date; write"):
        store.as_of(when)


def _place(store: Store) -> str:
    url = store.engine.url
    return url.render_as_string(hide_password=False) if url.get_backend_name() == "postgresql" else str(store.path)


def test_it_can_be_opened_so_and_writes_nothing(store: Store) -> None:
    with open_store(_place(store), as_of=THEN) as past:
        assert past.readonly
        assert len(list(past.articles())) == 3
    assert len(list(store.articles())) == 4
