"""The cookbook is followed to the letter, on a store of the sample newsroom."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import cli
from crawler.sample.newsroom import sample_pages
from pipelines.items import Article, Heading, Link, article_id
from pipelines.store import open_store
from pipelines.store.articles import save_article
from pipelines.store.questions import questions
from tests.docs.pages import FENCE, ROOT, commands

PAGE = ROOT / "docs/cookbook.md"
CALLS = list(commands(PAGE))
BLOCKS = [block["text"] for block in FENCE.finditer(PAGE.read_text(encoding="utf-8")) if block["info"] == "python"]
LIBRARIES = ("pandas", "polars", "duckdb")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``data/news.sqlite3``: the articles that the sample's pages are expected to give, two editions."""
    folder = tmp_path_factory.mktemp("sample")
    with open_store(folder / "data/news.sqlite3") as store, store.begin() as conn:
        for edition, fetched_at in enumerate(("2026-04-20T06:00:00Z", "2026-04-24T06:00:00Z"), 1):
            for page in sample_pages(edition):
                if page.expected["verdict"] == "article":
                    save_article(conn, expected(page.expected, page.host, fetched_at))
    return folder


def expected(answer: dict[str, object], host: str, fetched_at: str) -> Article:
    """The article that a page of the sample is expected to give."""
    names = ("title", "published_at", "modified_at", "section", "language", "description")
    fields: dict[str, object] = {name: answer[name] for name in names if name in answer}
    lists: dict[str, tuple[str, ...]] = {name: tuple(answer.get(name, ())) for name in ("authors", "tags", "labels")}  # type: ignore[arg-type]
    headings = tuple(Heading(**each) for each in answer.get("headings", ()))  # type: ignore[attr-defined]
    links = tuple(
        Link(each["kind"], each["url"], each.get("text", ""), each.get("teaser"), each.get("position", 0))
        for each in answer.get("links", ())  # type: ignore[attr-defined]
    )
    url = str(answer["url"])
    body = str(answer["body"])
    return Article(
        id=article_id(url), url=url, canonical_url=url, source=host.partition(".")[0], body=body, body_markdown=body,
        headings=headings, links=links, fetched_at=fetched_at, extractor="the sample", **fields, **lists,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
def here(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory, with a copy of the store."""
    shutil.copytree(sample, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.delenv("NEWSMINT_DATABASE_URL", raising=False)
    yield tmp_path


MAY_BE_EMPTY = {
    "who-was-first",
    "credits",
    "labels",
    "labelled",
    "boilerplate-by-reason",
    "most-linked",
    "assets-rising",
}
"""Questions about what the sample's expected answers hold little or nothing of: labels, removed blocks, copies."""


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_a_command_answers(here: Path, words: list[str]) -> None:
    statement = "SELECT event, count(*) FROM article_event GROUP BY event" if "-" in words else None
    result = CliRunner().invoke(cli, words, input=statement, catch_exceptions=False)
    told = (result.exit_code, bool(result.stdout.strip()))
    assert told == (0, True) or (told == (1, False) and not MAY_BE_EMPTY.isdisjoint(words)), result.stderr


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: next((it for it in LIBRARIES if it in block), "api"))
def test_a_block_of_python_runs(here: Path, block: str) -> None:
    missing = [name for name in LIBRARIES if f"import {name}" in block and find_spec(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} is not installed: this block of the cookbook was not run")
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    call = [sys.executable, "-W", "error", "-c", block]
    done = subprocess.run(call, env=surroundings, capture_output=True, text=True, check=False)
    assert (done.returncode, bool(done.stdout.strip())) == (0, True), done.stderr


def test_every_question_has_its_place() -> None:
    asked = {words[1] for words in CALLS if words[0] == "ask" and len(words) > 1}
    assert asked == set(questions())
