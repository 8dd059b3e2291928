"""The pages lead where they say, and leave out nothing that the code has."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from pipelines.export import FORMATS
from pipelines.items import Article, Heading, Link, LinkKind, Reason, RemovedBlock, Verdict
from tests.docs.pages import FENCE, LINK, ROOT, SPAN, name, pages

DATASETS = (ROOT / "docs/datasets.md").read_text(encoding="utf-8")
OPERATE = (ROOT / "docs/operate.md").read_text(encoding="utf-8")
PATHS = re.compile(r"(?:crawler|pipelines|tests|bench|docs|data)/[\w./-]+\.(?:py|md|toml|svg)")


@pytest.mark.parametrize("page", pages(), ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = [target.partition("#")[0] for target in LINK.findall(text) if "://" not in target]
    assert not [target for target in targets if target and not (page.parent / target).exists()]


@pytest.mark.parametrize("page", [it for it in pages() if it.name != "CHANGELOG.md"], ids=name)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    named = {path for span in SPAN.findall(page.read_text(encoding="utf-8")) for path in PATHS.findall(span)}
    made = {"data/my-sources.toml", "data/my-rules.toml"}
    assert not [path for path in sorted(named - made) if not (ROOT / path).exists()]


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    listed = [page for page in (ROOT / "docs").glob("*.md") if page.name != "README.md"]
    assert not [page.name for page in listed if f"]({page.name})" not in index]


def test_every_field_of_an_article_is_documented() -> None:
    rows = {
        word for line in DATASETS.splitlines() if line.startswith("| `") for word in SPAN.findall(line.split("|")[1])
    }
    assert not [field.name for field in fields(Article) if field.name not in rows]
    for part, row in ((Heading, "headings"), (Link, "links"), (RemovedBlock, "removed")):
        line = next(line for line in DATASETS.splitlines() if line.startswith(f"| `{row}`"))
        assert not [field.name for field in fields(part) if f"`{field.name}`" not in line]


@pytest.mark.parametrize("word", [*Verdict, *LinkKind, *Reason, *FORMATS])
def test_every_word_a_field_may_hold_is_documented(word: str) -> None:
    assert f"`{word}`" in DATASETS


def test_every_setting_and_variable_of_our_own_is_documented() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "crawler").rglob("*.py")))
    settings = re.findall(
        r"^([A-Z][A-Z_]+) = ", (ROOT / "crawler/settings.py").read_text(encoding="utf-8"), re.MULTILINE
    )
    scrapys = set(vars(__import__("scrapy.settings.default_settings", fromlist=["_"])))
    names = {*re.findall(r"\bNEWSMINT_[A-Z_]+", code), *(each for each in settings if each not in scrapys)}
    assert not [each for each in sorted(names) if not re.search(rf"\b{each}\b", OPERATE)]
