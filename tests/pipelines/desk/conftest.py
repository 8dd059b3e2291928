"""The desk over a small store: in this process for most tests, as a server of its own for a real browser."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("datasette", reason="the desk is not installed: pip install newsmint[desk]")

from pipelines.desk.app import make_desk
from tests.pipelines.desk import newsroom


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Client:
    """Asks the desk in this process. It lives as long as the tests: its threads keep their connections."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(desk.invoke_startup())

    def __call__(self, path: str, method: str = "get", **how: Any) -> Answer:
        """The answer to one request; redirects are not followed."""
        found = self._loop.run_until_complete(getattr(self.desk.client, method)(path, **how))
        return Answer(found.status_code, dict(found.headers), found.text)

    def close(self) -> None:
        self._loop.close()


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return newsroom.make(tmp_path_factory.mktemp("desk") / "news.sqlite3")


@pytest.fixture(scope="session")
def get(store: Path) -> Iterator[Client]:
    client = Client(make_desk(store))
    yield client
    client.close()


@pytest.fixture(scope="session")
def live_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One like it, that is written to while it is served."""
    return newsroom.make(tmp_path_factory.mktemp("live") / "news.sqlite3")


@pytest.fixture(scope="session")
def server(live_store: Path) -> Iterator[str]:
    """The address of ``newsmint serve`` over the live store."""
    command = [sys.executable, "-c", "from crawler.cli import main; main()", "serve", "--port", "0"]
    command += ["--db", str(live_store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            assert address, line
            _wait(int(address[1]))
            yield address[0]
        finally:
            process.terminate()


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at port {port}")
