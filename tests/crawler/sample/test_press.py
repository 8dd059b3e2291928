"""The committed pages are what the press prints from the articles, and the answers beside them hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

from crawler.paths import data_path
from crawler.sample.newsroom import SamplePage, sample_pages
from crawler.sample.press import inline
from crawler.sample.press.__main__ import build
from crawler.sample.press.truth import parse_block

STORED = [
    pytest.param(page, id=f"{page.slug}-{edition}")
    for edition in (1, 2)
    for page in sample_pages(edition)
    if "body" in page.expected
]
SHOWN = [param for param in STORED if param.values[0].slug != "kestrel-light-clients"]  # type: ignore[union-attr]
"""All but the page whose text is only in its embedded JSON."""


def test_the_committed_pages_equal_a_fresh_print() -> None:
    folder = data_path("sample")
    committed = {
        path.relative_to(folder / "sites").as_posix(): path.read_bytes()
        for path in (folder / "sites").rglob("*")
        if path.is_file()
    }
    assert build(folder) == committed, "run `python -m crawler.sample.press` and commit what it prints"


def test_the_sample_is_of_the_size_and_variety_it_promises() -> None:
    pages = list(sample_pages())
    verdicts = [page.expected["verdict"] for page in pages]
    assert len({page.host for page in pages}) == 6
    assert verdicts.count("article") >= 45
    assert set(verdicts) == {"article", "paywalled", "password", "listing", "block_page", "script_shell"}
    assert {page.expected.get("language") for page in pages} >= {"en", "de", "es", "fr", "ja", "ru"}
    assert sum(path.stat().st_size for path in data_path("sample").rglob("*") if path.is_file()) < 4_000_000


@pytest.mark.parametrize("page", SHOWN)
def test_a_page_shows_its_expected_body_in_order_and_around_it_what_may_not_leak(page: SamplePage) -> None:
    shown = " ".join(_texts(page))
    position = 0
    for block in page.expected["body"].split("\n\n"):
        for cell in block.split(" | "):
            found = shown.find(_squeezed(cell), position)
            assert found >= 0, f"not on the page, or out of order: {cell}"
            position = found
    body = _squeezed(page.expected["body"])
    assert len(page.expected["must_not"]) >= 5
    for text in page.expected["must_not"]:
        assert _squeezed(text) in shown
        assert _squeezed(text) not in body


@pytest.mark.parametrize("page", SHOWN)
def test_no_mark_of_the_templates_is_left_on_a_page(page: SamplePage) -> None:
    shown = " ".join(_texts(page))
    assert [mark for mark in ("\\n", "${", "$url", "story:", "**", "](", "@drop", "@related") if mark in shown] == []


@pytest.mark.parametrize("page", STORED)
def test_headings_stand_where_the_answer_says(page: SamplePage) -> None:
    blocks = page.expected["body"].split("\n\n")
    for heading in page.expected["headings"]:
        assert blocks[heading["position"]] == heading["text"]


@pytest.mark.parametrize("page", STORED)
def test_expected_links_are_on_the_page(page: SamplePage) -> None:
    hrefs = {address for part in (page.body, *page.parts) for address in html.fromstring(part).xpath("//a/@href")}
    for link in page.expected["links"]:
        assert link["url"] in hrefs


def test_related_links_lead_to_pages_of_the_newsroom() -> None:
    known = {page.url for page in sample_pages(2)}
    related = {link["url"] for param in STORED for link in _page(param).expected["links"] if link["kind"] != "inline"}
    assert related <= known


def test_the_syndicated_story_has_the_same_body_on_both_sites() -> None:
    bodies = {page.slug: page.expected.get("body") for page in sample_pages()}
    assert bodies["stablecoin-invoices-exporters"] == bodies["stablecoin-invoice-network-syndicated"]


def test_the_second_edition_changes_two_articles_and_adds_one() -> None:
    first, second = ({page.slug: page.expected.get("body") for page in sample_pages(n)} for n in (1, 2))
    assert second.keys() - first.keys() == {"eth-staking-queue-record"}
    assert {slug for slug in first if first[slug] != second[slug]} == {
        "quayside-bridge-exploit",
        "orrery-buys-custodian",
    }


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a [link](http://x.example/?a=1&b=2) here", 'a <a href="http://x.example/?a=1&amp;b=2">link</a> here'),
        ("5 < 6 & **bold *inside***", "5 &lt; 6 &amp; <strong>bold *inside</strong>*"),
        ("call `f(a<b)`", "call <code>f(a&lt;b)</code>"),
        ("*stars* only", "<em>stars</em> only"),
    ],
)
def test_inline_marks_become_html(source: str, shown: str) -> None:
    assert inline.html(source, str) == shown


@pytest.mark.parametrize(
    ("source", "kind", "lines"),
    [
        ("- one\n- two", "list", ("one", "two")),
        ("1. one\n2. two", "steps", ("one", "two")),
        ("| a | b |\n| 1 | 2 |", "table", ("| a | b |", "| 1 | 2 |")),
        ("2026 was a good year.", "paragraph", ()),
    ],
)
def test_blocks_of_the_truth(source: str, kind: str, lines: tuple[str, ...]) -> None:
    block = parse_block(source)
    assert (block.kind, block.lines) == (kind, lines)


def test_the_embedded_json_of_the_script_page_holds_its_text() -> None:
    page = next(page for page in sample_pages() if page.slug == "kestrel-light-clients")
    data = json.loads(html.fromstring(page.body).xpath("//script[@id='__NEXT_DATA__']/text()")[0])
    text = _squeezed(html.fromstring(data["props"]["pageProps"]["post"]["content"]).text_content())
    assert all(_squeezed(block) in text for block in page.expected["body"].split("\n\n"))


def _texts(page: SamplePage) -> Iterator[str]:
    charset = "windows-1251" if page.host.startswith("kriptograf") else "utf-8"
    for part in (page.body, *page.parts):
        tree = html.document_fromstring(part.decode(charset))
        yield _squeezed(" ".join(tree.xpath("//body//text()[not(ancestor::script or ancestor::style)]")))


def _squeezed(text: str) -> str:
    """Without blanks, which depend on where the tags are."""
    return "".join(text.split())


def _page(param: object) -> SamplePage:
    page = param.values[0]  # type: ignore[attr-defined]
    assert isinstance(page, SamplePage)
    return page


def test_a_folder_without_sites_gives_no_pages(tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    assert list(sample_pages(folder=tmp_path)) == []
