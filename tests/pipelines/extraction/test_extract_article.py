"""Whole pages and the answers expected of them: fixtures of furniture's shapes, and the sample newsroom."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipelines import Article, RawPage, extract_article
from pipelines.urls import canonicalise

FIXTURES = Path(__file__).parents[1] / "fixtures"
SITES = Path(__file__).parents[3] / "data" / "sample" / "sites"
KINDS = ("inline", "related_inline", "related_block")
RELATED = KINDS[1:]


def pages(folder: Path) -> list[Path]:
    return sorted(answer.parent for answer in folder.rglob("article.json"))


def answer_of(folder: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((folder / "article.json").read_text("utf-8"))
    return answer


def extract(folder: Path) -> Article:
    further = tuple(page.read_bytes() for page in sorted(folder.glob("page-*.html")))
    return extract_article(RawPage(answer_of(folder)["url"], (folder / "page.html").read_bytes(), parts=further))


def words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


FIXED = pages(FIXTURES)
SAMPLE = [folder for folder in pages(SITES) if answer_of(folder)["verdict"] == "article"]


@pytest.mark.parametrize("folder", FIXED, ids=[folder.name for folder in FIXED])
def test_fixture(folder: Path) -> None:
    article, answer = extract(folder), answer_of(folder)
    related = [link for link in article.links if link.kind in KINDS]
    assert article.title == answer["title"]
    assert article.body.split("\n\n") == answer["body"]
    assert [[h.level, h.text, h.position] for h in article.headings] == answer["headings"]
    assert [[link.kind, link.url, link.teaser] for link in related] == answer["links"]
    assert set(answer["reasons"]) <= {block.reason for block in article.removed}


@pytest.mark.parametrize("folder", SAMPLE, ids=[str(folder.relative_to(SITES)) for folder in SAMPLE])
def test_sample_page_finds_its_related_links_and_keeps_them_out_of_the_body(folder: Path) -> None:
    article, answer = extract(folder), answer_of(folder)
    wanted = {(link["kind"], canonicalise(link["url"], answer["url"])) for link in answer["links"]}
    found = {(str(link.kind), link.url) for link in article.links}
    body = f" {words(article.body)} "
    assert {link for link in wanted if link[0] in RELATED} <= found
    assert [text for text in answer.get("must_not", ()) if f" {words(text)} " in body] == []
    assert all(article.body.split("\n\n")[h.position] == h.text for h in article.headings)


def test_the_same_page_gives_the_same_article() -> None:
    assert extract(FIXED[0]) == extract(FIXED[0])
