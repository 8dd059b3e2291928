"""Duplicates and splits: what is kept, and that no text is on both sides."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import UsageError
from pipelines.export import Request, export
from pipelines.export.picking import Splits
from pipelines.items import Article
from tests.pipelines.export.conftest import Filled, json_lines
from tests.pipelines.store.examples import an_article

TEXT = (
    "The exchange said on Monday that it would list the token after a review of four weeks. Deposits open on Tuesday, "
    "trading follows a day later, and withdrawals on Friday, unless the network is too busy to move the reserves. "
    "Holders who took part in the first sale get theirs at the start; others wait until the market maker is ready. "
    "The review looked at the code, at the people behind it and at who holds how much, and found two faults."
)


def at(slug: str, published: str, body: str = TEXT, **fields: Any) -> Article:
    return an_article(slug, body=body, headings=(), links=(), published_at=published, title=slug, **fields)


def rows(path: Path, tmp_path: Path, **asked: Any) -> dict[str, list[dict[str, Any]]]:
    """What is exported, by split."""
    target = tmp_path / "out"
    export(path, Request("jsonl", **asked), target, as_folder=True)
    return {file.name.partition("-")[0]: json_lines(file) for file in sorted((target / "data" / "articles").iterdir())}


@pytest.fixture
def path(filled: Filled) -> Path:
    """Three copies, one that is nearly a copy, one that is alone."""
    return filled(
        at("copy", "2026-02-01"),
        at("original", "2026-01-01"),
        at("other-copy", "2026-07-01"),
        at("nearly", "2026-03-01", TEXT.replace("Monday", "Sunday")),
        at(
            "alone",
            "2026-03-02",
            "Miners of the north moved to the south, where power is cheap and nights are warm. " * 4,
        ),
    )


@pytest.mark.parametrize(
    ("dedupe", "kept"),
    [
        ("none", [("original", 4), ("copy", 4), ("nearly", 4), ("alone", 1), ("other-copy", 4)]),
        ("exact", [("original", 3), ("nearly", 1), ("alone", 1)]),
        ("near", [("original", 4), ("alone", 1)]),
    ],
)
def test_the_first_published_of_a_cluster_is_kept(path: Path, tmp_path: Path, dedupe: str, kept: list[Any]) -> None:
    found = rows(path, tmp_path, dedupe=dedupe, include=("cluster",))["train"]
    titles = {each["id"]: each["title"] for each in found}
    if dedupe == "none":
        assert [each["title"] for each in found] == [title for title, _ in kept]
        return
    assert [(each["title"], each["cluster_size"]) for each in found] == kept
    assert [titles[each["cluster"]] for each in found] == [title for title, _ in kept]


@pytest.mark.parametrize(
    ("dedupe", "train", "test"),
    [
        ("none", ["original", "copy", "nearly", "alone"], ["new"]),
        ("near", ["original", "alone"], ["new"]),
    ],
)
def test_no_text_is_in_two_splits(
    path: Path, filled: Filled, tmp_path: Path, dedupe: str, train: list[str], test: list[str]
) -> None:
    filled(at("new", "2026-08-01", "A wallet lost its keys, and its owners their patience, on a long evening. " * 4))
    found = rows(path, tmp_path, dedupe=dedupe, splits=Splits.read("time:2026-06-01"))
    assert {name: [each["title"] for each in some] for name, some in found.items()} == {"train": train, "test": test}


def test_a_split_has_no_edit_that_was_seen_after_it(filled: Filled, tmp_path: Path) -> None:
    before: dict[str, Any] = {"published_at": "2026-01-01", "headings": (), "links": ()}
    path = filled(
        an_article("edited", **before, body="The first text of it.", fetched_at="2026-01-01T10:00:00Z"),
        an_article("edited", **before, body="The second text of it.", fetched_at="2026-02-01T10:00:00Z"),
        an_article("edited", **before, body="What came out in summer.", fetched_at="2026-07-01T10:00:00Z"),
        an_article("late", **before, body="Found long after.", fetched_at="2026-07-01T10:00:00Z"),
    )
    (row, late) = rows(path, tmp_path, splits=Splits.read("time:2026-06-01"), include=("record", "versions"))["train"]
    assert (row["body"], row["version"]) == ("The second text of it.", 2)
    assert [version["version"] for version in row["versions"]] == [1, 2]
    assert late["body"] == "Found long after."


@pytest.mark.parametrize("text", ["2026-01-01", "time:", "time:monday", "time:2026-02-01,2026-01-01", "random:0.1"])
def test_splits_that_are_none(text: str) -> None:
    with pytest.raises(UsageError, match="write time:2026-01-01"):
        Splits.read(text)


def test_copies_and_stories_that_meet_are_one_cluster(path: Path, tmp_path: Path) -> None:
    """The store's stories and its copies are found in different ways; where they touch, nothing may slip through."""
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("DELETE FROM story_article WHERE article_id = (SELECT id FROM article WHERE title = 'copy')")
    assert [each["title"] for each in rows(path, tmp_path, dedupe="near")["train"]] == ["original", "alone"]
