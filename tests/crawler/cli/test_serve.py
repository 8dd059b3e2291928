"""``newsmint serve``: where it listens, whom it refuses, and what it says where it cannot."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crawler.cli import cli, serve
from pipelines.errors import BadConfig, MissingInput, NewsmintError, UsageError
from pipelines.store import open_store

HASH = "pbkdf2_sha256$1$salt$aGFzaA=="
PYTHON = [sys.executable, "-c", "from crawler.cli import main; main()"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("serve") / "a store of news?.sqlite3"
    open_store(path).close()
    return path


def refused(*words: str, **environment: str | None) -> NewsmintError:
    error = CliRunner().invoke(cli, ["serve", *words], env=environment).exception
    assert isinstance(error, NewsmintError), error
    return error


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "news.example"])
def test_it_stays_on_this_machine_without_a_password(host: str, store: Path) -> None:
    error = refused("--host", host, "--db", str(store), NEWSMINT_DESK_PASSWORD_HASH=None)
    assert isinstance(error, UsageError)
    assert "NEWSMINT_DESK_PASSWORD_HASH" in str(error)


def test_what_is_no_hash_is_said(store: Path) -> None:
    error = refused("--host", "0.0.0.0", "--db", str(store), NEWSMINT_DESK_PASSWORD_HASH="secret")
    assert isinstance(error, BadConfig)
    assert "secret" not in str(error)


def test_without_a_store_it_says_so(tmp_path: Path) -> None:
    assert isinstance(refused("--db", str(tmp_path / "none.sqlite3")), MissingInput)


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda name: None)
    assert 'pip install "newsmint[desk]"' in str(refused("--db", str(store)))


def test_a_port_in_use_is_one_line(store: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        error = refused("--port", str(taken.getsockname()[1]), "--db", str(store))
    assert isinstance(error, UsageError)
    assert "--port 0 takes a free one" in str(error)


def test_a_hash_is_made_of_a_password() -> None:
    result = CliRunner().invoke(cli, ["serve", "--hash-password"], input="cats\ncats\n")
    assert result.exit_code == 0
    assert re.fullmatch(r"pbkdf2_sha256\$\d+\$\w+\$\S+", result.stdout.strip())


@contextmanager
def serving(*words: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    import os

    env = {**os.environ, **environment}
    with subprocess.Popen(
        [*PYTHON, "serve", "--port", "0", *words], stdout=subprocess.PIPE, text=True, env=env
    ) as process:
        assert process.stdout is not None
        try:
            address = re.search(r"http://\S+:\d+/", process.stdout.readline())
            assert address
            yield process, address[0]
        finally:
            process.terminate()


def ask(url: str, **headers: str) -> tuple[int, Any]:
    for _ in range(50):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
                return answer.status, answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.headers
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"no answer at {url}")


def test_it_serves_an_empty_store_and_ends_at_ctrl_c(store: Path) -> None:
    with serving("--db", str(store)) as (process, address):
        status, headers = ask(address)
        assert status == 200
        assert "uvicorn" not in str(headers).lower()
        assert ask(f"{address}search?q=x")[0] == 200
        assert ask(f"{address}news")[0] == 200
        assert ask(address, Host="evil.example")[0] == 421
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0


@pytest.mark.slow
def test_with_a_password_it_may_listen_elsewhere_and_shows_nothing(store: Path) -> None:
    with serving("--db", str(store), "--host", "0.0.0.0", NEWSMINT_DESK_PASSWORD_HASH=HASH) as (_, address):
        local = address.replace("0.0.0.0", "127.0.0.1")
        assert ask(f"{local}home.json")[0] == 403
        assert ask(f"{local}-/login", Host="any.example")[0] == 200


@pytest.mark.slow
def test_memory_stays_small(store: Path) -> None:
    """Of a small store; the figure at 100,000 articles is in docs/desk.md."""
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("memory is read from /proc")
    with serving("--db", str(store)) as (process, address):
        for path in ("", "search?q=x", "news", "sources", "questions"):
            ask(address + path)
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        megabytes = next(int(line.split()[1]) / 1_000 for line in lines if line.startswith("VmRSS"))
    assert megabytes < 150
