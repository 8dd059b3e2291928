"""What a WARC or WACZ file holds, record by record: captures of pages, what is passed over, what is broken."""

from __future__ import annotations

import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader, BytesIO, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.errors import BadConfig, BadInput, MissingInput
from pipelines.items import Hint
from pipelines.warc.answers import MAX_BODY, split_answer, unpacked
from pipelines.warc.pieces import Piece, cuts, declared_size, pieces

MAX_FILES = 10_000
"""WARC files in one WACZ."""
MAX_ENTRIES = 100_000
MAX_PARTS = 50
"""Further pages of one article, as our own export writes them."""

_HTML = re.compile(r"\s*(?:text/html|application/xhtml\+xml)\b", re.IGNORECASE)
_WARC_NAME = re.compile(r"(?:^|/)archive/[^/]+\.warc(?:\.gz)?$|^[^/]+\.warc(?:\.gz)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer of a server. Times are ISO 8601 in UTC."""

    label: str
    """File and offset, for messages."""
    url: str
    status: int
    headers: Mapping[str, str]
    """Names in lower case; several of one name joined by commas."""
    body: bytes = field(repr=False)
    fetched_at: str | None = None
    requested_url: str | None = None
    source: str | None = None
    hint: Hint | None = None
    parts: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def content_type(self) -> str | None:
        return self.headers.get("content-type")

    @property
    def is_html(self) -> bool:
        return _HTML.match(self.content_type or "text/html") is not None


@dataclass(frozen=True, slots=True)
class Passed:
    """A record that is no capture of a page, and why: ``request``, ``revisit``, ``resource``, ``not_http`` …"""

    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that could not be read. ``kind``: ``warc_broken, _truncated, _too_large, _bomb`` or ``_http``."""

    label: str
    kind: str
    detail: str
    url: str | None = None


Found = Capture | Passed | Broken
Refuse = Callable[[str, str | None], str | None]
"""URL and time of a capture → why it is not wanted, None where it is; asked before its body is unpacked."""


@dataclass(frozen=True, slots=True)
class Part:
    """Records that begin at ``start`` and before ``stop``; of the WARC ``entry`` where the file is a WACZ."""

    start: int = 0
    stop: int | None = None
    entry: str | None = None


WHOLE = Part()


def read_archive(path: Path, part: Part = WHOLE, refuse: Refuse | None = None) -> Iterator[Found]:
    """All that a file holds, or one of its ``parts``, in its order.

    Raises MissingInput where there is none, BadInput for one that is neither WARC nor WACZ.
    """
    _need_fastwarc()
    if not path.is_file():
        raise MissingInput(f"{path}: no such file")
    try:
        with path.open("rb") as file:
            start = file.read(6)
            file.seek(0)
            if start.startswith(b"PK\x03\x04"):
                yield from _wacz(path, file, part, refuse)
            elif start.startswith((b"\x1f\x8b", b"WARC/")):
                yield from _warc(path.name, file, part, refuse)
            else:
                raise BadInput(f"{path}: neither a WARC file (.warc, .warc.gz) nor a WACZ (.wacz)")
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror or error}") from None


def parts(path: Path, every: int) -> list[Part]:
    """What a file can be read as by several at a time, each part of about ``every`` bytes; ``[WHOLE]`` if not cut.

    Raises as ``read_archive``.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != b"PK\x03\x04":
                return _cut(file, path.stat().st_size, every, None)
            with _unzipped(path, file) as bundle:
                return [each for info in _inside(path, bundle) for each in _cut_entry(bundle, info, every)]
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror or error}") from None


def _cut(file: BinaryIO, size: int, every: int, entry: str | None) -> list[Part]:
    places = [0, *cuts(file, size, every)]
    return [Part(start, stop, entry) for start, stop in zip(places, [*places[1:], None], strict=True)]


def _cut_entry(bundle: zipfile.ZipFile, info: zipfile.ZipInfo, every: int) -> list[Part]:
    if info.compress_type != zipfile.ZIP_STORED:
        return [Part(entry=info.filename)]
    with _entry(bundle, info) as inner:
        return _cut(inner, info.file_size, every, info.filename)


