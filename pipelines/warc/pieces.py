"""A WARC file cut into its records, each in bounded memory, and on to the next where one is broken.

WARC.gz is one gzip member a record. A member that does not unpack, or unpacks without end, costs itself alone: the
next one is looked for by its magic. Plain files, and those packed as one member, are cut by ``Content-Length``.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol

MAX_RECORD = 24_000_000
"""Bytes of a record that are kept; larger ones are named and passed over. Pages have 20 MB at most."""
MAX_MEMBER = 2_000_000_000
"""Bytes that one member may unpack to, and"""
MAX_RATIO = 150
"""times its own size, once it is larger than a record: beyond that it is a bomb."""
MAX_HEAD = 64_000
MAX_RECORDS = 2_000_000
"""Of a plain file that are looked at to cut it; what comes after them is one part."""
_CHUNK = 256 * 1024
_BEGINNING = 600
"""Bytes of a member that are unpacked to see whether it begins a record."""
_MAGIC = b"\x1f\x8b\x08"
_LENGTH = re.compile(rb"(?im)^content-length:[ \t]{0,20}(\d{1,15})[ \t]{0,20}\r?$")


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of a record (or of the few that share a member), or what is wrong with it."""

    offset: int
    data: bytes = b""
    trouble: str | None = None
    """``broken``, ``truncated``, ``too_large`` or ``bomb``; ``data`` is then its beginning, if anything."""
    begins: bool = True
    """Whether who looks for the next member, from anywhere before this one, would find it."""


class Readable(Protocol):
    """What plain records are read from."""

    def read(self, size: int, /) -> bytes: ...


def pieces(file: BinaryIO, start: int = 0, *, alone: bool = True) -> Iterator[Piece]:
    """The records of a WARC file, packed or plain, read once from ``start``: of a packed one any byte, of a plain one
    where a record begins. Not ``alone``: others read the parts of a file that ``cuts`` could cut.
    """
    file.seek(0)
    packed = file.read(2) == _MAGIC[:2]
    file.seek(start)
    if packed:
        yield from _members(file, _next_member(file, start) if start else 0, alone)
    else:
        yield from plain_records(file, start)


