"""Opening a store: made, brought up to date, or refused in one line that says what to do."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.errors import BadConfig, BadInput, CannotWrite, MissingInput, NewsmintError, StoreBusy
from pipelines.store import open_store
from pipelines.store.articles import save_article
from pipelines.store.pages import keep_page
from pipelines.store.schema import REVISION
from tests.pipelines.store.examples import a_page, an_article


def sql(path: Path, *statements: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        return [row for statement in statements for row in connection.execute(statement).fetchall()]
    finally:
        connection.close()


@pytest.mark.parametrize(
    "location", ["{0}/new/folder/news.sqlite3", "sqlite:///{0}/news.sqlite3", "{0}/a name with ?#% signs"]
)
def test_a_store_is_made_where_it_is_asked_for(tmp_path: Path, location: str) -> None:
    with open_store(location.format(tmp_path)) as store, store.begin() as conn:
        save_article(conn, an_article())
    with open_store(location.format(tmp_path), readonly=True) as store:
        assert store.article(an_article().id) == an_article()


def test_readers_do_not_block_the_writer_nor_see_half_of_what_it_writes(tmp_path: Path) -> None:
    path = tmp_path / "news.sqlite3"
    with open_store(path) as store, open_store(path, readonly=True) as reader, reader.connect() as reading:
        assert reading.exec_driver_sql("SELECT count(*) FROM article").scalar() == 0
        with store.begin() as conn:
            save_article(conn, an_article())
            assert reader.article(an_article().id) is None
        assert reading.exec_driver_sql("SELECT count(*) FROM article").scalar() == 0
        assert reader.article(an_article().id) is not None


def test_what_fails_is_rolled_back(tmp_path: Path) -> None:
    with open_store(tmp_path / "news.sqlite3") as store:
        with pytest.raises(ZeroDivisionError), store.begin() as conn:
            save_article(conn, an_article())
            _ = 1 / 0
        assert store.article(an_article().id) is None


def test_the_database_is_sound_and_needs_no_more_than_plain_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "news.sqlite3"
    with open_store(path) as store, store.begin() as conn:
        for slug in ("one", "two"):
            save_article(conn, an_article(slug), page_id=keep_page(conn, store.archive, a_page(slug)))
    assert sql(path, "PRAGMA integrity_check", "PRAGMA journal_mode") == [("ok",), ("wal",)]
    assert sql(path, "SELECT count(*) FROM article_fts WHERE article_fts MATCH 'exchange'") == [(2,)]


def test_two_processes_may_make_the_same_store_at_once(tmp_path: Path) -> None:
    script = "import sys\nfrom pipelines.store import open_store\nopen_store(sys.argv[1]).close()"
    command = [sys.executable, "-c", script, str(tmp_path / "news.sqlite3")]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.communicate()[1] for process in started] == [""] * 4
    assert sql(tmp_path / "news.sqlite3", "SELECT version_num FROM alembic_version") == [(REVISION,)]


REFUSALS: dict[str, tuple[type[NewsmintError], str]] = {
    "missing": (MissingInput, "`newsmint crawl` makes one"),
    "empty": (MissingInput, "`newsmint crawl` makes one"),
    "text": (BadInput, "not a Newsmint database"),
    "other": (BadInput, "not a Newsmint store"),
    "newer": (BadConfig, "written by a newer Newsmint (schema 9999); upgrade newsmint"),
    "folder": (BadInput, "a folder, not a database"),
}


def prepare(kind: str, path: Path, made: Path) -> None:
    match kind:
        case "empty":
            path.touch()
        case "text":
            path.write_text("<html>" * 200)
        case "other":
            sql(path, "CREATE TABLE film (title)")
        case "newer":
            shutil.copy(made, path)
            sql(path, "UPDATE alembic_version SET version_num = '9999'")
        case "folder":
            path.mkdir()
            (path / "file").touch()


@pytest.mark.parametrize("kind", REFUSALS)
def test_refusals_of_a_reader(tmp_path: Path, empty_database: Path, kind: str) -> None:
    path = tmp_path / "news.sqlite3"
    prepare(kind, path, empty_database)
    expected, words = REFUSALS[kind]
    with pytest.raises(expected) as refusal:
        open_store(path, readonly=True)
    assert words in str(refusal.value)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("kind", ["text", "other", "newer", "folder"])
def test_a_writer_refuses_the_same_and_changes_nothing(tmp_path: Path, empty_database: Path, kind: str) -> None:
    path = tmp_path / "news.sqlite3"
    prepare(kind, path, empty_database)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(REFUSALS[kind][0]):
        open_store(path)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_not_to_be_created(tmp_path: Path) -> None:
    with pytest.raises(MissingInput):
        open_store(tmp_path / "news.sqlite3", create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["mysql://user:secret@host/news", "sqlite://", "sqlite:///:memory:", "nonsense://", "://"]
)
def test_databases_we_do_not_speak(url: str) -> None:
    with pytest.raises(BadConfig, match="sqlite:///") as refusal:
        open_store(url)
    assert "secret" not in str(refusal.value)


def test_another_writer(tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.sqlite.BUSY_SECONDS", 0.1)
    path = Path(shutil.copy(empty_database, tmp_path))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with open_store(path) as store:
        with pytest.raises(StoreBusy, match="another process is writing to this database; try again"), store.begin():
            pass
        assert store.article("0" * 16) is None
        other.execute("COMMIT")
        other.close()
        with store.begin() as conn:
            save_article(conn, an_article())


def test_a_full_disk_loses_nothing_of_what_was_stored(tmp_path: Path, empty_database: Path) -> None:
    with open_store(shutil.copy(empty_database, tmp_path)) as store:
        with store.begin() as conn:
            save_article(conn, an_article())
            used = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        with pytest.raises(CannotWrite, match="free some space"), store.begin() as conn:
            conn.exec_driver_sql(f"PRAGMA max_page_count = {used + 20}")
            for number in range(100):
                save_article(conn, an_article(f"story-{number}", body="word " * 1000))
    with open_store(tmp_path / "news.sqlite3") as store:
        assert list(store.articles()) == [an_article()]
        with store.begin() as conn:
            save_article(conn, an_article("after"))
    assert sql(tmp_path / "news.sqlite3", "PRAGMA integrity_check") == [("ok",)]


def test_a_file_size_limit_is_a_full_disk_too(tmp_path: Path, empty_database: Path) -> None:
    """The write-ahead log runs into the limit of the process: an error of the operating system, not of SQLite."""
    path = shutil.copy(empty_database, tmp_path)
    script = f"""
