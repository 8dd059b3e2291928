"""One address, fetched outside the crawl: for ``sources add``, ``sources check`` and ``extract URL``.

As careful as the crawl: http and https only, private addresses refused at every hop by the address really connected
to, sizes and times bounded, an honest user agent.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3 import exceptions as trouble
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Timeout
from urllib3.util.connection import create_connection

from crawler.addresses import is_public, literal_address
from crawler.settings import USER_AGENT
from pipelines.errors import Unreachable
from pipelines.urls import fetchable, host

MAX_BYTES = 20_000_000
"""Most bytes of a body, before and after decompression."""
MAX_SECONDS = 60.0
"""Longest that one fetch may take, redirects included; no pause within may last longer than ``PAUSE``."""
PAUSE = 20.0
MAX_HOPS = 6
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whatever its status."""

    url: str
    """Where the body came from, after redirects."""
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return self.status == 200

    @property
    def content_type(self) -> str | None:
        return self.headers.get("content-type")


@dataclass(slots=True)
class _Ticket:
    """What the connections of one fetch may do, and the sockets they opened."""

    allow_private: bool
    sockets: list[socket.socket] = field(default_factory=list)


_ticket: ContextVar[_Ticket] = ContextVar("_ticket")


def fetch(
    url: str,
    *,
    allow_private: bool = False,
    proxy: str | None = None,
    max_bytes: int = MAX_BYTES,
    max_seconds: float = MAX_SECONDS,
) -> Fetched:
    """Fetch ``url``, redirects followed; an answer of any status is an answer.

    Without ``proxy`` the environment's counts ($https_proxy, $no_proxy). With one, names are the proxy's
    to resolve, and only addresses written as numbers can be refused.
    Raises Unreachable, in one line, for whatever keeps the answer from coming.
    """
    deadline = time.monotonic() + max_seconds
    address = fetchable(url)
    proxy = proxy or _environment_proxy(url)
    with _pool(proxy) as pool, _bounded(_Ticket(allow_private or proxy is not None), max_seconds):
        for _ in range(MAX_HOPS):
            if address is None:
                raise Unreachable(f"{url}: leads to what is not an http or https address")
            _refuse_private_number(address, allow_private)
            answer = _one_hop(pool, address, max_bytes, deadline)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return answer
            address = fetchable(answer.headers["location"], address)
    raise Unreachable(f"{url}: more than {MAX_HOPS - 1} redirects")


def _environment_proxy(url: str) -> str | None:
    parts = urlsplit(url)
    return None if not parts.hostname or proxy_bypass(parts.hostname) else getproxies().get(parts.scheme)


def _pool(proxy: str | None) -> urllib3.PoolManager:
    headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
    pool = urllib3.ProxyManager(proxy, headers=headers) if proxy else urllib3.PoolManager(headers=headers)
    pool.pool_classes_by_scheme = {"http": _CheckedPool, "https": _CheckedTLSPool}
    return pool


def _one_hop(pool: urllib3.PoolManager, url: str, max_bytes: int, deadline: float) -> Fetched:
    response = None
    try:
        wait = Timeout(connect=10, read=max(0.1, min(PAUSE, deadline - time.monotonic())))
        response = pool.request("GET", url, redirect=False, retries=False, preload_content=False, timeout=wait)
        headers = {name.lower(): value for name, value in response.headers.items()}
        body = b"" if response.status in _REDIRECTS else _body(url, response, max_bytes, deadline)
    except (trouble.HTTPError, OSError, ValueError) as error:
        late = time.monotonic() >= deadline
        raise Unreachable(f"{url}: {'takes too long' if late else _said(error)}") from None
    finally:
        if response is not None:
            response.close()
    return Fetched(url, response.status, headers, body)


def _body(url: str, response: urllib3.BaseHTTPResponse, max_bytes: int, deadline: float) -> bytes:
    parts, size = [], 0
    while part := response.read(65536, decode_content=True):
        size += len(part)
        if size > max_bytes:
            raise Unreachable(f"{url}: more than {max_bytes / 1_000_000:g} MB, which is not read")
        parts.append(part)
    if time.monotonic() >= deadline:
        raise TimeoutError
    return b"".join(parts)


@contextmanager
def _bounded(ticket: _Ticket, seconds: float) -> Iterator[None]:
    """Shuts the fetch's connections after so many seconds: a server may drip a byte now and then for ever."""

    def stop() -> None:
        for each in list(ticket.sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    token = _ticket.set(ticket)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        _ticket.reset(token)
        for each in ticket.sockets:
            each.close()


def _checked_connection(connection: HTTPConnection) -> socket.socket:
    """A connection to an address that was looked at first: what is checked is what is connected to."""
    ticket = _ticket.get()
    name, port = connection.host.strip("[]"), connection.port
    try:
        found = [str(each[4][0]) for each in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)]
    except (socket.gaierror, UnicodeError):
        raise trouble.NameResolutionError(name, connection, socket.gaierror("unknown name")) from None
    usable = found if ticket.allow_private else [each for each in found if is_public(each)]
    if not usable:
        raise _private(name, found[0])
    failure: Exception = trouble.NewConnectionError(connection, "no address")
    for address in usable[:4]:
        try:
            opened = create_connection((address, port), connection.timeout, socket_options=connection.socket_options)
        except TimeoutError as error:
            failure = trouble.ConnectTimeoutError(connection, str(error))
        except OSError as error:
            failure = trouble.NewConnectionError(connection, error.strerror or str(error))
        else:
            ticket.sockets.append(opened.dup())
            return opened
    raise failure


class _CheckedConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked_connection(self)


class _CheckedTLSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked_connection(self)


class _CheckedPool(HTTPConnectionPool):
    ConnectionCls = _CheckedConnection


class _CheckedTLSPool(HTTPSConnectionPool):
    ConnectionCls = _CheckedTLSConnection


def _refuse_private_number(url: str, allow_private: bool) -> None:
    literal = literal_address(host(url))
    if literal and not allow_private and not is_public(literal):
        raise _private(host(url), literal)


def _private(name: str, address: str) -> Unreachable:
    where = name if name == address else f"{name} ({address})"
    return Unreachable(f"{where} is not on the public internet: for a site of your own, allow private addresses")


_SAID: tuple[tuple[type[Exception], str], ...] = (
    (trouble.NameResolutionError, "no such host is known"),
    (trouble.NewConnectionError, "cannot be connected to"),
    (trouble.ConnectTimeoutError, "does not answer"),
    (trouble.ReadTimeoutError, "stopped answering"),
    (trouble.ProxyError, "the proxy does not pass it on"),
    (trouble.SSLError, "gives no connection that is secure"),
    (trouble.DecodeError, "its compression is broken"),
    (trouble.ProtocolError, "broke the connection off"),
)


def _said(error: Exception) -> str:
    """What went wrong, in words a person can use."""
    if type(error) is trouble.NewConnectionError and "refused" in str(error).lower():
        return "refuses the connection"
    return next((words for kind, words in _SAID if isinstance(error, kind)), "does not speak HTTP")
