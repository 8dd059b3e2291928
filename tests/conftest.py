"""What tests of all parts start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.store import open_store


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was just made; copied, since the migrations take longer than most tests."""
    path = tmp_path_factory.mktemp("store") / "news.sqlite3"
    open_store(path).close()
    return path
