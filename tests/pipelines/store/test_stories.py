"""Stories: which articles are of one text, who had it first, and what becomes of that as articles change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import select

from pipelines.items import Article, Link
from pipelines.store import Store
from pipelines.store.articles import save_article
from pipelines.store.schema import article, sketch, sketch_band, story, story_article
from pipelines.store.stories import leave
from tests.pipelines.store.examples import an_article

PARAGRAPHS = (
    "Harbor Bridge, which moves tokens between two chains, lost 8,200 ether on Friday night when a key that signs "
    "withdrawals was used by somebody who should not have had it, its developers said on Saturday.",
    "The withdrawals began at 23:14 and took eleven minutes. Nobody at the company noticed until a user asked in the "
    "chat why the balance of the bridge had fallen, and by then most of the money had passed through a mixer.",
    "Mara Lindqvist, who leads the project, said that all deposits were halted and that the company would make whole "
    "whoever lost money, out of its own treasury, within ninety days.",
    "Two of the five keys were kept on the same laptop, an audit by Oxbow Security had found in March. The report "
    "called that a severe risk; the company answered then that it would be put right by summer.",
)
BODY = "\n\n".join(PARAGRAPHS)
OTHER = (
    "The central bank of Tarvia will test a digital coin with four lenders from January on, it said in a note on its "
    "site. Shops in two towns take part, and those who pay with it get back one percent.\n\n"
    "The coin keeps no record of who paid whom below a sum of 200 crowns, which data protection had asked for."
)
LATER = "Police in Tarvia said on Sunday that they had asked three exchanges to freeze accounts that took in the money."


def a_text(host: str, body: str = BODY, at: str = "2026-11-20T09:00:00Z", **fields: Any) -> Article:
    usual: dict[str, Any] = {"headings": (), "links": (), "removed": (), "published_at": at, "body": body}
    return an_article("story", host, **(usual | {"fetched_at": "2026-11-20T23:00:00Z"} | fields))


def save(store: Store, *articles: Article) -> None:
    with store.begin() as conn:
        for each in articles:
            save_article(conn, each)


def stories(store: Store) -> list[set[str]]:
    """The sources of the members of each story, the oldest story first."""
    found: dict[int, set[str]] = {}
    query = select(story_article.c.story_id, article.c.source).join_from(story_article, article)
    with store.connect() as conn:
        for number, source in conn.execute(query.order_by(story_article.c.story_id)):
            found.setdefault(number, set()).add(source)
    return list(found.values())


def rows(store: Store) -> list[dict[str, Any]]:
    with store.connect() as conn:
        return [dict(row) for row in conn.execute(select(story).order_by(story.c.id)).mappings()]


def members(store: Store) -> dict[str, tuple[float, int]]:
    query = select(article.c.source, story_article.c.similarity, story_article.c.added_words)
    with store.connect() as conn:
        return {row[0]: (row[1], row[2]) for row in conn.execute(query.join_from(story_article, article))}


def test_a_syndicated_text_is_one_story_and_another_none(store: Store) -> None:
    save(store, a_text("daily.example"), a_text("weekly.example", f"{BODY}\n\n{LATER}"), a_text("other.example", OTHER))
    assert stories(store) == [{"daily", "weekly"}]


@pytest.mark.parametrize("hosts", [("a.example", "b.example", "c.example"), ("c.example", "a.example", "b.example")])
def test_the_earliest_is_the_first_whatever_the_order_of_arrival(store: Store, hosts: Iterable[str]) -> None:
    times = {
        "a.example": "2026-11-20T09:00:00Z",
        "b.example": "2026-11-20T10:00:00Z",
        "c.example": "2026-11-20T11:00:00Z",
    }
    bodies = {"a.example": BODY, "b.example": f"{BODY}\n\n{LATER}", "c.example": "\n\n".join(PARAGRAPHS[:3])}
    save(store, *(a_text(host, bodies[host], times[host]) for host in hosts))
    (found,) = rows(store)
    assert found["first_article_id"] == a_text("a.example").id
    assert (found["articles"], found["sources"]) == (3, 3)
    assert found["last_ts"] - found["first_ts"] == 2 * 3600
    measured = members(store)
    assert measured["a"] == (1.0, 0)
    assert measured["b"] == (1.0, len(LATER.split()))
    assert measured["c"] == (1.0, 0)


def test_a_bare_date_is_not_before_every_hour_of_its_day(store: Store) -> None:
    save(store, a_text("dated.example", at="2026-11-20"), a_text("timed.example", at="2026-11-20T09:00:00Z"))
    assert rows(store)[0]["first_article_id"] == a_text("timed.example").id


def test_an_edit_that_makes_it_another_text_leaves_the_story(store: Store) -> None:
    save(store, *(a_text(f"{name}.example") for name in "abc"))
    save(store, a_text("a.example", OTHER))
    assert stories(store) == [{"b", "c"}]
    (found,) = rows(store)
    assert (found["first_article_id"], found["articles"], found["sources"]) == (a_text("b.example").id, 2, 2)
    save(store, a_text("b.example", LATER * 3))
    assert rows(store) == []
    assert stories(store) == []


def test_an_article_can_be_taken_out(store: Store) -> None:
    save(store, *(a_text(f"{name}.example") for name in "abc"))
    with store.begin() as conn:
        leave(conn, a_text("a.example").id)
        leave(conn, "0" * 16)
    assert stories(store) == [{"b", "c"}]
    assert rows(store)[0]["articles"] == 2


def test_an_updated_text_and_a_changed_title_stay_in_the_story(store: Store) -> None:
    save(store, a_text("a.example"), a_text("b.example"))
    save(store, a_text("b.example", f"{BODY}\n\n{LATER}", title="Bridge loses ether; police look for it"))
    assert stories(store) == [{"a", "b"}]
    assert members(store)["b"] == (1.0, len(LATER.split()))


def test_an_article_that_is_like_two_stories_makes_them_one(store: Store) -> None:
    first, last = "\n\n".join(PARAGRAPHS[:2]), "\n\n".join(PARAGRAPHS[2:])
    save(
        store,
        a_text("a.example", first),
        a_text("b.example", first),
        a_text("c.example", last),
        a_text("d.example", last),
    )
    assert stories(store) == [{"a", "b"}, {"c", "d"}]
    save(store, a_text("e.example"))
    assert stories(store) == [{"a", "b", "c", "d", "e"}]
    assert [(each["articles"], each["sources"]) for each in rows(store)] == [(5, 5)]


def test_copies_too_short_for_a_sketch_are_one_story(store: Store) -> None:
    short = (
        "Trading of all pairs is halted while withdrawals are looked into, the exchange wrote in its channel tonight."
    )
    save(store, a_text("a.example", short), a_text("b.example", short))
    assert stories(store) == [{"a", "b"}]


@pytest.mark.parametrize(
    "fields",
    [
        {"labels": ("press_release",)},
        {"body": f"COLBY, Nov. 20 /PRNewswire/ -- {BODY}"},
        {"links": (Link("inline", "https://www.globenewswire.com/news/1", "the release", None, 0),)},
    ],
    ids=["label", "lead", "link"],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_press_release_is_known_by_any_member(store: Store, fields: dict[str, Any], is_first: bool) -> None:
    both = [a_text("a.example", **fields), a_text("b.example")]
    save(store, *(both if is_first else reversed(both)))
    assert [each["press_release"] for each in rows(store)] == [1]


def test_a_story_nobody_released_is_no_press_release(store: Store) -> None:
    save(store, a_text("a.example"), a_text("b.example"))
    assert [each["press_release"] for each in rows(store)] == [0]


def test_an_edit_leaves_no_old_sketch(store: Store) -> None:
    save(store, a_text("a.example"), a_text("b.example", OTHER))
    save(store, a_text("a.example", OTHER))
    with store.connect() as conn:
        signatures = list(conn.execute(select(sketch.c.signature)).scalars())
        bands = list(conn.execute(select(sketch_band.c.value)).scalars())
    assert len(signatures) == 2
    assert len(set(signatures)) == 1
    assert len(bands) == 2 * len(set(bands))
    save(store, a_text("a.example", "Retracted."))
    with store.connect() as conn:
        assert len(conn.execute(select(sketch.c.number)).all()) == 1
