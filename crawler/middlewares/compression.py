"""Unpacks what a page says it is packed in, within bounds of size, layers and pieces.

Scrapy bounds the size (``DOWNLOAD_MAXSIZE``). But a gzip file may consist of a million empty files one after another,
which takes 20 s to unpack to nothing, and a body may be compressed any number of times over.
"""

from __future__ import annotations

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware

from crawler.failures import Refused

MAX_LAYERS = 3
MAX_PIECES = 1_000
"""Files or frames in one body. Servers send one; some archives a handful."""

_PIECES = {b"gzip": (b"\x1f\x8b\x08",), b"x-gzip": (b"\x1f\x8b\x08",), b"zstd": (b"\x28\xb5\x2f\xfd", b"\x2a\x4d\x18")}
"""Encoding → the bytes that each piece begins with."""


class BoundedCompression(HttpCompressionMiddleware):
    """Downloader middleware. Raises Refused of kind ``compression`` for what is broken or beyond the bounds."""

    def _handle_encoding(self, body: bytes, content_encoding: list[bytes], max_size: int) -> tuple[bytes, list[bytes]]:
        layers = b",".join(content_encoding).count(b",") + 1
        if layers > MAX_LAYERS:
            raise Refused("compression", f"compressed {layers:,} times over, at most {MAX_LAYERS} are unpacked")
        return super()._handle_encoding(body, content_encoding, max_size)

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        pieces = sum(body.count(magic) for magic in _PIECES.get(encoding, ()))
        if pieces > MAX_PIECES:
            raise Refused("compression", f"{pieces:,} compressed pieces, at most {MAX_PIECES:,} are unpacked")
        try:
            return HttpCompressionMiddleware._decode(body, encoding, max_size)
        except ValueError:
            raise  # more than DOWNLOAD_MAXSIZE
        except Exception as error:  # each library has a kind of its own
            raise Refused("compression", f"is no {encoding.decode('ascii', 'replace')}: {error}") from error
