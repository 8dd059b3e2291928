"""A small news site on loopback for the crawl's tests: real HTTP, answers set by the test, requests written down."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SAID = (
    "The council, A trader, The harbour bank, An auditor, The mayor, A miner, The night clerk, A lender, The court",
    "sold, counted, promised, returned, refused, found, moved, insured, traded, burned",
    "old coins, new tokens, silver notes, small wallets, mining rigs, fee receipts, signed letters, paper shares",
    "before noon, on Monday, after the vote, in the spring, over the winter, during the fair, at the hearing",
    "as the fee had fallen, though nobody had asked, since the ledger was full, to calm the market, for the first time",
)
VALIDATORS = ("ETag", "Last-Modified")
PLACES = "Arden Brook Colby Dover Elmsett Farley Gorton Hexham Ilkley Jarrow".split()


@dataclass(frozen=True)
class Answer:
    """What a path answers: ``pause`` seconds first."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    pause: float = 0.0


@dataclass
class Newsstand:
    """The site. ``answers``: path → answer, or a function of how often the path was asked before."""

    port: int
    answers: dict[str, Answer | Callable[[int], Answer]] = field(default_factory=dict)
    asked: list[tuple[float, str]] = field(default_factory=list)
    askers: list[tuple[float, str]] = field(default_factory=list)
    """When each request came, and the address it came from."""
    unchanged: list[str] = field(default_factory=list)
    """What was answered with 304."""
    connections: int = 0
    """How many were made."""
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def times(self, path: str) -> list[float]:
        """When the path was asked for."""
        return [when for when, asked in self.asked if asked == path]

    def publish(self, count: int, first: int = 0) -> list[str]:
        """Serve so many stories and a sitemap of all; return their paths."""
        paths = [
            f"/news/{number}-{PLACES[number % 10].lower()}-opens-exchange" for number in range(first, first + count)
        ]
        for number, path in enumerate(paths, first):
            self.answers[path] = Answer(story(number).encode())
        self.answers["/sitemap.xml"] = Answer(self.sitemap(paths).encode(), headers={"Content-Type": "application/xml"})
        return paths

    def sitemap(self, paths: list[str]) -> str:
        """A sitemap of these paths."""
        urls = "".join(f"<url><loc>{self.url}{path}</loc></url>" for path in paths)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'

    def sources(self, folder: Path, **more: object) -> Path:
        """A sources file with this site as its one source, ``stand``."""
        values: dict[str, object] = {"sitemaps": [f"{self.url}/sitemap.xml"], "allow_private": True, **more}
        lines = [f"{name} = {_toml(value)}" for name, value in values.items()]
        file = folder / "sources.toml"
        file.write_text("\n".join(["[stand]", 'domain = "127.0.0.1"', *lines]))
        return file


def story(number: int, extra: str = "") -> str:
    """A page with an article; no two numbers have a sentence in common, as that would look like furniture."""
    dice = random.Random(number)
    place = PLACES[number % 10]
    body = "".join(f"<p>{' '.join(_sentence(dice, place) for _ in range(3))}</p>" for _ in range(5))
    title = f"{place} opens exchange number {number}"
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title></head>"
        f"<body><article><h1>{title}</h1>{body}{extra}</article></body></html>"
    )


def _sentence(dice: random.Random, place: str) -> str:
    who, did, what, when, why = (dice.choice(words.split(", ")) for words in SAID)
    return f"{who} of {place} {did} {dice.randrange(2, 900)} {what} {when}, {why}."


@contextmanager
def newsstand(again: Newsstand | None = None, host: str = "127.0.0.1") -> Iterator[Newsstand]:
    """Serve for the block; ``again`` is one that was closed, to be served on its old port. Hosts are of loopback."""
    server = _Server((again.host, again.port) if again else (host, 0), _Handler)
    server.stand = again or Newsstand(server.server_address[1], host=host)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.stand
    finally:
        server.is_down = True
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    stand: Newsstand
    is_down = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A crawl that is killed hangs up in the middle; that is what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        self.server.stand.connections += 1
        super().setup()

    def do_GET(self) -> None:
        stand = self.server.stand
        if self.server.is_down:  # what comes in on a connection that was kept open
            self.close_connection = True
            return
        before = len(stand.times(self.path)) if callable(stand.answers.get(self.path)) else 0
        stand.asked.append((time.monotonic(), self.path))
        stand.askers.append((stand.asked[-1][0], self.client_address[0]))
        answer = stand.answers.get(self.path, Answer(b"nothing here", 404))
        if callable(answer):
            answer = answer(before)
        if _is_known(answer, self.headers):
            stand.unchanged.append(self.path)
            answer = Answer(b"", 304, {name: answer.headers[name] for name in VALIDATORS if name in answer.headers})
        time.sleep(answer.pause)
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
        pass


def _is_known(answer: Answer, asked: Message) -> bool:
    """Whether the request names the answer's validators: its tag, or its date where it names no tag."""
    match, since = asked.get("If-None-Match"), asked.get("If-Modified-Since")
    if match:
        return answer.headers.get("ETag") in match.split(", ")
    return since is not None and answer.headers.get("Last-Modified") == since


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
