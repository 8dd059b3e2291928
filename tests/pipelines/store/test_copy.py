"""A copy of a store, between a file and a server in any direction: all of it, once, whatever happens on the way."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from pipelines.errors import BadConfig, BadInput, MissingInput, NewsmintError, StoreBusy, UsageError
from pipelines.store import open_store
from pipelines.store.articles import save_article
from pipelines.store.copying import QUIET, compare_stores, copy_store
from pipelines.store.copying.parts import PARTS
from pipelines.store.database import located
from pipelines.store.derived import ROLLUPS
from pipelines.store.engine import Location, archive_path
from pipelines.store.lock import crawl_lock
from pipelines.store.schema import metadata
from tests.pipelines.store.examples import an_article
from tests.pipelines.store.filled import BODIES, ROWS, fill
from tests.postgres import Server

ROUTES = (
    "file → file",
    pytest.param("file → server", marks=pytest.mark.postgres),
    pytest.param("server → file", marks=pytest.mark.postgres),
    pytest.param("server → server", marks=[pytest.mark.postgres, pytest.mark.slow]),
)
KILLED = """
import os, signal, sys
from pipelines.store.copying import QUIET, copy_store
from pipelines.store.database import located
from dataclasses import replace
left = [int(sys.argv[3])]
def advance(work):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
copy_store(located(sys.argv[1]), located(sys.argv[2]), replace(QUIET, advance=advance), batch_rows=1)
"""


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with rows in every table; not to be changed."""
    return fill(tmp_path_factory.mktemp("filled") / "news.sqlite3")


