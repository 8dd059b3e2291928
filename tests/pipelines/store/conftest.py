from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.store import Store, open_store


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was just made; copied, since the migrations take longer than most tests."""
    path = tmp_path_factory.mktemp("store") / "news.sqlite3"
    open_store(path).close()
    return path


@pytest.fixture
def store(tmp_path: Path, empty_database: Path) -> Iterator[Store]:
    """An empty store in a real file."""
    with open_store(shutil.copy(empty_database, tmp_path)) as opened:
        yield opened
