"""The sample newsroom on loopback: a small HTTP server that answers as a proxy for all its sites at once.

>>> with serve() as newsroom:                                  # doctest: +SKIP
...     urllib.request.ProxyHandler({"http": newsroom.proxy})

A site is chosen by the absolute address of a proxy request, by the ``Host`` header, or, to look around with a browser,
by the first folder of the path (``http://127.0.0.1:PORT/coinharbor.example/``).
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from crawler.sample.answers import Answer, answer, not_found
from crawler.sample.newsroom import SampleSite, load_sites
from pipelines.errors import CannotWrite

TEXTUAL = ("text/", "application/rss", "application/atom", "application/json", "application/feed")


@dataclass(frozen=True)
class Request:
    """One request and the status it is answered with; noted before the answer leaves."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass
class Newsroom:
    """A running newsroom. ``edition`` and ``trouble`` may be changed while it runs."""

    port: int
    folder: Path | None = None
    edition: int = 1
    trouble: dict[str, list[int]] = field(default_factory=dict)
    """URL → statuses to answer with before the true answer, each once: 429 and 503 come with ``Retry-After: 1``."""
    requests: list[Request] = field(default_factory=list, repr=False)
    log: Callable[[Request], None] | None = None
    _editions: dict[int, dict[str, SampleSite]] = field(default_factory=dict, repr=False)

    @property
    def sites(self) -> dict[str, SampleSite]:
        if self.edition not in self._editions:
            self._editions[self.edition] = load_sites(self.edition, self.folder)
        return self._editions[self.edition]

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(self.sites)

    @property
    def proxy(self) -> str:
        """The address to give to a crawler as its HTTP proxy."""
        return f"http://127.0.0.1:{self.port}"

    def paths(self, host: str) -> list[str]:
        """Path and query of all requests for one host, in order."""
        prefix = f"http://{host}"
        return [request.url.removeprefix(prefix) for request in self.requests if request.url.startswith(prefix + "/")]

    def reply(self, host: str, path: str, query: str, headers: Mapping[str, str]) -> Answer:
        """The answer of one of the sites, or the trouble that was asked for."""
        statuses = self.trouble.get(f"http://{host}{path}")
        if statuses:
            return Answer(statuses.pop(0), {"Content-Type": "text/plain", "Retry-After": "1"}, b"come back later\n")
        site = self.sites.get(host)
        return answer(site, path, query, headers) if site else not_found(host)

    def note(self, request: Request) -> None:
        self.requests.append(request)
        if self.log:
            self.log(request)


class Handler(BaseHTTPRequestHandler):
    """One connection; ``server`` holds the newsroom."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "newsroom"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        newsroom, headers = self.server.newsroom, {name.lower(): value for name, value in self.headers.items()}
        url = urlsplit(self.path)
        host, path = (url.netloc or headers.get("host", "")).lower().removesuffix(":80"), url.path or "/"
        look = host.split(":")[0] in ("127.0.0.1", "localhost")
        if look:
            host, path = _looked_at(path)
        reply = self._front_page() if look and not host else newsroom.reply(host, path, url.query, headers)
        if look:
            reply = self._inside(reply)
        address = f"http://{host}{path}" + (f"?{url.query}" if url.query else "")
        newsroom.note(Request(self.command, address, reply.status, headers))
        self._send(reply, headers)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _send(self, reply: Answer, headers: Mapping[str, str]) -> None:
        out, body = dict(reply.headers), reply.body
        if "gzip" in headers.get("accept-encoding", "") and out.get("Content-Type", "").startswith(TEXTUAL) and body:
            body = gzip.compress(body, 1, mtime=0)
            out |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        self.send_response(reply.status)
        for name, value in out.items():
            self.send_header(name, value)
        if reply.status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and reply.status != 304:
            self.wfile.write(body)

    def _front_page(self) -> Answer:
        rows = "".join(f'<li><a href="/{host}/">{escape(host)}</a></li>' for host in self.server.newsroom.hosts)
        page = (
            f"<!DOCTYPE html><meta charset=utf-8><title>Sample newsroom</title><h1>Sample newsroom</h1><ul>{rows}</ul>"
        )
        return Answer(200, {"Content-Type": "text/html; charset=UTF-8"}, page.encode())

    def _inside(self, reply: Answer) -> Answer:
        """The same answer with links that stay on this server, for a browser that knows no ``.example`` names."""
        body, headers = reply.body, dict(reply.headers)
        for host in self.server.newsroom.hosts:
            here = f"{self.server.newsroom.proxy}/{host}"
            body = body.replace(f"http://{host}".encode(), here.encode())
            headers = {name: value.replace(f"http://{host}", here) for name, value in headers.items()}
        return Answer(reply.status, headers, body)

    def log_message(self, *args: object) -> None:
        """Requests are noted in the newsroom, not printed."""


def _looked_at(path: str) -> tuple[str, str]:
    host, _, rest = path.removeprefix("/").partition("/")
    return host, f"/{rest}"


class Server(ThreadingHTTPServer):
    """Answers each connection in a thread of its own."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    newsroom: Newsroom

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is its own affair."""


@contextmanager
def serve(
    edition: int = 1,
    port: int = 0,
    log: Callable[[Request], None] | None = None,
    folder: Path | None = None,
    trouble: Mapping[str, Iterable[int]] | None = None,
) -> Iterator[Newsroom]:
    """Serve the newsroom on 127.0.0.1 until the block ends; port 0 takes a free one.

    ``edition`` 2 has a changed article, a new one and other prices. ``trouble`` maps URLs to statuses they answer
    with first. Raises ``CannotWrite`` if the port is taken, ``MissingInput`` if the sample is not installed.
    """
    try:
        server = Server(("127.0.0.1", port), Handler)
    except OSError as error:
        raise CannotWrite(f"cannot listen on 127.0.0.1:{port} ({error.strerror}): choose another with --port") from None
    with server:
        plan = {url: list(statuses) for url, statuses in (trouble or {}).items()}
        server.newsroom = Newsroom(server.server_address[1], folder, edition, plan, log=log)
        assert server.newsroom.hosts
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.newsroom
        finally:
            server.shutdown()
            thread.join()
