"""Answers of HTTP as archives keep them: the head, and the body without what it was packed in on its way.

As lenient as browsers are: lines may end in LF alone, chunks may be cut short, gzip may have a tail that is none.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO

MAX_BODY = 20_000_000
"""Bytes of a page, unpacked."""
MAX_HEAD = 256 * 1024
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?!\d)")
_GAP = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_CHUNK = re.compile(rb"(?:\r\n)?[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r\n")
_GZIP, _ZLIB, _BARE = 31, 15, -15
_PACKED = {"gzip": (_GZIP,), "x-gzip": (_GZIP,), "deflate": (_ZLIB, _BARE)}
"""Forms of zlib; some servers send ``deflate`` without the head that it must have."""
_MEMBERS = 100
"""Of one body, that are read: honest ones have one."""
_READERS = {"br": "BrotliReader", "zstd": "ZstdReader"}


def split_answer(data: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and the body as it came. Names are in lower case, several of one name joined by commas.

    Raises ValueError for what is no answer of HTTP.
    """
    status = _STATUS.match(data)
    if status is None:
        raise ValueError("no status line of HTTP")
    gap = _GAP.search(data, 0, MAX_HEAD)
    head = data[: gap.start() if gap else MAX_HEAD]
    said: defaultdict[str, list[str]] = defaultdict(list)
    for line in _FOLD.sub(b" ", head).splitlines()[1:]:
        name, colon, value = line.partition(b":")
        if colon:
            said[_text(name).lower()].append(_text(value))
    return int(status[1]), {name: ",".join(values) for name, values in said.items()}, data[gap.end() :] if gap else b""


def _text(value: bytes) -> str:
    try:
        return value.strip().decode()
    except UnicodeDecodeError:
        return value.strip().decode("latin-1")


def unpacked(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The body without the layers that its headers name; archives differ in what they took off already, so a layer
    that is not there is no fault. Never more than ``MAX_BODY`` and a byte."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _joined(body)
    for layer in reversed(headers.get("content-encoding", "").lower().replace(" ", "").split(",")[:3]):
        if layer in _PACKED:
            body = _inflated(body, _PACKED[layer])
        elif layer in _READERS:
            body = _read_by(_READERS[layer], body)
    return body


def _joined(body: bytes) -> bytes:
    """The chunks of a body, as many as there are."""
    joined, place = bytearray(), 0
    while found := _CHUNK.match(body, place):
        size = int(found[1], 16)
        if size == 0:
            return bytes(joined)
        joined += body[found.end() : found.end() + size]
        place = found.end() + size
    return bytes(joined) if joined and place >= len(body) else body


def _inflated(body: bytes, forms: tuple[int, ...]) -> bytes:
    for form in forms:
        found, rest = bytearray(), body
        with suppress(zlib.error):
            for _ in range(_MEMBERS):
                unpacker = zlib.decompressobj(form)
                found += unpacker.decompress(rest, MAX_BODY + 1 - len(found))
                rest = unpacker.unused_data
                if not rest or len(found) > MAX_BODY:
                    break
        if found and (form != _BARE or unpacker.eof):  # by chance, text may begin like the bare form
            return bytes(found)
    return body


def _read_by(reader: str, body: bytes) -> bytes:
    from fastwarc import stream_io

    try:
        return bytes(getattr(stream_io, reader)(BytesIO(body)).read(MAX_BODY + 1))
    except OSError:
        return body
