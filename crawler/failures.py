"""What kept a page from arriving, as a word to count by and a line to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from OpenSSL import SSL
from scrapy import exceptions
from scrapy.exceptions import IgnoreRequest
from scrapy.spidermiddlewares.httperror import HttpError
from service_identity import VerificationError
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.web._newclient import ParseError, _WrapperException

LONGEST = 300
"""Characters of a detail that are kept."""

E = TypeVar("E", bound=BaseException)


class Refused(IgnoreRequest):
    """A request that we do not make, or an answer that we do not read, with the kind to record."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind, self.detail = kind, detail


KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (exceptions.CannotResolveHostError, "dns"),
    (exceptions.DownloadConnectionRefusedError, "refused"),
    (exceptions.DownloadTimeoutError, "timeout"),
    (exceptions.ResponseDataLossError, "truncated"),
    (exceptions.DownloadCancelledError, "too_large"),
    (exceptions.UnsupportedURLSchemeError, "scheme"),
    (VerificationError, "tls"),
    (SSL.Error, "tls"),
    (ParseError, "bad_answer"),
    (ConnectionClosed, "connection"),
    (ConnectError, "connection"),
    (ValueError, "bad_answer"),  # a Content-Length of words, a Location that is no address
    (LookupError, "bad_answer"),  # a Transfer-Encoding that nobody knows
    (exceptions.DownloadFailedError, "connection"),
)
"""Exception → kind; the first that fits an error or what lies beneath it."""

_SAID = (("max redirections", "redirects"), ("DOWNLOAD_MAXSIZE", "too_large"), ("robots.txt", "robots"))


def failure_kind(error: BaseException) -> tuple[str, str]:
    """Kind and detail of a download's failure. By HTTP status the kind is ``http_404``; ``error`` when unknown."""
    if isinstance(error, Refused):
        return error.kind, error.detail[:LONGEST]
    if isinstance(error, HttpError):
        return f"http_{error.response.status}", error.response.url[:LONGEST]
    if isinstance(error, IgnoreRequest):
        kind = next((kind for words, kind in _SAID if words in str(error)), "refused_answer")
        return kind, str(error)[:LONGEST]
    beneath = list(_beneath(error))
    for exception, kind in KINDS:
        found = next((each for each in beneath if isinstance(each, exception)), None)
        if found is not None:
            return kind, _line(found)
    return "error", _line(error)


def cause(error: BaseException, kind: type[E]) -> E | None:
    """The first error of this kind among an error and what lies beneath it."""
    return next((each for each in _beneath(error) if isinstance(each, kind)), None)


def _beneath(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it, as Twisted and Python wrap it."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, _WrapperException):
            waiting += [reason.value for reason in each.reasons]
        if each.__cause__ is not None:
            waiting.append(each.__cause__)


def _line(error: BaseException) -> str:
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}"[:LONGEST] if said else type(error).__name__
