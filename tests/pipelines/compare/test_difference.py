"""Two articles of one page, and what is said to differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from pipelines.compare.difference import FIELDS, compare_articles, failure
from pipelines.items import Article, Heading, Link, RemovedBlock
from tests.pipelines.store.examples import BODY, an_article

OLD = an_article()
FIRST = BODY.partition("\n\n")[0]


def compared(**changes: Any) -> Any:
    return compare_articles(OLD.as_dict(), OLD.as_dict() | an_article(**changes).as_dict())


def test_the_same_article_twice() -> None:
    same = compare_articles(OLD.as_dict(), OLD.as_dict())
    assert (same.changed, same.weight, same.pieces, same.is_article) == ((), (0, 0), (), True)


@pytest.mark.parametrize(
    ("changes", "field", "before", "after"),
    [
        ({"title": "Exchange delays token"}, "title", "Exchange lists token", "Exchange delays token"),
        ({"title": None}, "title", "Exchange lists token", None),
        ({"authors": ()}, "authors", ["Ada Field"], None),
        ({"published_at": "2026-11-20"}, "published_at", "2026-11-20T09:00:00+01:00", "2026-11-20"),
        ({"modified_at": "2026-11-21"}, "modified_at", None, "2026-11-21"),
        ({"labels": ("sponsored",)}, "labels", None, ["sponsored"]),
        ({"verdict": "too_short"}, "verdict", "article", "too_short"),
        (
            {"headings": (Heading(3, "What changes for holders", 1),)},
            "headings",
            ["h2 What changes for holders"],
            ["h3 What changes for holders"],
        ),
        (
            {"links": (*OLD.links, Link("inline", "https://a.example/", "a"))},
            "links.inline",
            [],
            ["a | https://a.example/"],
        ),
        (
            {"removed": (RemovedBlock("model", "model", "Get our letter"),)},
            "removed",
            Counter(["newsletter: Get our letter"]),
            Counter(["model: Get our letter"]),
        ),
        ({"body_markdown": "**Bold**"}, "body_markdown", None, "**Bold**"),
    ],
)
def test_a_field_that_differs(changes: dict[str, Any], field: str, before: Any, after: Any) -> None:
    difference = compared(**changes)
    assert difference.fields == {field: (before, after)}
    assert difference.changed == (field,)


@pytest.mark.parametrize(
    "changes",
    [
        {"headings": (Heading(2, "What changes for holders", 7),)},
        {"links": (replace(OLD.links[0], position=9),)},
        {"removed": (RemovedBlock("newsletter", "another-name", "Get our letter", "main/div"),)},
        {"extractor": "newsmint 9"},
        {"fetched_at": "2026-12-01T00:00:00Z"},
    ],
    ids=["heading moved", "link moved", "rule renamed", "extractor", "time"],
)
def test_what_is_no_difference(changes: dict[str, Any]) -> None:
    assert compared(**changes).changed == ()


def test_words_of_the_body() -> None:
    difference = compared(body=f"{FIRST}\n\nNobody had expected it.")
    assert (difference.words, difference.lost, difference.gained) == (34, 17, 4)
    assert difference.changed == ("body",)


def test_markdown_counts_only_where_the_body_is_the_same() -> None:
    assert compared(body=FIRST, body_markdown=FIRST).changed == ("body",)


def test_of_a_page_that_neither_would_store_only_the_verdict_counts() -> None:
    one = an_article(verdict="listing", title="A").as_dict()
    assert compare_articles(one, an_article(verdict="listing", title="B", body="C").as_dict()).changed == ()
    other = compare_articles(one, an_article(verdict="too_short", title="B", body="C").as_dict())
    assert (other.changed, other.is_article, other.gained) == (("verdict",), False, 0)


def test_a_failure_loses_the_article() -> None:
    difference = compare_articles(OLD.as_dict(), failure(OLD.url, "daily", "time_limit", "took more than 30 s"))
    assert difference.verdicts == ("article", "failed (time_limit)")
    assert difference.failures == (None, "time_limit: took more than 30 s")
    assert (difference.lost, difference.gained) == (34, 0)


def test_an_extractor_of_another_time_may_know_other_fields() -> None:
    old = {key: value for key, value in OLD.as_dict().items() if key not in ("labels", "removed")} | {"mood": "good"}
    assert compare_articles(old, OLD.as_dict()).changed == ("removed",)


def test_every_field_of_an_article_is_compared_or_left_out_on_purpose() -> None:
    left_out = {"id", "url", "source", "fetched_at", "body_path", "extractor", "evidence"}
    compared_fields = {name.partition(".")[0] for name in FIELDS}
    assert set(Article.__slots__) == compared_fields | left_out