def _need_fastwarc() -> None:
    try:
        import fastwarc  # noqa: F401
    except ImportError:
        raise BadConfig("reading web archives needs FastWARC: pip install 'newsmint[warc]'") from None


def _wacz(path: Path, file: BinaryIO, part: Part, refuse: Refuse | None) -> Iterator[Found]:
    """The WARC files of a WACZ, read in place: nothing is unpacked to the disk, so names in it lead nowhere."""
    with _unzipped(path, file) as bundle:
        for info in _inside(path, bundle):
            if part.entry in (None, info.filename):
                with _entry(bundle, info) as inner:
                    yield from _warc(f"{path.name}/{info.filename[-100:]}", inner, part, refuse)


@contextmanager
def _unzipped(path: Path, file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as bundle:
            yield bundle
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, RuntimeError, EOFError) as error:
        raise BadInput(f"{path}: not a WACZ that can be read: {error}") from None


def _inside(path: Path, bundle: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    listed = bundle.infolist()
    if len(listed) > MAX_ENTRIES:
        raise BadInput(f"{path}: {len(listed):,} files in it, at most {MAX_ENTRIES:,} are looked at")
    names = list({info.filename: info for info in listed if _WARC_NAME.search(info.filename)}.values())
    if not names:
        raise BadInput(f"{path}: a zip file without a WARC in archive/, so no WACZ")
    if len(names) > MAX_FILES:
        raise BadInput(f"{path}: {len(names):,} WARC files in it, at most {MAX_FILES:,} are read")
    return names


@contextmanager
def _entry(bundle: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[Any]:
    """A member to read; one that the zip has packed a second time, which WACZ forbids, only up to a sane ratio."""
    if info.file_size > 100 * max(info.compress_size, 1) + 1_000_000:
        raise BadInput(f"{info.filename[-100:]}: {info.file_size:,} bytes packed into {info.compress_size:,}: a bomb")
    if info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1:
        yield BufferedReader(_Stored(bundle.fp, info))  # a member of zipfile goes back by reading from its beginning
        return
    with bundle.open(info) as inner:
        yield inner


class _Stored(RawIOBase):
    """A member that is stored as it is: a stretch of the zip file."""

    def __init__(self, file: Any, info: zipfile.ZipInfo) -> None:
        file.seek(info.header_offset)
        head = file.read(30)
        if not head.startswith(b"PK\x03\x04") or len(head) < 30:
            raise zipfile.BadZipFile(f"{info.filename[-100:]} is not where the zip file says")
        names = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        self._file, self._start, self._size, self._at = file, info.header_offset + 30 + names, info.file_size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._at = max(offset + (0, self._at, self._size)[whence], 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        self._file.seek(self._start + self._at)
        some = self._file.read(max(min(len(buffer), self._size - self._at), 0))
        buffer[: len(some)] = some
        self._at += len(some)
        return len(some)


def _warc(name: str, file: BinaryIO, part: Part, refuse: Refuse | None) -> Iterator[Found]:
    whole: _Assembly | None = None
    for piece in pieces(file, part.start, alone=part.start == 0 and part.stop is None):
        beyond = part.stop is not None and piece.offset >= part.stop and piece.begins
        if beyond and whole is None:
            return
        for found in _records(f"{name}#{piece.offset}", piece, refuse):
            if isinstance(found, _Part):
                if whole is not None and whole.takes(found):
                    continue
                found = Passed(found.label, "resource")
            if whole is not None:
                yield whole.capture
                whole = None
            if beyond:
                return
            if isinstance(found, Capture) and (expected := int(found.headers.get("newsmint-parts", 0))):
                whole = _Assembly(found, expected)
                continue
            yield found
    if whole is not None:
        yield whole.capture


@dataclass(frozen=True, slots=True)
class _Part:
    label: str
    of: str
    body: bytes


class _Assembly:
    """A page of several parts, as our own export writes it: a response, then its further pages as resources."""

    def __init__(self, first: Capture, expected: int) -> None:
        self._first, self._left, self._parts = first, min(expected, MAX_PARTS), list[bytes]()

    def takes(self, part: _Part) -> bool:
        if self._left <= 0 or part.of != self._first.url:
            return False
        self._parts.append(part.body)
        self._left -= 1
        return True

    @property
    def capture(self) -> Capture:
        first = self._first
        return Capture(
            first.label, first.url, first.status, first.headers, first.body, first.fetched_at, first.requested_url,
            first.source, first.hint, tuple(self._parts),
        )  # fmt: skip


def _records(label: str, piece: Piece, refuse: Refuse | None) -> Iterator[Found | _Part]:
    """The records of a piece: one, mostly."""
    from fastwarc.warc import ArchiveIterator

    if piece.trouble:
        yield Broken(label, f"warc_{piece.trouble}", _SAID[piece.trouble], _target(piece.data))
        return
    if (declared_size(piece.data) or 0) > len(piece.data):
        yield Broken(label, "warc_truncated", "says to be longer than it is", _target(piece.data))
        return
    try:
        for record in ArchiveIterator(BytesIO(piece.data), parse_http=False, stream_detect=False):
            yield (found := _record(label, record, refuse))
            if isinstance(found, Broken):
                return
    except (OSError, ValueError) as error:
        yield Broken(label, "warc_broken", _line(error), _target(piece.data))


_SAID = {
    "broken": "neither unpacks nor begins like a record",
    "truncated": "the file ends within it",
    "too_large": "larger than any page",
    "bomb": "unpacks to hundreds of times its size",
}
_TARGET = re.compile(rb"(?im)^warc-target-uri:[ \t]*<?([^\r\n<>]{1,2000})")


def _target(data: bytes) -> str | None:
    found = _TARGET.search(data[:10_000])
    return found[1].decode("utf-8", "replace").strip() if found else None


def _record(label: str, record: Any, refuse: Refuse | None) -> Found | _Part:
    said = {name.lower(): value for name, value in record.headers.items()}
    kind = said.get("warc-type", "unknown").lower()
    url = said.get("warc-target-uri", "").strip("<> ")
    if kind == "resource" and "newsmint-part" in said:
        return _Part(label, url.partition("#")[0], record.reader.read())
    if kind != "response" or not url[:8].lower().startswith(("http://", "https://")):
        return Passed(label, kind if kind != "response" else "not_http")
    if refuse and (reason := refuse(url, _date(said.get("warc-date")))):
        return Passed(label, reason)
    try:
        return _capture(label, url, said, record)
    except (OSError, ValueError) as error:
        return Broken(label, "warc_http", _line(error), url)


def _capture(label: str, url: str, said: Mapping[str, str], record: Any) -> Found:
    expected = record.content_length
    status, headers, packed = split_answer(record.reader.read())
    if said.get("warc-truncated") or expected > MAX_BODY + 1_000_000:
        return Broken(label, "warc_truncated", "its archive kept only a part of it", url)
    body = unpacked(packed, headers)
    if len(body) > MAX_BODY:
        return Broken(label, "warc_too_large", f"more than {MAX_BODY:,} bytes", url)
    headers |= {name: value for name, value in said.items() if name == "newsmint-parts" and value.isdecimal()}
    return Capture(
        label, url, status, headers, body, _date(said.get("warc-date")),
        _address(said.get("newsmint-requested-uri")), said.get("newsmint-source"), _hint(said.get("newsmint-hint")),
    )  # fmt: skip


def _address(text: str | None) -> str | None:
    return text if text and text.startswith(("http://", "https://")) and len(text) < 4096 else None


def _date(text: str | None) -> str | None:
    """``2026-01-02T03:04:05Z``, from either precision that WARC allows."""
    found = re.match(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z$", (text or "").strip())
    return f"{found[1]}Z" if found else None


def _hint(text: str | None) -> Hint | None:
    """A hint as our own export writes it; anybody may write such a field, so it is looked at before it is believed."""
    try:
        said = json.loads(text) if text else None
        if not isinstance(said, dict) or not all(map(_is_text, said.values())):
            return None
        return Hint.from_dict(said)
    except (ValueError, TypeError, RecursionError):
        return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _line(error: BaseException) -> str:
    return " ".join(f"{error}".split())[:200] or type(error).__name__