import resource, signal, sys
sys.path.insert(0, {str(Path(__file__).parents[3])!r})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from pipelines.errors import CannotWrite
from pipelines.store import open_store
from pipelines.store.articles import save_article
from tests.pipelines.store.examples import an_article
with open_store({str(path)!r}) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    try:
        with store.begin() as conn:
            for number in range(200):
                save_article(conn, an_article(f"story-{{number}}", body="word " * 1000))
    except CannotWrite as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "free some space" in done.stdout, done.stderr
    assert sql(Path(path), "SELECT count(*) FROM article", "PRAGMA integrity_check") == [(0,), ("ok",)]


def as_nobody(script: str, *arguments: str) -> str:
    """Standard output of a script run by a user who owns nothing, where we are allowed to become one."""
    become = "import os\nif os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
    prelude = "import sys\nfrom pipelines.errors import NewsmintError\nfrom pipelines.store import open_store\n"
    load = "import alembic.command, pipelines.store.migrate, zstandard, encodings.idna, sqlalchemy.dialects.sqlite\n"
    command = [sys.executable, "-c", prelude + load + become + script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_read_only_folder_can_be_read_and_not_written(tmp_path: Path, empty_database: Path) -> None:
    folder = tmp_path / "shelf"
    folder.mkdir()
    path = Path(shutil.copy(empty_database, folder))
    with open_store(path) as store, store.begin() as conn:
        save_article(conn, an_article())
    for parent in tmp_path.parents:
        if parent.name.startswith(("pytest-", "popen-")):  # pytest's own, closed to others; one more of them with xdist
            parent.chmod(0o755)
    tmp_path.chmod(0o755)
    path.chmod(0o444)
    folder.chmod(0o555)
    reading = "with open_store(sys.argv[1], readonly=True) as store: print(store.article(sys.argv[2]).title)"
    writing = """
for location in sys.argv[1:]:
    try:
        with open_store(location) as store, store.begin() as conn: conn.exec_driver_sql("DELETE FROM article")
    except NewsmintError as error:
        print(type(error).__name__)
"""
    assert as_nobody(reading, str(path), an_article().id) == an_article().title
    assert (
        as_nobody(writing, str(path), str(folder / "new.sqlite3"), str(folder / "sub/new.sqlite3")).split()
        == ["CannotWrite"] * 3
    )
    folder.chmod(0o755)


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "news.sqlite3"
    with open_store(path) as store, store.begin() as conn:
        for number in range(50):
            save_article(conn, an_article(f"story-{number}", body=f"{number} word " * 500))
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 :] = os.urandom(len(raw) - len(raw) // 2)
    path.write_bytes(raw)
    with open_store(path) as store, pytest.raises(BadInput, match="damaged") as refusal:
        list(store.articles())
    assert len(str(refusal.value)) < 200 + len(str(path))
