"""Exceptions, however they are wrapped, become words to count by."""

from __future__ import annotations

import pytest
from OpenSSL import SSL
from scrapy import exceptions
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError, ResponseFailed, ResponseNeverReceived

from crawler.failures import LONGEST, Refused, failure_kind


def wrapped(inner: Exception, outer: type[Exception] = ResponseNeverReceived) -> Exception:
    """As Scrapy hands on what Twisted wrapped."""
    error = exceptions.DownloadFailedError("failed")
    error.__cause__ = outer([Failure(inner)])  # type: ignore[no-untyped-call]
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.CannotResolveHostError("no such host"), "dns"),
        (exceptions.DownloadConnectionRefusedError("refused"), "refused"),
        (exceptions.DownloadTimeoutError("30 s"), "timeout"),
        (exceptions.ResponseDataLossError("short"), "truncated"),
        (exceptions.DownloadCancelledError("20 MB"), "too_large"),
        (exceptions.UnsupportedURLSchemeError("gopher"), "scheme"),
        (wrapped(SSL.Error([("SSL routines", "", "certificate verify failed")])), "tls"),
        (wrapped(ConnectionLost("lost")), "connection"),
        (wrapped(ParseError("bad", b""), ResponseFailed), "bad_answer"),  # type: ignore[no-untyped-call]
        (HttpError(Response("https://larkspur.example/", status=418)), "http_418"),
        (Refused("robots", "forbidden"), "robots"),
        (IgnoreRequest("max redirections reached"), "redirects"),
        (IgnoreRequest("exceeded DOWNLOAD_MAXSIZE (20 B) during decompression"), "too_large"),
        (ValueError("what"), "bad_answer"),
        (RuntimeError("what"), "error"),
    ],
)
def test_kind(error: Exception, kind: str) -> None:
    assert failure_kind(error)[0] == kind


def test_details_are_one_short_line() -> None:
    _, detail = failure_kind(ValueError("two\nlines " + "x" * 1000))
    assert "\n" not in detail
    assert len(detail) <= LONGEST


def test_a_chain_that_bites_its_tail_ends() -> None:
    error = RuntimeError("first")
    error.__cause__ = error
    assert failure_kind(error)[0] == "error"
