"""Answers as servers really give them: heads that no specification has, bodies in layers."""

from __future__ import annotations

import gzip
import time
import zlib

import pytest

from pipelines.warc.answers import MAX_BODY, split_answer, unpacked

PAGE = b"<p>Text</p>"
PACKED = gzip.compress(PAGE, mtime=0)
HTML = {"content-type": "text/html"}


@pytest.mark.parametrize(
    ("head", "status", "headers"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", 200, HTML),
        (b"HTTP/1.1 200\r\nContent-Type: text/html\r\n\r\n", 200, HTML),
        (b"HTTP/2 301\r\ncontent-type: text/html\r\n\r\n", 301, HTML),
        (b"HTTP/3  404  Gone: lost\r\nCONTENT-TYPE:text/html\r\n\r\n", 404, HTML),
        (b"HTTP/1.0 200 OK\nContent-Type: text/html\n\n", 200, HTML),
        (b"HTTP/1.0 200 OK\r\n\r\n", 200, {}),
        (b"HTTP/1.0 200 OK\r\nno header\r\nX-A: 1\r\n 2\r\n\t3\r\nx-a: 4\r\n\r\n", 200, {"x-a": "1 2 3,4"}),
        ("HTTP/1.0 200 OK\r\nX-A: Zürich\r\n\r\n".encode(), 200, {"x-a": "Zürich"}),
        ("HTTP/1.0 200 OK\r\nX-A: Zürich\r\n\r\n".encode("latin-1"), 200, {"x-a": "Zürich"}),
    ],
)
def test_a_head_is_read_as_servers_write_it(head: bytes, status: int, headers: dict[str, str]) -> None:
    assert split_answer(head + PAGE) == (status, headers, PAGE)


@pytest.mark.parametrize(
    "data", [b"", PAGE, b"GARBAGE 200 OK\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n", b"HTTP/1.1 OK\r\n\r\n"]
)
def test_what_is_no_answer_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(ValueError, match="no status line"):
        split_answer(data)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"b\r\n<p>Text</p>\r\n0\r\n\r\n", PAGE),
        (b"7\r\n<p>Text\r\n4;name=value\r\n</p>\r\n0\r\nTrailer: x\r\n\r\n", PAGE),
        (b"0000000B \r\n<p>Text</p>\r\n0\r\n\r\n", PAGE),
        (b"7\r\n<p>Text\r\n4\r\n</", b"<p>Text</"),
        (b"7\r\n<p>Text", b"<p>Text"),
        (b"0\r\n\r\n", b""),
        (PAGE, PAGE),
        (b"Add\nthe coins\n", b"Add\nthe coins\n"),
        (b"ffffffff\r\n" + PAGE, PAGE),
    ],
)
def test_chunks_are_joined_where_there_are_any(body: bytes, expected: bytes) -> None:
    assert unpacked(body, {"transfer-encoding": "Chunked"}) == expected


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        ("gzip", PACKED, PAGE),
        ("X-GZIP", PACKED, PAGE),
        ("gzip", PACKED + b"\0\0<!-- tail -->", PAGE),
        ("gzip", PACKED + PACKED, PAGE + PAGE),
        ("gzip", gzip.compress(PAGE * 9_000)[:-12], (PAGE * 9_000)[:-1]),
        ("gzip, gzip", gzip.compress(PACKED), PAGE),
        ("gzip", PAGE, PAGE),
        ("gzip", b"", b""),
        ("deflate", zlib.compress(PAGE), PAGE),
        ("deflate", zlib.compress(PAGE)[2:-4], PAGE),
        ("deflate", b"\n\n" + PAGE, b"\n\n" + PAGE),
        ("identity", PAGE, PAGE),
        ("br", PAGE, PAGE),
        ("zstd", PAGE, PAGE),
    ],
)
def test_layers_are_taken_off_as_far_as_they_are_there(encoding: str, body: bytes, expected: bytes) -> None:
    found = unpacked(body, {"content-encoding": encoding})
    assert found.startswith(expected[:60_000])
    assert len(expected) - 60_000 <= len(found) <= len(expected)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-encoding": "gzip"}, gzip.compress(bytes(60_000_000), 1)),
        ({"content-encoding": "gzip"}, PACKED * 400_000),
        ({"content-encoding": "deflate"}, b"\n" * 12_000_000),
        ({"transfer-encoding": "chunked"}, b"1\r\nx\r\n" * 500_000),
        ({"transfer-encoding": "chunked", "content-encoding": "gzip"}, b" " * 12_000_000),
    ],
    ids=["bomb", "members without end", "lines", "chunks of a byte", "spaces"],
)
def test_hostile_bodies_take_little_time(headers: dict[str, str], body: bytes) -> None:
    began = time.process_time()
    assert len(unpacked(body, headers)) <= MAX_BODY + 1
    assert time.process_time() - began < 5
