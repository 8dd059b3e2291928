"""What each format makes of an article, and that it can be read back."""

from __future__ import annotations

import csv
import io
import json

import pytest

from pipelines.export import FORMATS
from pipelines.export.csv import FIELDS
from pipelines.items import Article, Heading, Link
from tests.pipelines.store.examples import an_article


def csv_row(article: Article) -> dict[str, str]:
    form = FORMATS["csv"]
    text = (form.header + form.encode(article)).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    return row


def test_jsonl_is_the_article_on_one_line() -> None:
    article = an_article(title='Line\nfeed, "quotes" and ₿', removed=())
    encoded = FORMATS["jsonl"].encode(article)
    assert encoded.count(b"\n") == 1
    assert "₿".encode() in encoded
    assert json.loads(encoded) == article.as_dict()


def test_csv_is_what_spreadsheets_open() -> None:
    form = FORMATS["csv"]
    assert form.header.startswith(b"\xef\xbb\xbfid,url,")
    assert form.encode(an_article()).endswith(b"\r\n")
    assert list(csv_row(an_article())) == FIELDS


def test_csv_has_lists_one_item_a_line() -> None:
    links = (Link("related_inline", "https://a.example/1", "x"), Link("inline", "https://a.example/2", "y"))
    headings = (Heading(2, "First", 0), Heading(3, "Second", 2))
    row = csv_row(an_article(authors=("Ada Field", "Bo Hill"), links=links, headings=headings, tags=(), section=None))
    assert (row["authors"], row["headings"], row["tags"], row["section"]) == (
        "Ada Field\nBo Hill",
        "First\nSecond",
        "",
        "",
    )
    assert row["related_links"] == "https://a.example/1"


@pytest.mark.parametrize(
    "title",
    [
        "=1+1",
        "+49 30",
        "-5 %",
        "@everyone",
        "\t=1",
        "\r=1",
        '=HYPERLINK("http://a","b")',
        "'quoted'",
        "＝1",
        'a,b\r\nc"d',
        "plain",
    ],
)
def test_no_cell_is_a_formula_and_the_text_can_be_had_back(title: str) -> None:
    cell = csv_row(an_article(title=title))["title"]
    assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r", "＝")
    assert cell.removeprefix("'") == title
