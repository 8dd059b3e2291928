"""HTTP/1.1 with an end to everything a server may send before the body.

Twisted reads headers for as long as they come: a million of them cost 21 s and 756 MB, and no setting helps. Here
the head of an answer has a bound in lines and bytes, all ``100 Continue`` before it included. Bodies are bounded by
``DOWNLOAD_MAXSIZE``, as in Scrapy.
"""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Response
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HTTP11ClientProtocol
from twisted.web._newclient import Request as TwistedRequest
from twisted.web.iweb import IResponse

from crawler.failures import Refused, cause

MAX_LINES = 1_000
"""Lines of an answer's head. News sites send 20 to 60."""
MAX_LINE = 65_536
"""Bytes of one of them. Content-Security-Policy reaches 20,000."""
MAX_HEAD = 262_144
"""Bytes of all of them."""
KEPT = 16
"""Connections to a host that stay open between requests. Scrapy keeps as many as its setting for all hosts allows
at once, which is one: a source with more of them made a new connection, with its handshake, for most pages."""


class HeadTooLarge(Exception):
    """The server sends more before the body than any honest one."""


class BoundedHandler(HTTP11DownloadHandler):
    """Download handler. Raises Refused of kind ``headers`` for what goes beyond the bounds."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory
        self._pool.maxPersistentPerHost = KEPT

    async def download_request(self, request: Request) -> Response:
        try:
            return await super().download_request(request)
        except DownloadFailedError as error:
            if beyond := cause(error, HeadTooLarge):
                raise Refused("headers", str(beyond)) from error
            raise


class _BoundedParser(_LenientHTTPClientParser):
    """Has no ``__init__``: Scrapy and we change the class of a parser that Twisted has made."""

    MAX_LENGTH = MAX_LINE
    _lines = 0
    _bytes = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 (Twisted's name)
        self._lines += 1
        self._bytes += len(line)
        if self._lines > MAX_LINES or self._bytes > MAX_HEAD:
            raise HeadTooLarge(f"a head of more than {MAX_LINES:,} lines or {MAX_HEAD // 1024} kB")
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        raise HeadTooLarge(f"a line of more than {MAX_LINE // 1024} kB before the body")


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    def request(self, request: TwistedRequest) -> Deferred[IResponse]:
        answer = super().request(request)
        assert self._parser is not None
        self._parser.__class__ = _BoundedParser
        return answer

    def _giveUp(self, reason: Failure) -> None:  # noqa: N802
        """Hang up at once: a polite end would wait for a server that goes on sending."""
        if isinstance(reason.value, HeadTooLarge) and self.transport is not None:
            self.transport.abortConnection()
            self._disconnectParser(reason)  # type: ignore[no-untyped-call]
        else:
            super()._giveUp(reason)  # type: ignore[no-untyped-call]


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802
        callback: Any = self._quiescentCallback
        return _BoundedProtocol(callback)  # type: ignore[no-untyped-call]
