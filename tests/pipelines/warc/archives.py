"""Web archives made for tests, in the shape of others': gzip per record, many hosts, headers as servers send them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

DATE = "2026-01-02T03:04:05Z"


@dataclass(frozen=True)
class Made:
    """A record to make."""

    url: str
    body: bytes = b"<p>Text</p>"
    status: str = "200 OK"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),)
    kind: str = "response"
    date: str = DATE
    warc: dict[str, str] = field(default_factory=dict)


def record(made: Made, *, packed: bool = True) -> bytes:
    """The bytes of one record."""
    file = BytesIO()
    writer = WARCWriter(file, gzip=packed)
    http = StatusAndHeaders(made.status, list(made.headers), protocol="HTTP/1.1")
    said = {"WARC-Date": made.date, **made.warc}
    writer.write_record(
        writer.create_warc_record(
            made.url,
            made.kind,
            payload=BytesIO(made.body),
            length=len(made.body),
            http_headers=http if made.kind in ("response", "revisit") else None,
            warc_headers_dict=said,
        )
    )
    return file.getvalue()


def archive(path: Path, records: Iterable[Made | bytes], *, packed: bool = True) -> Path:
    """A WARC file of these records; bytes stand in it as they are."""
    path.write_bytes(b"".join(each if isinstance(each, bytes) else record(each, packed=packed) for each in records))
    return path