@pytest.fixture(params=ROUTES)
def ends(request: pytest.FixtureRequest, filled: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The URLs of a filled store and of one that is not there yet."""
    one, other = request.param.split(" → ")
    server: Server | None = request.getfixturevalue("postgres") if "server" in (one, other) else None
    with ExitStack() as stack:
        source, destination = str(filled), str(tmp_path / "copy.sqlite3")
        if server and one == "server":
            source = stack.enter_context(server.database())
            copied(str(filled), source)
        if server and other == "server":
            destination = stack.enter_context(server.database(empty=True))
        yield source, destination


def copied(source: str, destination: str, **more: Any) -> None:
    """Copy, and see that both are equal."""
    found = copy_store(located(source), located(destination), **more)
    assert [part for part in found.parts if not part.ok] == []


def killed(source: str, destination: str, after: int) -> None:
    """Start a copy that is killed after so many batches of a row."""
    done = subprocess.run([sys.executable, "-c", KILLED, source, destination, str(after)], timeout=60, check=False)
    assert done.returncode == -9


def contents(location: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table; sums as well, but those that a store's code keeps, which wrote none of these rows."""
    with open_store(location, readonly=True) as store, store.connect() as conn:
        return {
            table.name: sorted((tuple(row) for row in conn.execute(select(*table.columns))), key=in_order)
            for table in metadata.sorted_tables
            if table.name != "removed_month"
        }


def in_order(row: tuple[Any, ...]) -> str:
    return repr([it for it in row if isinstance(it, str | int)])


def change(location: str, *statements: str) -> None:
    with open_store(location) as store, store.begin() as conn:
        for statement in statements:
            conn.exec_driver_sql(statement)


def test_the_example_has_rows_in_every_table(filled: Path) -> None:
    assert {name for name, rows in contents(str(filled)).items() if not rows} <= set(ROLLUPS)


def test_a_copy_has_all_that_its_source_has(ends: tuple[str, str], filled: Path) -> None:
    source, destination = ends
    copied(source, destination)
    assert contents(destination) == contents(str(filled))
    with open_store(destination, readonly=True) as store:
        assert sorted(store.archive.get(key) for key in hashes(filled)) == sorted(BODIES)
        assert len(store.archive) == ROWS


def hashes(filled: Path) -> list[str]:
    with closing(sqlite3.connect(archive_path(filled))) as archive:
        return [key for (key,) in archive.execute("SELECT hash FROM body")]


def test_a_copy_is_a_store_that_goes_on(ends: tuple[str, str]) -> None:
    """Triggers, search, numbers and references are there again, each once."""
    source, destination = ends
    copied(source, destination)
    with open_store(destination) as store:
        with store.begin() as conn:
            save_article(conn, an_article())
            save_article(conn, an_article("second", title="Ledger listed"))
            save_article(conn, replace(an_article(), title="Exchange lists a token at last"))
        assert [hit.title for hit in store.search("ledger")] == ["Ledger listed"]
        assert store.sql("SELECT max(number), count(*) FROM article").rows == [(ROWS + 2, ROWS + 2)]
        assert store.sql("SELECT count(*) FROM article_past").rows == [(ROWS + 1,)]
        with pytest.raises(Exception, match=r"(?i)foreign key"), store.begin() as conn:
            conn.exec_driver_sql("INSERT INTO learned_source (source, articles) VALUES ('nobody', 1)")


def test_what_a_store_has_beside_its_rows_is_as_in_a_new_one(filled: Path, tmp_path: Path) -> None:
    copied(str(filled), str(tmp_path / "copy.sqlite3"))
    one, other = (definitions(path) for path in (filled, tmp_path / "copy.sqlite3"))
    assert other == one


def definitions(path: Path) -> set[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'")
        return {(kind, name, " ".join((sql or "").split())) for kind, name, sql in rows}


@pytest.mark.postgres
def test_a_shared_store_has_what_a_new_one_has(filled: Path, postgres: Server) -> None:
    query = (
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL "
        "SELECT conrelid::regclass || conname::text || pg_get_constraintdef(oid) FROM pg_constraint "
        "UNION ALL SELECT tgname::text || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal "
        "UNION ALL SELECT relname::text || relkind::text FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    found = []
    with postgres.database() as new, postgres.database(empty=True) as copy:
        copied(str(filled), copy)
        for url in (new, copy):
            with open_store(url) as store, store.connect() as conn:
                found.append([row[0] for row in conn.exec_driver_sql(query)])
    assert found[0] == found[1]


@pytest.mark.slow
def test_a_copy_that_was_killed_goes_on(ends: tuple[str, str], filled: Path) -> None:
    """Killed at the first row, and later on among the tables."""
    source, destination = ends
    for after in (1, 40, 60):
        killed(source, destination, after)
        with pytest.raises(BadConfig, match="a copy that is not finished"):
            open_store(destination)
    copied(source, destination)
    assert contents(destination)["article"] == contents(str(filled))["article"]


@pytest.mark.slow
def test_a_source_that_changed_meanwhile_is_copied_as_it_is_now(filled: Path, tmp_path: Path, ends: Any) -> None:
    source, destination = ends
    if "://" not in source:
        source = str(tmp_path / "source.sqlite3")
        copied(str(filled), source)
    killed(source, destination, ROWS * len(PARTS))
    change(source, "UPDATE article SET title = 'Corrected' WHERE number = 1", "DELETE FROM heading WHERE ordinal = 3")
    with open_store(source) as store, store.begin() as conn:
        save_article(conn, an_article())
        store.archive.put(b"one more")
    copied(source, destination)
    assert contents_of_articles(destination) == contents_of_articles(source)


def contents_of_articles(location: str) -> list[Any]:
    with open_store(location, readonly=True) as store:
        return [*store.sql("SELECT number, title FROM article ORDER BY 1").rows, len(store.archive)]


DIFFERENCES = {
    "UPDATE article SET title = 'Forged' WHERE number = 2": ("article", "2 has another title"),
    "DELETE FROM heading WHERE ordinal = 2": ("heading", "article id 1 2 is missing"),
    "INSERT INTO source (key, name, added_at) VALUES ('new', 'New', '')": ("source", "new is not in the source"),
    "UPDATE crawl_run SET summary = '{}' WHERE id = 1": ("crawl_run", "1 has another summary"),
    "UPDATE asset_mention SET certainty = 0.3 WHERE ordinal = 1": ("asset_mention", "has another certainty"),
}


def test_rows_that_differ_are_found(ends: tuple[str, str]) -> None:
    source, destination = ends
    copied(source, destination)
    change(destination, *DIFFERENCES)
    found = {part.name: part for part in compare_stores(located(source), located(destination))}
    said = [(table, it) for table, it in DIFFERENCES.values() if it not in found[table].differing[0]]
    assert said == []
    assert {name for name, part in found.items() if not part.ok} == {table for table, _ in DIFFERENCES.values()} | {
        "change"
    }


def test_a_damaged_body_is_found_and_the_copy_stays_unfinished(filled: Path, tmp_path: Path) -> None:
    source, destination = tmp_path / "source.sqlite3", tmp_path / "copy.sqlite3"
    copied(str(filled), str(source))
    with closing(sqlite3.connect(archive_path(source))) as archive:
        archive.execute("UPDATE body SET zstd = x'0001' WHERE rowid = 1")
        archive.commit()
    found = copy_store(source, destination).parts[-1]
    assert (found.equal, len(found.damaged), found.ok) == (True, 1, False)
    with pytest.raises(BadConfig, match="not finished"):
        open_store(destination)


@pytest.mark.postgres
def test_what_postgresql_cannot_hold_is_left_out_and_counted(
    filled: Path, tmp_path: Path, shared_database: str
) -> None:
    source = tmp_path / "source.sqlite3"
    copied(str(filled), str(source))
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("UPDATE article SET title = 'a' || char(0) || 'b', tags = ? WHERE number = 1", (
            r'["nul \u0000", "half \ud83d", "whole \ud83d\ude80", "\\u0000"]',))  # fmt: skip
        connection.commit()
    found = copy_store(source, located(shared_database))
    assert all(part.ok for part in found.parts)
    assert found.fitted == 1
    with open_store(shared_database, readonly=True) as store, store.connect() as conn:
        table = metadata.tables["article"]
        (row,) = conn.execute(select(table.c.title, table.c.tags).where(table.c.number == 1))
    assert tuple(row) == ("ab", ["nul ", "half ?", "whole 🚀", "\\u0000"])
    assert all(part.ok for part in compare_stores(source, located(shared_database)))


BROKEN = {
    "UPDATE article SET word_count = 'many' WHERE number = 2": r"row of article between 1 and 3 .*bigint",
    "UPDATE heading SET article_id = 'nobody' WHERE ordinal = 2": "do not go together.*foreign key",
    "UPDATE crawl_run SET summary = '{' WHERE id = 1": "row of crawl_run .*json",
}


@pytest.mark.postgres
@pytest.mark.parametrize("statement", BROKEN)
def test_what_postgresql_refuses_is_said_in_a_line(
    filled: Path, tmp_path: Path, shared_database: str, statement: str
) -> None:
    source = tmp_path / "source.sqlite3"
    copied(str(filled), str(source))
    with closing(sqlite3.connect(source)) as connection:
        connection.execute(statement)
        connection.commit()
    with pytest.raises(BadInput, match=f"(?i)refuses what the source has.*{BROKEN[statement]}") as raised:
        copy_store(source, located(shared_database))
    assert "\n" not in str(raised.value)


def test_a_store_that_was_copied_already_is_compared(ends: tuple[str, str]) -> None:
    source, destination = map(located, ends)
    assert copy_store(source, destination).copied
    again = copy_store(source, destination)
    assert (again.copied, again.ok) == (False, True)


def test_a_store_with_rows_of_its_own_is_refused(ends: tuple[str, str]) -> None:
    source, destination = ends
    with open_store(destination) as store, store.begin() as conn:
        save_article(conn, an_article())
        store.archive.put(b"a page")
    before = contents_of_articles(destination)
    with pytest.raises(UsageError, match="holds something already"):
        copy_store(located(source), located(destination))
    assert contents_of_articles(destination) == before


def an_older(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0004'")
        connection.commit()
    return path


def test_copies_that_cannot_be_are_refused_in_a_line(filled: Path, tmp_path: Path) -> None:
    other = fill(tmp_path / "other.sqlite3")
    unfinished, foreign = tmp_path / "unfinished.sqlite3", tmp_path / "foreign.sqlite3"
    killed(str(filled), str(unfinished), 5)
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE mine (a)")
    pairs: list[tuple[Location, Location, type[NewsmintError], str]] = [
        (filled, filled, UsageError, "the same store"),
        (tmp_path / "none.sqlite3", tmp_path / "a.sqlite3", MissingInput, "no store there"),
        (filled, foreign, NewsmintError, "not a Newsmint store"),
        (foreign, tmp_path / "b.sqlite3", NewsmintError, "not a Newsmint store"),
        (other, unfinished, UsageError, "the unfinished copy of"),
        (unfinished, tmp_path / "c.sqlite3", BadConfig, "not finished"),
        (an_older(fill(tmp_path / "older.sqlite3")), tmp_path / "d.sqlite3", BadConfig, "schema 0004.*newsmint stats"),
    ]
    for source, destination, kind, said in pairs:
        with pytest.raises(kind, match=said):
            copy_store(source, destination)
    assert not list(tmp_path.glob("[abcd].sqlite3"))


def test_a_crawl_of_the_source_goes_on_and_is_not_copied_half(filled: Path, tmp_path: Path) -> None:
    source, destination = tmp_path / "source.sqlite3", tmp_path / "copy.sqlite3"
    copied(str(filled), str(source))
    with open_store(source) as store:

        def crawl(step: str) -> None:
            if step == "copying article":
                with store.begin() as conn:
                    save_article(conn, an_article())

        with crawl_lock(source):
            assert copy_store(source, destination, replace(QUIET, step=crawl)).ok
    assert len(contents_of_articles(str(source))) == len(contents_of_articles(str(destination))) + 1


def test_a_destination_where_another_works_is_left_alone(filled: Path, tmp_path: Path) -> None:
    with crawl_lock(tmp_path / "copy.sqlite3"), pytest.raises(StoreBusy, match="newsmint crawl"):
        copy_store(filled, tmp_path / "copy.sqlite3")


def test_the_source_is_not_written_to(filled: Path, tmp_path: Path) -> None:
    before = [path.read_bytes() for path in (filled, archive_path(filled))]
    copied(str(filled), str(tmp_path / "copy.sqlite3"))
    assert [path.read_bytes() for path in (filled, archive_path(filled))] == before
