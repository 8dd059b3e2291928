"""Stored pages as WARC.gz, a gzip member a record, with an index in CDXJ. The same pages give the same bytes.

The store keeps of an answer its status, its type, and what its headers said of rights; that is what the records'
headers of HTTP have. Everything else that the import wants back stands in fields of our own (``Newsmint-…``), which
other readers of WARC pass over.
"""

from __future__ import annotations

import heapq
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, BinaryIO
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from pipelines.errors import BadConfig
from pipelines.items import RawPage

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_WWW = re.compile(r"^www\d{0,3}\.")
_SORTED = 100_000
"""Lines of the index that are sorted in memory at one time."""


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page to write, and the headers that are known of its answer beside its type."""

    page: RawPage
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """Where a page stands in the file."""

    url: str
    offset: int
    length: int
    status: int
    mime: str
    digest: str
    date: str


class ArchiveWriter:
    """Writes records to a stream that knows its place (``tell``). ``software`` goes into the file's first record."""

    def __init__(self, stream: BinaryIO, name: str, software: str) -> None:
        self._stream = stream
        self._writer = _warc_writer(stream)
        self._name, self._software = _line(name), software

    def begin(self, date: str) -> None:
        """The ``warcinfo`` record; ``date`` is ISO 8601 in UTC: that of the newest page, so that it can be repeated."""
        said = {"software": self._software, "format": "WARC File Format 1.1", "description": _DESCRIPTION}
        record = self._writer.create_warcinfo_record(self._name, said)
        record.rec_headers.replace_header("WARC-Date", date)
        record.rec_headers.replace_header("WARC-Record-ID", _id("warcinfo", self._name, date))
        self._writer.write_record(record)

    def add(self, stored: StoredPage) -> Record:
        """Write a page, and the further pages of a long article behind it."""
        page, offset = stored.page, self._stream.tell()
        date = page.fetched_at or "1970-01-01T00:00:00Z"
        said = {"WARC-Date": date, "WARC-Record-ID": _id(page.url, date, page.content_hash), **_own_fields(page)}
        record = self._record("response", page.url, page.body, said, _http_headers(stored))
        self._writer.write_record(record)
        found = Record(
            page.url, offset, self._stream.tell() - offset, page.status,
            (page.content_type or "text/html").partition(";")[0].strip().lower() or "unk",
            record.rec_headers.get_header("WARC-Payload-Digest") or "", date,
        )  # fmt: skip
        for number, part in enumerate(page.parts, 2):
            self._add_part(page, part, number, date)
        return found

    def _add_part(self, page: RawPage, part: bytes, number: int, date: str) -> None:
        said = {
            "WARC-Date": date,
            "WARC-Record-ID": _id(page.url, date, str(number), RawPage(url="", body=part).content_hash),
            "WARC-Concurrent-To": _id(page.url, date, page.content_hash),
            "Newsmint-Part": str(number),
            "Content-Type": _line(page.content_type or "text/html"),
        }
        self._writer.write_record(self._record("resource", f"{page.url}#page-{number}", part, said, None))

    def _record(self, kind: str, url: str, body: bytes, said: dict[str, str], http: Any) -> Any:
        return self._writer.create_warc_record(
            _line(url), kind, payload=BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=said
        )


_DESCRIPTION = (
    "pages that Newsmint stored; headers of HTTP are those it keeps: type, length, and what they say of rights"
)


def write_index(records: Iterable[Record], filename: str, stream: BinaryIO) -> int:
    """Write a CDXJ index, sorted, in bounded memory; the number of lines."""
    count = 0
    with ExitStack() as stack:
        runs = [stack.enter_context(_spilled(lines)) for lines in _batches(_index_line(it, filename) for it in records)]
        for line in heapq.merge(*runs):
            stream.write(line)
            count += 1
    return count


def surt(url: str) -> str:
    """The key by which web archives sort: ``com,example)/path?a=1``, host reversed, all in lower case."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    host = _WWW.sub("", (parts.hostname or "").lower())
    standing = f":{port}" if port and port != {"http": 80, "https": 443}.get(parts.scheme) else ""
    query = "&".join(sorted(parts.query.lower().split("&")))
    path = parts.path.lower().rstrip("/") or "/"
    name = host if ":" in host or host.replace(".", "").isdecimal() else ",".join(reversed(host.split(".")))
    return _line(f"{name}{standing}){path}{f'?{query}' if query else ''}").replace(" ", "%20")


def _index_line(record: Record, filename: str) -> bytes:
    said = {
        "url": record.url,
        "mime": record.mime,
        "status": str(record.status),
        "digest": record.digest,
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": filename,
    }
    moment = re.sub(r"\D", "", record.date)[:14]
    return f"{surt(record.url)} {moment} {json.dumps(said, ensure_ascii=False)}\n".encode(errors="replace")


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for line in lines:
        batch.append(line)
        if len(batch) >= _SORTED:
            yield sorted(batch)
            batch = []
    if batch:
        yield sorted(batch)


def _spilled(lines: Sequence[bytes]) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    file.writelines(lines)
    file.seek(0)
    return file


def _own_fields(page: RawPage) -> dict[str, str]:
    said = {
        "Newsmint-Source": page.source,
        "Newsmint-Requested-URI": page.requested_url,
        "Newsmint-Hint": json.dumps(page.hint.as_dict()) if page.hint else None,
        "Newsmint-Parts": str(len(page.parts)) if page.parts else None,
    }
    return {name: _line(value) for name, value in said.items() if value}


def _http_headers(stored: StoredPage) -> Any:
    from warcio.statusandheaders import StatusAndHeaders

    page = stored.page
    headers = [("Content-Type", page.content_type or "text/html"), ("Content-Length", str(len(page.body)))]
    known = [(_line(name), _line(value)) for name, value in (*headers, *stored.headers)]
    return StatusAndHeaders(f"{page.status} OK" if page.status == 200 else str(page.status), known, protocol="HTTP/1.1")


def _warc_writer(stream: BinaryIO) -> Any:
    try:
        from warcio.warcwriter import WARCWriter
    except ImportError:
        raise BadConfig("writing web archives needs warcio: pip install 'newsmint[warc]'") from None
    return WARCWriter(stream, gzip=True, warc_version="WARC/1.1")


def _id(*parts: str) -> str:
    """A record's id, the same for the same page."""
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, ' '.join(parts))}>"


def _line(text: str) -> str:
    """What may stand in a header."""
    return _CONTROL.sub(" ", text).strip().encode(errors="replace").decode()
