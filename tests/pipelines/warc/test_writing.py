"""Pages written as WARC are read back byte for byte by another library, by the index too, and by ourselves."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from pipelines.items import Hint, RawPage
from pipelines.warc.reading import Capture, read_archive
from pipelines.warc.writing import ArchiveWriter, Record, StoredPage, surt, write_index

DATE = "2026-01-02T03:04:05Z"
TEXT = b"<p>Caf\xc3\xa9</p>\r\n\r\nWARC/1.0\r\n"
HINT = Hint("feed", title="Ein Titel — mit Strich", tags=("x", "y"))
PAGES = [
    RawPage("https://www.a.example/news/b?x=2&A=1", TEXT, "a", None, 200, "text/html", DATE),
    RawPage("https://a.example/long", b"<p>One</p>", "a", "http://a.example/l", 200, "text/html; charset=utf-8", DATE,
            HINT, (b"<p>Two</p>", b"\x00\xff")),
    RawPage("https://a.example/evil", b"", "a", None, 404, "text/html\r\nX-Evil: 1", None),
]  # fmt: skip


def written(pages: list[RawPage]) -> tuple[bytes, list[Record]]:
    stream = BytesIO()
    writer = ArchiveWriter(stream, "a.warc.gz", "newsmint test")
    writer.begin(DATE)
    records = [writer.add(StoredPage(page, (("X-Robots-Tag", "noai"),))) for page in pages]
    return stream.getvalue(), records


def test_bodies_come_back_byte_for_byte() -> None:
    data, _ = written(PAGES)
    found = [each for each in ArchiveIterator(BytesIO(data), verify_digests=True) if each.record_type != 2]
    kinds = [each.record_type for each in ArchiveIterator(BytesIO(data))]
    assert kinds[0] == WarcRecordType.warcinfo
    assert kinds.count(WarcRecordType.response) == 3
    bodies = [
        each.reader.read() for each in ArchiveIterator(BytesIO(data)) if each.record_type != WarcRecordType.warcinfo
    ]
    assert bodies == [PAGES[0].body, PAGES[1].body, *PAGES[1].parts, PAGES[2].body]
    assert len(found) == 5


def test_nothing_of_a_page_gets_into_the_headers_as_a_line_of_its_own() -> None:
    data, _ = written(PAGES[2:])
    (response,) = ArchiveIterator(BytesIO(data), record_types=WarcRecordType.response)
    assert response.http_headers.get("X-Evil") is None
    assert response.http_headers["X-Robots-Tag"] == "noai"
    assert response.http_headers.status_code == 404


def test_the_same_pages_give_the_same_bytes() -> None:
    assert written(PAGES)[0] == written(PAGES)[0]


def test_our_own_reader_gives_the_pages_back(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(written(PAGES)[0])
    found = [each for each in read_archive(path) if isinstance(each, Capture)]
    assert [(each.url, each.body, each.status, each.parts) for each in found] == [
        (page.url, page.body, page.status, page.parts) for page in PAGES
    ]
    assert (found[1].requested_url, found[1].source, found[1].hint) == ("http://a.example/l", "a", PAGES[1].hint)
    assert found[1].fetched_at == DATE


def test_the_index_leads_to_the_records() -> None:
    data, records = written(PAGES)
    index = BytesIO()
    assert write_index(records, "a.warc.gz", index) == 3
    lines = index.getvalue().decode().splitlines()
    assert lines == sorted(lines)
    for line in lines:
        key, moment, rest = line.split(" ", 2)
        said = json.loads(rest)
        start = int(said["offset"])
        (record,) = ArchiveIterator(BytesIO(data[start : start + int(said["length"])]))
        assert record.headers["WARC-Target-URI"] == said["url"]
        assert record.headers["WARC-Payload-Digest"] == said["digest"]
        assert key == surt(said["url"])
        assert len(moment) == 14


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.Example.com/News/A?b=2&a=1", "com,example)/news/a?a=1&b=2"),
        ("http://example.com", "com,example)/"),
        ("http://example.com:8080/x/", "com,example:8080)/x"),
        ("http://127.0.0.1:80/", "127.0.0.1)/"),
    ],
)
def test_keys_of_the_index(url: str, expected: str) -> None:
    assert surt(url) == expected