def cuts(file: BinaryIO, size: int, every: int) -> Iterator[int]:
    """Places, about ``every`` bytes apart, from which parts of a file of ``size`` bytes can be read by themselves.

    None for a small file, nor for one that is packed as a whole.
    """
    if size < 2 * every:
        return
    file.seek(0)
    if file.read(2) == _MAGIC[:2]:
        file.seek(0)
        end = _member(file, 0)[1]
        if end is not None and end < size:
            yield from range(every, size - every // 2, every)
        return
    place, last = 0, 0
    for _ in range(MAX_RECORDS):
        if (record := declared_size(_head(file, place))) is None:
            return
        place += record + len(_RECORD_END)
        if place - last >= every and place < size - every // 2:
            yield place
            last = place


_RECORD_END = b"\r\n\r\n"


def _head(file: BinaryIO, place: int) -> bytes:
    file.seek(place)
    return file.read(8_000)


def _members(file: BinaryIO, offset: int | None, alone: bool) -> Iterator[Piece]:
    while offset is not None:
        file.seek(offset)
        piece, end = _member(file, offset)
        if piece is None:
            return
        if alone and piece.trouble == "too_large" and _holds_more(piece.data):
            file.seek(offset)
            yield from plain_records(_Unpacked(file), offset)
            return
        if piece.trouble == "broken":
            file.seek(offset)
            piece = replace(piece, begins=_begins_record(file.read(_BEGINNING)))
        yield piece
        offset = end if end is not None else _next_member(file, offset + 1)


def _member(file: BinaryIO, offset: int) -> tuple[Piece | None, int | None]:
    """The member at the offset, and where it ends; None for the end where that is not known."""
    unpacker, kept, size, read, rest = zlib.decompressobj(31), bytearray(), 0, 0, b""
    while not unpacker.eof:
        if not rest:
            rest = file.read(_CHUNK)
            read += len(rest)
            if not rest:
                return (Piece(offset, bytes(kept), "truncated") if read else None), None
        try:
            some = unpacker.decompress(rest, _CHUNK)
        except zlib.error:
            return Piece(offset, bytes(kept), "broken"), None
        rest = unpacker.unconsumed_tail
        size += len(some)
        kept += some[: MAX_RECORD - len(kept)]
        if size <= MAX_RECORD:
            continue
        if _holds_more(bytes(kept[:MAX_HEAD])):
            return Piece(offset, bytes(kept[:MAX_HEAD]), "too_large"), None
        if size > MAX_MEMBER or size > MAX_RATIO * (read - len(rest)):
            return Piece(offset, bytes(kept[:MAX_HEAD]), "bomb"), None
    end = offset + read - len(unpacker.unused_data)
    if size > MAX_RECORD:
        return Piece(offset, bytes(kept[:MAX_HEAD]), "too_large"), end
    return Piece(offset, bytes(kept)), end


def _holds_more(head: bytes) -> bool:
    """Whether the record at the beginning ends before the bound: then more than one are packed together."""
    record = declared_size(head)
    return record is not None and record < MAX_RECORD - MAX_HEAD


def declared_size(head: bytes) -> int | None:
    """Bytes of a record by what its head says; None where that is no head of a record."""
    end = head.find(b"\r\n\r\n")
    length = _LENGTH.search(head[: end + 2]) if head.startswith(b"WARC/") and end > 0 else None
    return end + 4 + int(length[1]) if length else None


def _next_member(file: BinaryIO, offset: int) -> int | None:
    """Where the next thing begins that looks like a member and unpacks like a record."""
    file.seek(offset)
    tail = b""
    while chunk := file.read(_CHUNK):
        block, base = tail + chunk, offset - len(tail)
        place = block.find(_MAGIC)
        while place >= 0 and place + _BEGINNING <= len(block):
            if _begins_record(block[place : place + _BEGINNING]):
                return base + place
            place = block.find(_MAGIC, place + 1)
        offset += len(chunk)
        tail = block[place:] if place >= 0 else block[-_BEGINNING:]
    place = tail.find(_MAGIC)
    while place >= 0:
        if _begins_record(tail[place : place + _BEGINNING]):
            return offset - len(tail) + place
        place = tail.find(_MAGIC, place + 1)
    return None


def _begins_record(data: bytes) -> bool:
    try:
        return zlib.decompressobj(31).decompress(data, 5) == b"WARC/"
    except zlib.error:
        return False


class _Unpacked:
    """All members of a gzip file as one stream of bytes; ends where it is broken, or is a bomb."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._unpacker, self._rest = file, zlib.decompressobj(31), b""
        self._in = self._out = 0

    def read(self, size: int, /) -> bytes:
        parts, left = [], size
        while left > 0 and (some := self._some(left)):
            parts.append(some)
            left -= len(some)
        return b"".join(parts)

    def _some(self, most: int) -> bytes:
        while True:
            if self._unpacker.eof:
                self._rest, self._unpacker = self._unpacker.unused_data or self._more(), zlib.decompressobj(31)
            self._rest = self._rest or self._more()
            if not self._rest:
                return b""
            try:
                some = self._unpacker.decompress(self._rest, most)
            except zlib.error:
                return b""
            self._rest = self._unpacker.unconsumed_tail
            self._out += len(some)
            if self._out > MAX_RECORD + MAX_RATIO * self._in:
                return b""
            if some:
                return some

    def _more(self) -> bytes:
        chunk = self._file.read(_CHUNK)
        self._in += len(chunk)
        return chunk


def plain_records(stream: Readable, offset: int = 0) -> Iterator[Piece]:
    """The records of an unpacked stream; after a head that is none, on from the next line that begins one."""
    held = b""
    while True:
        held += stream.read(MAX_HEAD) if len(held) < MAX_HEAD else b""
        stripped = held.lstrip(b"\r\n")
        offset, held = offset + len(held) - len(stripped), stripped
        if not held:
            return
        size = declared_size(held[:MAX_HEAD])
        if size is None:
            yield Piece(offset, held[:MAX_HEAD], "broken")
            skipped, held = _to_next(stream, held)
            offset += skipped
            continue
        data, held = _take(stream, held, size)
        if len(data) < min(size, MAX_RECORD):
            yield Piece(offset, data, "truncated")
            return
        yield Piece(offset, data[:MAX_HEAD] if size > MAX_RECORD else data, "too_large" if size > MAX_RECORD else None)
        offset += size


def _take(stream: Readable, held: bytes, size: int) -> tuple[bytes, bytes]:
    """So many bytes, of which the first ``MAX_RECORD`` are kept, and what was read beyond them."""
    if len(held) >= size:
        return held[:size], held[size:]
    kept, left = bytearray(held), size - len(held)
    while left > 0 and (some := stream.read(min(left, _CHUNK))):
        left -= len(some)
        kept += some[: max(0, MAX_RECORD - len(kept))]
    return bytes(kept), b""


def _to_next(stream: Readable, held: bytes) -> tuple[int, bytes]:
    """Bytes passed over up to the next line that begins a record, and what was read from there on."""
    skipped = 0
    while True:
        place = held.find(b"\nWARC/", 1)
        if place >= 0:
            return skipped + place + 1, held[place + 1 :]
        keep = held[-6:]
        more = stream.read(_CHUNK)
        if not more:
            return skipped + len(held), b""
        skipped += len(held) - len(keep)
        held = keep + more
