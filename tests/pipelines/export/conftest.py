from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipelines.items import Article
from pipelines.store import Store, open_store
from pipelines.store.articles import save_article

Filled = Callable[..., Path]


def json_lines(path: Path) -> list[dict[str, Any]]:
    """What the lines of a file say."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def multiply(path: Path, number: int) -> None:
    """Make so many articles of the first one of a store, a minute apart, without what hangs on them."""
    with closing(sqlite3.connect(path)) as conn, conn:
        names = [row[0] for row in conn.execute("SELECT name FROM pragma_table_info('article')")]
        new = {"number": "number + n", "id": "printf('%016x', n)", "published_ts": "published_ts + 60 * n"}
        for (trigger,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            conn.execute(f"DROP TRIGGER {trigger}")
        conn.execute(
            f"INSERT INTO article ({', '.join(names)}) WITH RECURSIVE copy (n) AS "
            f"(SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < {number - 1}) "
            f"SELECT {', '.join(new.get(name, name) for name in names)} FROM article, copy WHERE number = 1"
        )


@pytest.fixture
def store(tmp_path: Path, empty_database: Path) -> Iterator[Store]:
    """An empty store in a real file, in a folder of its own."""
    folder = tmp_path / "store"
    folder.mkdir()
    with open_store(shutil.copy(empty_database, folder)) as opened:
        yield opened


@pytest.fixture
def filled(store: Store) -> Filled:
    """``filled(article, …)`` stores the articles, and gives the database's path."""

    def fill(*articles: Article) -> Path:
        with store.begin() as conn:
            for each in articles:
                save_article(conn, each)
        return store.path

    return fill
