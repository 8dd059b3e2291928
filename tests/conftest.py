"""What tests of all parts start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.store import open_store
from tests.postgres import Server, server


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes name no test: those of gzip hold the time, and all processes must call a test the same."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was just made; copied, since the migrations take longer than most tests."""
    path = tmp_path_factory.mktemp("store") / "news.sqlite3"
    open_store(path).close()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server that databases can be made on; the test skips where there is none."""
    with server() as found:
        yield found


@pytest.fixture
def shared_database(postgres: Server) -> Iterator[str]:
    """The URL of a shared store that was just made, and is the test's own."""
    with postgres.database() as url:
        yield url
