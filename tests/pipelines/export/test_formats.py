"""What each format makes of an article, and that it can be read back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import zstandard

from pipelines.export import FORMATS, Request, export
from pipelines.export.csv import text_of
from pipelines.items import Article, Heading, Link
from tests.pipelines.export.conftest import Filled
from tests.pipelines.store.examples import an_article

PLAIN = sorted(set(FORMATS) - {"huggingface"})
CSV_COLUMNS = (
    "id url canonical_url source title description authors published_at modified_at language section tags image_url "
    "body headings related_links verdict labels fetched_at extractor"
).split()
HOSTILE = an_article(title='Line\nfeed, "quotes" \\ \x01 and ₿\u2028', tags=('a "b"', "c\\d"), section="=1+1")


def exported(path: Path, tmp_path: Path, name: str, **asked: Any) -> Path:
    target = tmp_path / f"out.{name}"
    assert export(path, Request(name, **asked), target).articles
    return target


def csv_rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("article", [an_article(), HOSTILE, an_article(body="", title=None, links=(), headings=())])
def test_jsonl_is_what_extract_prints(filled: Filled, tmp_path: Path, article: Article) -> None:
    lines = exported(filled(article), tmp_path, "jsonl").read_bytes()
    assert lines.count(b"\n") == 1
    found = json.loads(lines)
    assert found == article.as_dict()
    assert list(found) == list(article.as_dict())


def test_compressed_lines_are_the_same_lines(filled: Filled, tmp_path: Path) -> None:
    path = filled(an_article(), HOSTILE)
    packed = exported(path, tmp_path, "jsonl.zst").read_bytes()
    with zstandard.ZstdDecompressor().stream_reader(packed) as lines:
        assert lines.read() == exported(path, tmp_path, "jsonl").read_bytes()


def test_parquet_has_typed_described_columns(filled: Filled, tmp_path: Path) -> None:
    table = pq.read_table(exported(filled(HOSTILE), tmp_path, "parquet"))
    (row,) = table.to_pylist()
    lines = exported(filled(), tmp_path, "jsonl", include=("record",), columns=tuple(table.column_names))
    assert row == json.loads(lines.read_bytes())
    assert all(field.metadata[b"description"] for field in table.schema)
    assert str(table.schema.field("links").type).startswith("list<element: struct<kind: string, url: string")


def test_parquet_is_compressed_in_groups_of_rows(filled: Filled, tmp_path: Path) -> None:
    path = exported(filled(*(an_article(f"story-{n}") for n in range(3))), tmp_path, "parquet")
    group = pq.ParquetFile(path).metadata.row_group(0)
    assert (group.num_rows, group.column(0).compression) == (3, "ZSTD")


def test_csv_is_what_spreadsheets_open(filled: Filled, tmp_path: Path) -> None:
    data = exported(filled(an_article()), tmp_path, "csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfid,url,")
    assert data.endswith(b"\r\n")
    assert list(csv_rows(tmp_path / "out.csv")[0]) == CSV_COLUMNS


def test_csv_has_lists_one_item_a_line(filled: Filled, tmp_path: Path) -> None:
    links = (Link("related_inline", "https://a.example/1", "x"), Link("inline", "https://a.example/2", "y"))
    headings = (Heading(2, "First", 0), Heading(3, "Second", 2))
    article = an_article(authors=("Ada Field", "Bo Hill"), links=links, headings=headings, tags=(), section=None)
    (row,) = csv_rows(exported(filled(article), tmp_path, "csv"))
    assert (row["authors"], row["headings"], row["tags"], row["section"]) == (
        "Ada Field\nBo Hill",
        "First\nSecond",
        "",
        "",
    )
    assert row["related_links"] == "https://a.example/1"


def test_csv_has_nested_rows_as_json_where_they_are_asked_for(filled: Filled, tmp_path: Path) -> None:
    (row,) = csv_rows(exported(filled(an_article()), tmp_path, "csv", include=("links",)))
    assert json.loads(row["links"]) == an_article().as_dict()["links"]


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
def test_no_cell_is_a_formula_and_the_text_can_be_had_back(filled: Filled, tmp_path: Path, title: str) -> None:
    (row,) = csv_rows(exported(filled(an_article(title=title)), tmp_path, "csv"))
    assert row["title"][:1] not in ("=", "+", "-", "@", "\t", "\r", "＝")
    assert text_of(row["title"]) == title


@pytest.mark.parametrize("name", PLAIN)
def test_the_same_store_and_the_same_request_give_the_same_bytes(filled: Filled, tmp_path: Path, name: str) -> None:
    path = filled(an_article(), HOSTILE)
    first = exported(path, tmp_path, name)
    kept = {each.name: each.read_bytes() for each in tmp_path.glob("out*")}
    first.unlink()
    exported(path, tmp_path, name)
    assert {each.name: each.read_bytes() for each in tmp_path.glob("out*")} == kept
    assert len(kept) == 2
