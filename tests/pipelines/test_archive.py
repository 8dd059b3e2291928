"""The page archive gives back the bytes it was given, or says what is wrong."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.archive import BUFFER_BYTES, FileArchive
from pipelines.errors import BadInput, CannotWrite, MissingInput, StoreBusy


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "news.pages.sqlite3"


@pytest.mark.parametrize("body", [b"", b"<p>hello", bytes(range(256)) * 4096], ids=["empty", "small", "1 MB"])
def test_a_body_comes_back_before_and_after_it_is_written(path: Path, body: bytes) -> None:
    with FileArchive(path) as archive:
        key = archive.put(body)
        assert key == hashlib.sha256(body).hexdigest()
        assert archive.get(key) == body
    with FileArchive(path, readonly=True) as archive:
        assert archive.get(key) == body


def test_the_same_body_is_kept_once(path: Path) -> None:
    with FileArchive(path) as archive:
        archive.put(b"page")
        archive.put(b"page")
        archive.flush()
        archive.put(b"page")
        assert len(archive) == 1


def test_repetitive_pages_take_little_room(path: Path) -> None:
    with FileArchive(path) as archive:
        archive.put(b"<div class='teaser'><a href='/news/story'>Story</a></div>" * 4000)
    assert path.stat().st_size < 20_000


def test_much_is_written_without_a_flush(path: Path) -> None:
    archive = FileArchive(path)
    keys = [archive.put(os.urandom(BUFFER_BYTES // 4)) for _ in range(5)]
    with FileArchive(path, readonly=True) as reader:
        assert reader.get(keys[0])
        with pytest.raises(MissingInput, match="no page body"):
            reader.get(keys[-1])
    archive.close()


def test_threads_share_it(path: Path) -> None:
    bodies = [f"page {number % 50}".encode() * 500 for number in range(400)]
    with FileArchive(path) as archive, ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(archive.put, bodies))
        assert list(pool.map(archive.get, keys)) == bodies
        assert len(archive) == 50


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE body SET zstd = x'28b52ffd'",
        "UPDATE body SET zstd = substr(zstd, 1, 12)",
        None,
    ],
)
def test_a_damaged_body_is_named(path: Path, damage: str | None) -> None:
    with FileArchive(path) as archive:
        keys = [archive.put(b"one page " * 100), archive.put(b"two page " * 100)]
    with sqlite3.connect(path) as connection:
        if damage:
            connection.execute(damage)
        else:  # the body of another page
            connection.execute("UPDATE body SET zstd = (SELECT zstd FROM body WHERE hash = ?)", (keys[1],))
    connection.close()
    with FileArchive(path) as archive, pytest.raises(BadInput, match="is damaged"):
        archive.get(keys[0])


def test_no_archive_to_read(path: Path) -> None:
    with pytest.raises(MissingInput, match="belongs beside the database"):
        FileArchive(path, readonly=True)


def test_a_file_of_something_else(path: Path) -> None:
    path.write_bytes(b"<html>" * 100)
    with pytest.raises(BadInput, match="not a Newsmint database"):
        FileArchive(path)


def test_another_writer(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.sqlite.BUSY_SECONDS", 0.1)
    with FileArchive(path) as archive:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        key = archive.put(b"page")
        with pytest.raises(StoreBusy, match="another process is writing"):
            archive.flush()
        other.execute("ROLLBACK")
        other.close()
        assert archive.get(key) == b"page"
    with FileArchive(path, readonly=True) as archive:
        assert archive.get(key) == b"page"


def test_a_full_disk_loses_nothing_of_what_was_written(path: Path) -> None:
    with FileArchive(path) as archive:
        kept = archive.put(b"kept")
        archive.flush()
        pages = archive._connection.execute("PRAGMA page_count").fetchone()[0]
        archive._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        archive.put(os.urandom(100_000))
        with pytest.raises(CannotWrite, match="free some space"):
            archive.flush()
        archive._connection.execute("PRAGMA max_page_count = 100000")
        assert archive.get(kept) == b"kept"


def test_what_was_flushed_outlives_a_kill(path: Path) -> None:
    script = (
        "import os, signal, sys\nfrom pipelines.archive import FileArchive\n"
        "archive = FileArchive(sys.argv[1]); print(archive.put(b'flushed')); archive.flush(); archive.put(b'held')\n"
        "sys.stdout.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False)
    with FileArchive(path) as archive:
        assert archive.get(done.stdout.strip()) == b"flushed"
        assert len(archive) == 1
