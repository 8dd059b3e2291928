"""Which box of a page holds its body."""

from __future__ import annotations

import pytest

from pipelines.extraction import extract_article
from pipelines.extraction.blocks import segment
from pipelines.extraction.box import body_path
from pipelines.extraction.document import parse_document
from pipelines.items import RawPage

LONG = "The harbour bank counted nine hundred old coins before noon, as the fee had fallen. " * 3

PAGES = {
    "one box": (f"<main><div class='text big'><p>{LONG}</p><p>{LONG}</p></div></main>", "body > main > div.text"),
    "a standfirst outside the box": (
        f"<main><p>{LONG}</p><div class=text><p>{LONG}</p><p>{LONG}</p></div></main>",
        "body > main > div.text",
    ),
    "a section to each heading": (
        f"<article><section><p>{LONG}</p></section><section><p>{LONG}</p></section></article>",
        "body > article",
    ),
    "bare text": (f"<div class=old>{LONG}<br><br>{LONG}<br><br>{LONG}</div>", "body > div.old"),
    "no block": ("", None),
}


@pytest.mark.parametrize(("inner", "path"), PAGES.values(), ids=list(PAGES))
def test_the_innermost_box_around_most_of_the_body(inner: str, path: str | None) -> None:
    document = parse_document(RawPage("http://a.example/", f"<html><body>{inner}</body></html>".encode()))
    assert body_path(segment(document.body) if document.body is not None else []) == path


def test_a_text_dump_has_none() -> None:
    assert extract_article(RawPage("http://a.example/", f"A title\n\n{LONG}\n\n{LONG}".encode())).body_path is None


def test_an_article_names_its_box() -> None:
    page = (
        f"<html><body><main><h1>Coins counted</h1><div class=text><p>{LONG}</p><p>{LONG}</p></div></main></body></html>"
    )
    assert extract_article(RawPage("http://a.example/", page.encode())).body_path == "body > main > div.text"
