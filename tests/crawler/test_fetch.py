from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator, Mapping

import pytest

from crawler.fetch import fetch
from crawler.settings import USER_AGENT
from pipelines.errors import Unreachable
from tests.crawler.hostile.pages import ADDRESSES, BODIES, HEADS
from tests.crawler.hostile.server import serve as hostile
from tests.crawler.loopback import Page, Site, serve

BOMB = gzip.compress(b" " * 30_000_000, 1)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    pages = {
        "/ok": Page("<p>hello</p>", headers={"X-Mark": "here"}),
        "/zipped": Page(gzip.compress(b"hello"), headers={"Content-Encoding": "gzip"}),
        "/moved": Page(status=302, headers={"Location": "/again"}),
        "/again": Page(status=308, headers={"Location": "{base}/ok"}),
        "/circle": Page(status=301, headers={"Location": "/circle"}),
        "/to-file": Page(status=302, headers={"Location": "file:///etc/hostname"}),
        "/to-private": Page(status=302, headers={"Location": "http://10.0.0.1/"}),
        "/nowhere": Page("kept", status=302),
        "/bomb": Page(BOMB, headers={"Content-Encoding": "gzip"}),
        "/broken": Page(b"\x1f\x8bnonsense", headers={"Content-Encoding": "gzip"}),
        "/busy": Page("later", status=503, headers={"Retry-After": "9"}),
    }
    with serve(pages) as running:
        yield running


def test_an_answer(site: Site) -> None:
    answer = fetch(f"{site.base}/ok", allow_private=True)
    assert (answer.url, answer.status, answer.body) == (f"{site.base}/ok", 200, b"<p>hello</p>")
    assert answer.headers["x-mark"] == "here" and answer.content_type == "text/html; charset=utf-8"
    assert site.agents == {USER_AGENT}


def test_any_status_is_an_answer(site: Site) -> None:
    assert fetch(f"{site.base}/busy", allow_private=True).status == 503
    assert fetch(f"{site.base}/none", allow_private=True).status == 404
    assert fetch(f"{site.base}/nowhere", allow_private=True).status == 302


def test_compression_and_redirects_are_followed(site: Site) -> None:
    assert fetch(f"{site.base}/zipped", allow_private=True).body == b"hello"
    assert fetch(f"{site.base}/moved", allow_private=True).url == f"{site.base}/ok"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/circle", "more than 5 redirects"),
        ("/to-file", "leads to what is not an http or https address"),
        ("/bomb", "more than 20 MB"),
        ("/broken", "its compression is broken"),
    ],
)
def test_what_is_not_followed_or_read(site: Site, path: str, words: str) -> None:
    with pytest.raises(Unreachable, match=words) as caught:
        fetch(f"{site.base}{path}", allow_private=True)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "spelling", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1"]
)
def test_private_addresses_are_refused_however_spelled(site: Site, spelling: str) -> None:
    asked = len(site.asked)
    port = site.base.rpartition(":")[2]
    with pytest.raises(Unreachable, match="not on the public internet"):
        fetch(f"http://{spelling}:{port}/ok")
    assert len(site.asked) == asked


def test_every_hop_is_checked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.fetch.is_public", lambda ip: ip == "127.0.0.1")
    with pytest.raises(Unreachable, match=r"10\.0\.0\.1 is not on the public internet"):
        fetch(f"{site.base}/to-private")


def test_what_is_connected_to_is_what_was_checked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolves to a public address first and to this machine next gains nothing."""
    answers = iter([["203.0.113.9", "127.0.0.1"]])

    def resolve(*_: object, **__: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (ip, 0)) for ip in next(answers)]

    connected: list[str] = []

    def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        connected.append(address[0])
        raise OSError("unreachable")

    monkeypatch.setattr("crawler.fetch.is_public", lambda ip: ip == "203.0.113.9")
    monkeypatch.setattr("crawler.fetch.create_connection", connect)
    monkeypatch.setattr("crawler.fetch.socket.getaddrinfo", resolve)
    with pytest.raises(Unreachable, match="cannot be connected to"):
        fetch("http://rebinding.example/")
    assert connected == ["203.0.113.9"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mailto:a@b.example", "not an http or https address"),
        ("http://nobody.invalid/", "no such host is known"),
        ("http://127.0.0.1:1/", "refuses the connection"),
    ],
)
def test_what_cannot_be_reached(url: str, words: str) -> None:
    with pytest.raises(Unreachable, match=words):
        fetch(url, allow_private=True)


def test_no_secure_connection(site: Site) -> None:
    with pytest.raises(Unreachable, match="gives no connection that is secure"):
        fetch(site.base.replace("http:", "https:"), allow_private=True)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["head", "body"])
def test_a_server_that_drips_is_cut_off(start: bytes) -> None:
    done = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(start)
            while not done.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,))
        thread.start()
        started = time.monotonic()
        with pytest.raises(Unreachable, match="takes too long"):
            fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/", allow_private=True, max_seconds=0.4)
        assert time.monotonic() - started < 5
        done.set()
        thread.join()


def test_a_proxy_is_asked_instead(site: Site) -> None:
    with serve({"http://harbor.example/a": Page("through the proxy")}) as proxy:
        assert fetch("http://harbor.example/a", proxy=proxy.base).body == b"through the proxy"
        with pytest.raises(Unreachable, match="not on the public internet"):
            fetch("http://192.168.0.1/", proxy=proxy.base)


def test_the_environment_s_proxy_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve({"http://harbor.example/a": Page("through the proxy")}) as proxy:
        monkeypatch.setenv("http_proxy", proxy.base)
        monkeypatch.setenv("no_proxy", "")
        assert fetch("http://harbor.example/a").body == b"through the proxy"


HOSTILE = ["million-headers", "endless-headers", "long-header", "status-words", "long-without-length"]
HOSTILE += ["bomb-brotli", "bomb-zstd", "bomb-nested", "many-layers", "broken-chunks", "says-nothing", "to-file"]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_crawl_survives_a_single_fetch_does(name: str) -> None:
    row = next(row for row in (*ADDRESSES, *HEADS, *BODIES) if row.name == name)
    with hostile({}) as server:
        answer = row.answer(server.url)
        assert not isinstance(answer, Mapping)
        server.answers["/"] = answer
        started = time.monotonic()
        with pytest.raises(Unreachable):
            fetch(f"{server.url}/", allow_private=True)
        assert time.monotonic() - started < 20
