from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.store import Store, open_store

EITHER = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))
"""The two databases: a test that takes ``store`` holds on both."""


@pytest.fixture(params=EITHER)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store: in a real file, and in a database of a real server."""
    with open_store(request.getfixturevalue(f"{request.param}_location")) as opened:
        yield opened


@pytest.fixture
def file_store(sqlite_location: Path) -> Iterator[Store]:
    """An empty store in a real file: for what is SQLite's own."""
    with open_store(sqlite_location) as opened:
        yield opened


@pytest.fixture
def shared_store(shared_database: str) -> Iterator[Store]:
    """An empty store in a database of a real server: for what is PostgreSQL's own. Mark the test ``postgres``."""
    with open_store(shared_database) as opened:
        yield opened


@pytest.fixture
def sqlite_location(tmp_path: Path, empty_database: Path) -> Path:
    return Path(shutil.copy(empty_database, tmp_path))


@pytest.fixture
def postgresql_location(shared_database: str) -> str:
    return shared_database
