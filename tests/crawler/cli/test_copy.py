"""``newsmint copy``, as a person and as a program call it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.store import open_store
from pipelines.store.derived import ROLLUPS
from pipelines.store.lock import crawl_lock
from tests.crawler.conftest import NEWSMINT, ROOT, Crawl
from tests.crawler.newsstand import Newsstand
from tests.pipelines.store.filled import ROWS, fill


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("copy") / "news.sqlite3")


def copy(*words: object) -> subprocess.CompletedProcess[str]:
    called = [*NEWSMINT, "copy", *map(str, words)]
    return subprocess.run(called, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_a_copy_is_told_table_by_table_and_once(source: Path, tmp_path: Path) -> None:
    destination = tmp_path / "new" / "copy.sqlite3"
    done = copy(source, f"sqlite:///{destination}")
    assert done.returncode == 0, done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines() if line.startswith((" article ", " page_body "))] == [
        ["article", str(ROWS)],
        ["page_body", str(ROWS)],
    ]
    assert done.stderr.startswith("equal, in ")
    again = copy(source, destination)
    assert (again.returncode, again.stdout.count(" yes ")) == (0, done.stdout.count(" yes "))
    assert "nothing was copied, both were compared" in again.stderr


def test_what_differs_is_named_and_is_the_exit_code(source: Path, tmp_path: Path) -> None:
    destination = tmp_path / "copy.sqlite3"
    assert copy(source, destination).returncode == 0
    with closing(sqlite3.connect(destination)) as connection:
        connection.execute("UPDATE source SET name = 'For\x1bged' WHERE key = 'source key 1'")
        connection.execute("DELETE FROM fetch WHERE id = 3")
        connection.commit()
    done = copy("--verify-only", "--json", source, destination)
    rows = {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 1
    assert [name for name, row in rows.items() if not row["ok"]] == ["source", "fetch"]
    assert (rows["fetch"]["rows"], rows["fetch"]["copied"]) == (ROWS, ROWS - 1)
    assert done.stderr.splitlines() == ["source: source key 1 has another name", "fetch: 3 is missing"]


def test_a_copy_beside_a_crawl_says_whose_state_it_has(source: Path, tmp_path: Path) -> None:
    with crawl_lock(source):
        done = copy(source, tmp_path / "copy.sqlite3")
    assert done.returncode == 0, done.stderr
    assert "newsmint crawl" in done.stderr
    assert "its state of now is taken" in done.stderr


def test_a_destination_that_holds_something_else_is_refused_in_a_line(source: Path, tmp_path: Path) -> None:
    fill(tmp_path / "other.sqlite3")
    with open_store(tmp_path / "other.sqlite3") as store, store.begin() as conn:
        conn.exec_driver_sql("DELETE FROM fetch")
    done = copy(source, tmp_path / "other.sqlite3")
    assert (done.returncode, len(done.stderr.splitlines())) == (64, 1)
    assert "holds something already" in done.stderr


@pytest.mark.slow
@pytest.mark.postgres
def test_a_crawl_goes_on_in_the_copy(stand: Newsstand, tmp_path: Path, shared_database: str) -> None:
    """From a file to a server, where the next crawl finds what is new and nothing else, and back."""
    sources = stand.sources(tmp_path, delay=0.0)
    crawl, shared = Crawl(sources, tmp_path / "news.sqlite3"), Crawl(sources, tmp_path, shared_database)
    stand.publish(3)
    assert crawl.run().returncode == 0
    assert copy(crawl.store, shared_database).returncode == 0
    stand.publish(5)
    assert shared.run().returncode == 0
    query = "SELECT count(*), count(DISTINCT id), max(number), max(version) FROM article"
    assert shared.rows(query) == [(5, 5, 5, 1)]
    assert shared.rows("SELECT count(*) FROM \"fetch\" WHERE outcome = 'new'") == [(5,)]
    back = Crawl(sources, tmp_path / "back.sqlite3")
    done = copy(shared_database, back.store)
    assert done.returncode == 0, done.stderr
    for table in ROLLUPS:
        assert sorted(back.rows(f"SELECT * FROM {table}")) == sorted(shared.rows(f"SELECT * FROM {table}"))
    assert back.run().returncode == 0
    assert back.rows(query) == [(5, 5, 5, 1)]
