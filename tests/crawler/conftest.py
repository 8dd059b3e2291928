"""A news site on loopback, and the command that crawls it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine

from tests.crawler.newsstand import Newsstand, newsstand

NEWSMINT = [sys.executable, "-c", "from crawler.cli import main; main()"]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def stand() -> Iterator[Newsstand]:
    with newsstand() as stand:
        yield stand


@dataclass(frozen=True)
class Crawl:
    """``newsmint crawl`` of one sources file into one store, each call in a process of its own."""

    sources: Path
    store: Path
    shared: str = ""
    """The URL of a shared store, in place of the file."""

    def command(self, *options: str) -> list[str]:
        return [
            *NEWSMINT,
            "crawl",
            "all",
            "--sources",
            str(self.sources),
            "--db",
            self.shared or str(self.store),
            *options,
        ]

    def start(self, *options: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*options), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*options), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        if self.shared:
            with create_engine(self.shared, poolclass=NullPool).connect() as conn:
                return [tuple(row) for row in conn.exec_driver_sql(query)]
        with closing(sqlite3.connect(self.store)) as connection:
            return connection.execute(query).fetchall()
