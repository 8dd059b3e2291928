"""News sites on addresses of their own, and the commands of a fleet that crawls them into one shared store."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from bench.processes import descendants
from crawler.fleet.schedule import SCHEMA
from tests.crawler.conftest import NEWSMINT, ROOT
from tests.crawler.newsstand import Newsstand, newsstand


@dataclass
class Fleet:
    """``newsmint`` calls on one store and one sources file; workers are killed at the end."""

    url: str
    sources: Path
    workers: list[Worker] = field(default_factory=list)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        given = ["--sources", str(self.sources)] if words[0] in ("schedule", "worker", "crawl") else []
        return subprocess.run(
            [*NEWSMINT, *words, *given, "--db", self.url],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def schedule(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run("schedule", "--procrastinate", *words)

    def worker(self, *words: str) -> Worker:
        command = [*NEWSMINT, "worker", "--sources", str(self.sources), "--db", self.url, *words]
        worker = Worker(
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        )
        self.workers.append(worker)
        return worker

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        engine = create_engine(make_url(self.url))
        try:
            with engine.connect() as conn:
                return [tuple(row) for row in conn.execute(text(query))]
        finally:
            engine.dispose()

    def count(self, query: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {query}")[0][0])

    @property
    def stored(self) -> int:
        return self.count("article")


class Worker:
    """A worker's process; ``lines`` is what it said."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit code, and the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        self._reader.join(5)
        return code, time.monotonic() - began

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def close(self) -> None:
        """Once it has ended: read what it said last."""
        self._reader.join(10)

    def visits(self) -> list[int]:
        """Numbers of the processes of its visits."""
        return [pid for pid in descendants(self.process.pid) if name_of(pid) == "newsmint visit"]

    def said(self, words: str) -> bool:
        return any(words in line for line in self.lines)

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as said:
            for line in said:
                self.lines.append(line.rstrip())


def wait_until(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    """Until it is so. Fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so after {seconds:g} seconds"
        time.sleep(0.1)


def name_of(pid: int) -> str | None:
    """What the process calls itself; None once it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return None


def is_gone(pid: int) -> bool:
    """Whether the process has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


@contextmanager
def sites(count: int) -> Iterator[list[Newsstand]]:
    """So many sites, each at an address of its own: 127.0.0.2, 127.0.0.3, …"""
    with sites_at([f"127.0.0.{number}" for number in range(2, 2 + count)]) as stands:
        yield stands


@contextmanager
def sites_at(addresses: Sequence[str]) -> Iterator[list[Newsstand]]:
    """A site at each of these addresses."""
    with ExitStack() as stack:
        yield [stack.enter_context(newsstand(host=address)) for address in addresses]


def stories(stand: Newsstand) -> list[str]:
    """The paths of the articles that a site was asked for, in their order."""
    return [path for _, path in stand.asked if "/news/" in path]


def check_pace(stand: Newsstand, delay: float) -> None:
    """Fail where the site was asked faster than that, by its clock. A request may be late by a pause on a busy machine,
    which makes the next pause short: so many pauses on end are not."""
    times = sorted(when for when, _ in stand.asked)
    for pauses in (3, 12):
        least = min((late - early for early, late in zip(times, times[pauses:], strict=False)), default=delay * pauses)
        assert least > delay * (pauses - 1), f"{stand.url}: {pauses} pauses in {least:.3f} s"


def sources_file(folder: Path, stands: Sequence[Newsstand], **more: object) -> Path:
    """A file with a source a site: ``stand0``, ``stand1``, …"""
    parts = []
    for number, stand in enumerate(stands):
        host = stand.url.removeprefix("http://").partition(":")[0]
        lines = [f"{name} = {value}" for name, value in more.items()]
        parts += [f"[stand{number}]", f'domain = "{host}"', f'sitemaps = ["{stand.url}/sitemap.xml"]']
        parts += ["allow_private = true", *lines, ""]
    file = folder / "sources.toml"
    file.write_text("\n".join(parts))
    return file


@contextmanager
def fleet(url: str, sources: Path) -> Iterator[Fleet]:
    """A fleet whose processes are ended with the block."""
    made = Fleet(url, sources)
    try:
        yield made
    finally:
        for worker in made.workers:
            if worker.process.poll() is None:
                worker.kill()
            worker.close()
            sys.stdout.write(
                "\n".join([f"worker {worker.process.pid}:", *worker.lines, ""])
            )  # shown where a test fails


@pytest.fixture
def shared_database(shared_database: str) -> Iterator[str]:
    """The same, without what a fleet keeps in it: the next test may be given the same database."""
    yield shared_database
    engine = create_engine(shared_database)
    with engine.begin() as conn:
        conn.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
    engine.dispose()
