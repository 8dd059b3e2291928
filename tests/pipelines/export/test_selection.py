"""Which articles an export is of, and in what order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import UsageError
from pipelines.export import Request, Selection, export
from pipelines.store import Store
from pipelines.store.articles import save_article
from pipelines.store.gone import mark_gone
from tests.pipelines.export.conftest import json_lines
from tests.pipelines.store.examples import an_article

ARTICLES = (
    an_article("first", title="Bitcoin rises", published_at="2026-01-05", language="en", body="Bitcoin rose. " * 40),
    an_article("second", "weekly.example", title="Un titre", published_at="2026-02-05", language="fr",
               verdict="paywalled"),
    an_article("third", title="Sponsored words", published_at="2026-03-05T10:00:00+02:00", language="en",
               labels=("sponsored",)),
    an_article("fourth", title="No date", published_at=None, fetched_at="2026-04-05T08:00:00Z"),
)  # fmt: skip


@pytest.fixture
def path(store: Store) -> Path:
    with store.begin() as conn:
        for each in ARTICLES:
            save_article(conn, each)
        mark_gone(conn, ARTICLES[2].id, "http_410", "2026-05-01T00:00:00Z")
    return store.path


def chosen(path: Path, tmp_path: Path, **selection: Any) -> list[str]:
    """The titles of what is exported."""
    export(path, Request("jsonl", Selection(**selection)), tmp_path / "out.jsonl")
    return [each["title"] for each in json_lines(tmp_path / "out.jsonl")]


@pytest.mark.parametrize(
    ("selection", "titles"),
    [
        ({}, ["Bitcoin rises", "Un titre", "Sponsored words", "No date"]),
        ({"sources": ("weekly",)}, ["Un titre"]),
        ({"sources": ("weekly", "daily"), "languages": ("fr", "de")}, ["Un titre"]),
        ({"since": 1770249600, "until": 1772697600}, ["Un titre"]),
        ({"verdicts": ("paywalled",)}, ["Un titre"]),
        ({"labels": ("sponsored",)}, ["Sponsored words"]),
        ({"without_labels": ("sponsored", "opinion")}, ["Bitcoin rises", "Un titre", "No date"]),
        ({"min_words": 50}, ["Bitcoin rises"]),
        ({"assets": ("bitcoin",)}, ["Bitcoin rises"]),
        ({"gone": "drop"}, ["Bitcoin rises", "Un titre", "No date"]),
        ({"rights": True, "quality": ()}, ["Bitcoin rises", "Un titre", "Sponsored words", "No date"]),
        ({"quality": ("gopher",)}, []),
        ({"where": "title LIKE 'Un %' OR language IS NULL -- who knows"}, ["Un titre", "No date"]),
        ({"sql": "SELECT article_id FROM heading WHERE article_id IN (SELECT id FROM article WHERE language = 'fr');"},
         ["Un titre"]),
        ({"sql": "WITH x AS (SELECT id FROM article ORDER BY number LIMIT 2) SELECT id FROM x", "languages": ("en",)},
         ["Bitcoin rises"]),
    ],
)  # fmt: skip
def test_conditions(path: Path, tmp_path: Path, selection: dict[str, Any], titles: list[str]) -> None:
    assert chosen(path, tmp_path, **selection) == titles


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        ({"where": "titel = 1"}, "no column titel; did you mean title"),
        ({"where": "1) UNION SELECT 1 FROM article WHERE (1"}, "."),
        ({"where": "1; DELETE FROM article"}, "."),
        ({"where": "load_extension('x')"}, "."),
        ({"sql": "DELETE FROM article"}, "."),
        ({"sql": "SELECT title FROM article"}, "no column id or article_id"),
        ({"query": "no-such-question"}, "no question"),
        ({"quality": ("goofer",)}, "none of gopher"),
    ],
)
def test_what_is_refused_in_one_line(path: Path, tmp_path: Path, selection: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        chosen(path, tmp_path, **selection)
    assert len(chosen(path, tmp_path)) == 4


def test_a_saved_question_selects(path: Path, tmp_path: Path) -> None:
    assert chosen(path, tmp_path, query="latest-on", values={"asset": "BTC"}) == ["Bitcoin rises"]


def test_as_of_is_what_was_known_then(store: Store, tmp_path: Path) -> None:
    then, now = "2026-11-20T10:00:00Z", "2026-11-21T10:00:00Z"
    with store.begin() as conn:
        save_article(conn, an_article(title="Before", body="Old text of it.", headings=(), fetched_at=then))
        save_article(conn, an_article(title="After", body="New text of it.", headings=(), fetched_at=now))
        save_article(conn, an_article("later", fetched_at=now))
    assert chosen(store.path, tmp_path, as_of="2026-11-20T12:00:00Z") == ["Before"]
    assert chosen(store.path, tmp_path, as_of="2026-11-20T09:00:00Z") == []
    assert chosen(store.path, tmp_path, as_of=now) == ["After", "Exchange lists token"]


def test_as_of_has_what_hung_on_the_article_then(store: Store, tmp_path: Path) -> None:
    text = "An opening.\n\nA heading\n\nA close."
    markdown = text.replace("A h", "## A h")
    then = an_article(tags=("Old",), body=text, body_markdown=markdown, fetched_at="2026-11-20T10:00:00Z")
    with store.begin() as conn:
        save_article(conn, then)
        save_article(conn, an_article(tags=("New",), links=(), fetched_at="2026-11-21T10:00:00Z"))
    export(store.path, Request("jsonl", Selection(as_of="2026-11-20T12:00:00Z")), tmp_path / "out.jsonl")
    (row,) = json_lines(tmp_path / "out.jsonl")
    assert (row["tags"], row["links"]) == (["Old"], then.as_dict()["links"])
    assert row["headings"] == [{"level": 2, "text": "A heading", "position": 1}]
    assert row["removed"] == []
