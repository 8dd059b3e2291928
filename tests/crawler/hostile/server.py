"""A server on loopback that writes whatever bytes a row wants: no HTTP library would send most of them."""

from __future__ import annotations

import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

PIECE = 65_536


@dataclass
class Server:
    """``answers``: path without query → what to write, bytes or a function that writes until the client hangs up."""

    port: int
    answers: dict[str, Answer]
    asked: list[str] = field(default_factory=list)
    first_asked: dict[str, float] = field(default_factory=dict)
    """Path → seconds since 1970."""
    numbers: defaultdict[str, count[int]] = field(default_factory=lambda: defaultdict(count))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Asked:
    """A request: its path with query, how many were for the path before, and where to write the answer."""

    target: str
    before: int
    server: Server
    connection: socket.socket

    def write(self, data: bytes) -> None:
        self.connection.sendall(data)


Answer = bytes | Callable[[Asked], None]


def head(status: str = "200 OK", **headers: object) -> bytes:
    """Status line and headers; underscores in names become hyphens."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def page(body: bytes | str, status: str = "200 OK", **headers: object) -> bytes:
    """A whole answer."""
    data = body.encode() if isinstance(body, str) else body
    plain = {"Content_Type": "text/html; charset=utf-8", "Content_Length": len(data), "Connection": "close"}
    named = {**plain, **headers}
    return head(status, **named) + data


def redirect(to: str, status: str = "302 Found") -> bytes:
    return page(b"", status, Location=to)


def stream(
    start: bytes, piece: bytes, times: int | None = None, pause: float = 0.0, before: float = 0.0
) -> Callable[[Asked], None]:
    """After ``before`` seconds writes ``start``, then ``piece`` again and again: so many times, or for ever."""

    def write(asked: Asked) -> None:
        time.sleep(before)
        asked.write(start)
        for _ in count() if times is None else range(times):
            asked.write(piece)
            time.sleep(pause)

    return write


@contextmanager
def serve(answers: Mapping[str, Answer]) -> Iterator[Server]:
    """Serve on a free port while the block runs. Each connection serves one request."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        server = Server(listener.getsockname()[1], dict(answers))
        thread = threading.Thread(target=_accept, args=(listener, server), daemon=True)
        thread.start()
        yield server
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def _accept(listener: socket.socket, server: Server) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(connection, server), daemon=True).start()


def _answer(connection: socket.socket, server: Server) -> None:
    with connection, suppress(OSError):
        connection.settimeout(60)
        request = b""
        while b"\r\n\r\n" not in request:
            part = connection.recv(PIECE)
            if not part or (request + part).startswith(b"\x16"):  # no TLS is spoken here
                return
            request += part
        target = request.split(b" ", 2)[1].decode("latin-1")
        path = target.partition("?")[0]
        server.asked.append(target)
        server.first_asked.setdefault(path, time.time())
        anything = server.answers.get(f"/{path.split('/')[1]}/*", page("no", "404 Not Found"))
        answer = server.answers.get(path, anything)
        asked = Asked(target, next(server.numbers[path]), server, connection)
        if callable(answer):
            answer(asked)
        else:
            asked.write(answer)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(PIECE):
            pass
