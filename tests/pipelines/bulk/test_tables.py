"""Parquet of others: whatever their writers made of pages, times, headers and nulls, and files that are broken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pytest
from pyarrow import parquet

from pipelines.bulk.tables import read_table, row_group_parts
from pipelines.errors import BadInput
from pipelines.warc.answers import MAX_BODY
from pipelines.warc.reading import WHOLE, Broken, Capture, Found, Part

URL = "https://a.example/1"
PAGE = "<p>Zürich</p>"


def table(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    parquet.write_table(arrow.table(columns), path, **options)
    return path


def only(found: Sequence[Found]) -> Capture:
    (capture,) = found
    assert isinstance(capture, Capture), capture
    return capture


def capture(tmp_path: Path, **columns: Any) -> Capture:
    """What is read of a table of one row."""
    columns = {"url": [URL], "html": [PAGE]} | columns
    return only(list(read_table(table(tmp_path / "a.parquet", columns), WHOLE)))


TEXTS = [arrow.string(), arrow.large_string(), arrow.string_view(), arrow.dictionary(arrow.int32(), arrow.string())]
BYTES = [arrow.binary(), arrow.large_binary(), arrow.dictionary(arrow.int8(), arrow.binary())]


@pytest.mark.parametrize("kind", [*TEXTS, *BYTES], ids=str)
@pytest.mark.parametrize("name", ["html", "body", "content"])
def test_pages_are_text_or_bytes_of_any_kind(name: str, kind: Any, tmp_path: Path) -> None:
    values = [PAGE.encode() if kind in BYTES else PAGE]
    path = table(tmp_path / "a.parquet", {"url": [URL], name: arrow.array(values).cast(kind)})
    found = only(list(read_table(path, WHOLE)))
    assert found.body == PAGE.encode()
    assert found.content_type == (None if kind in BYTES else "text/html; charset=utf-8")


@pytest.mark.parametrize("kind", [*TEXTS, *BYTES], ids=str)
def test_addresses_are_too(kind: Any, tmp_path: Path) -> None:
    url = URL.encode() if kind in BYTES else URL
    assert capture(tmp_path, url=arrow.array([url]).cast(kind)).url == URL


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (arrow.array([1767323045123456789], arrow.timestamp("ns")), "2026-01-02T03:04:05Z"),
        (arrow.array([1767323045], arrow.timestamp("s", "America/New_York")), "2026-01-02T03:04:05Z"),
        (arrow.array([2**62], arrow.timestamp("ms")), None),
        ([datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)], "2026-01-02T03:04:05Z"),
        ([date(2026, 1, 2)], "2026-01-02T00:00:00Z"),
        (["2026-01-02T03:04:05+02:00"], "2026-01-02T01:04:05Z"),
        ([b"2026-01-02"], "2026-01-02T00:00:00Z"),
        (["20260102030405"], "2026-01-02T03:04:05Z"),
        ([20260102030405], "2026-01-02T03:04:05Z"),
        ([1767323045], "2026-01-02T03:04:05Z"),
        ([1767323045123], "2026-01-02T03:04:05Z"),
        ([2**62], None),
        (["yesterday"], None),
        ([None], None),
        ([[1]], None),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["date", "timestamp"])
def test_times_of_capture_in_all_their_spellings(name: str, value: Any, expected: str | None, tmp_path: Path) -> None:
    assert capture(tmp_path, **{name: value}).fetched_at == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [([404], 404), ([404.0], 404), (["404"], 404), ([None], 200), ([float("nan")], 200), (["OK"], 200), ([[404]], 200)],
    ids=str,
)
def test_status_is_a_number_however_it_is_written(value: Any, expected: int, tmp_path: Path) -> None:
    assert capture(tmp_path, status=value).status == expected


PAIRS = [("X-Robots-Tag", "noai"), ("Content-Type", None)]


@pytest.mark.parametrize(
    "value",
    [
        arrow.array([PAIRS], arrow.map_(arrow.string(), arrow.string())),
        [{"X-Robots-Tag": "noai", "Content-Type": None}],
        [[{"name": "X-Robots-Tag", "value": "noai"}, {"name": "Content-Type", "value": None}]],
        [[["X-Robots-Tag", "noai"]]],
        ['{"X-Robots-Tag": "noai"}'],
        [b'[["X-Robots-Tag", "noai"]]'],
    ],
    ids=["map", "struct", "structs", "pairs", "JSON object", "JSON pairs"],
)
def test_headers_in_all_their_shapes(value: Any, tmp_path: Path) -> None:
    found = capture(tmp_path, headers=value)
    assert found.headers == {"x-robots-tag": "noai", "content-type": "text/html; charset=utf-8"}


@pytest.mark.parametrize("value", [["HTTP/1.1 200 OK"], [None], [[1, 2]], ["[" * 9_000], [7], [b"\xff"]], ids=str)
def test_other_headers_are_none(value: Any, tmp_path: Path) -> None:
    assert capture(tmp_path, headers=value).headers == {"content-type": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    "columns",
    [
        {"url": [None]},
        {"url": [""]},
        {"url": [17]},
        {"html": [None]},
        {"html": [17]},
        {"html": [[PAGE]]},
        {"html": arrow.nulls(1)},
    ],
)
def test_a_row_without_address_or_page_is_a_failure(columns: dict[str, Any], tmp_path: Path) -> None:
    path = table(tmp_path / "a.parquet", {"url": [URL], "html": [PAGE]} | columns)
    (found,) = read_table(path, WHOLE)
    assert isinstance(found, Broken)
    assert (found.label, found.kind) == ("a.parquet#0.0", "row_broken")


def test_a_huge_page_is_one_too_and_what_is_no_utf8_is_not(tmp_path: Path) -> None:
    text = arrow.array([b"\xff<p>Text</p>", b"x" * (MAX_BODY + 1), b""]).cast(arrow.binary())
    text = arrow.StringArray.from_buffers(3, *text.buffers()[1:])  # as a writer does that does not look
    first, huge, empty = read_table(table(tmp_path / "a.parquet", {"url": [URL] * 3, "html": text}), WHOLE)
    assert isinstance(first, Capture)
    assert first.body == b"\xff<p>Text</p>"
    assert isinstance(huge, Broken)
    assert huge.kind == "row_too_large"
    assert isinstance(empty, Capture)


def numbered(path: Path) -> Path:
    """Nine rows in three row groups."""
    urls = [f"https://a.example/{n}" for n in range(9)]
    return table(path, {"url": urls, "html": [f"{n}" * 4_000 for n in range(9)]}, row_group_size=3, compression="none")


def test_a_file_is_cut_at_its_row_groups(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.parquet")
    cut = row_group_parts(path, 10_000)
    assert cut == [Part(0, 1), Part(1, 2), Part(2, 3)]
    assert [found for part in cut for found in read_table(path, part)] == list(read_table(path, WHOLE))


def test_a_broken_row_group_costs_itself_alone(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.parquet")
    start = parquet.ParquetFile(path).metadata.row_group(1).column(1).data_page_offset
    data = bytearray(path.read_bytes())
    data[start : start + 40] = b"\xff" * 40
    path.write_bytes(data)
    found = list(read_table(path, WHOLE))
    assert [each.url[-1] for each in found if isinstance(each, Capture)] == ["0", "1", "2", "6", "7", "8"]
    assert [(each.label, each.kind) for each in found if isinstance(each, Broken)] == [
        ("a.parquet#1", "row_group_broken")
    ]


@pytest.mark.parametrize(
    ("columns", "words"), [({"link": [URL]}, "no columns url and html"), ({"url": [URL], "text": [PAGE]}, "no columns")]
)
def test_a_table_of_something_else_is_refused(columns: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=words):
        row_group_parts(table(tmp_path / "a.parquet", columns), 1_000)


def test_a_file_that_was_cut_short_is_refused_in_a_line(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.parquet")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BadInput, match="not a Parquet file that can be read"):
        list(read_table(path, WHOLE))
