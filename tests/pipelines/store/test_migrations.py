"""Migrations lead to the schema of the code, keep every row, and work from an installed wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from pipelines.store import Store, migrate, open_store
from pipelines.store.articles import save_article
from pipelines.store.derived import VIEWS, put_up, take_down
from pipelines.store.engine import WRITE, make_engine
from pipelines.store.schema import REVISION, metadata
from tests.pipelines.store.examples import an_article

ROOT = Path(__file__).parents[3]


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    return not (kind == "table" and name and name.startswith("article_fts"))


def test_the_migrations_make_the_schema_of_the_code(file_store: Store) -> None:
    with file_store.connect() as conn:
        context = MigrationContext.configure(conn, opts={"include_name": is_ours})
        assert compare_metadata(context, metadata) == []


def test_authors_of_a_migration_have_alembic_itself(file_store: Store) -> None:
    """``alembic -x db=FILE revision --autogenerate`` finds scripts and models; here: nothing is left to migrate."""
    asked = [sys.executable, "-m", "alembic", "-x", f"db={file_store.path}", "check"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "No new upgrade operations detected.\n", done.stderr


def test_the_newest_migration_is_the_revision_the_code_expects() -> None:
    assert ScriptDirectory.from_config(migrate.configuration()).get_heads() == [REVISION]


def test_checks_and_names_are_in_the_database_too(file_store: Store) -> None:
    """Alembic compares no checks, so their text is compared here."""
    with file_store.connect() as conn:
        made = "".join(conn.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'table'").scalars())
    for table in metadata.tables.values():
        for constraint in table.constraints:
            assert f"CONSTRAINT {constraint.name} " in made


@pytest.fixture
def old_store(file_store: Store) -> Iterator[Connection]:
    """A store with an article, opened as for an upgrade."""
    with file_store.begin() as conn:
        save_article(conn, an_article())
    engine = make_engine(file_store.path, foreign_keys=False).execution_options(**{WRITE: True})
    with engine.begin() as conn:
        yield conn
    engine.dispose()


def test_copying_a_table_keeps_its_children_search_and_views(old_store: Connection) -> None:
    """What Alembic's batch mode does to a parent table, with all that hangs on it."""
    from alembic.operations import Operations
    from sqlalchemy import Column, Text

    others = take_down(old_store)
    with Operations(MigrationContext.configure(old_store)).batch_alter_table("article", recreate="always") as batch:
        batch.add_column(Column("mood", Text))
    put_up(old_store, others)
    counted = {
        name: old_store.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar()
        for name in ("article", "heading", "link", "removed_block", "article_version", "article_day", *VIEWS)
    }
    nothing_of = ("failure", "edit", "story_member", "syndication", "citation", "asset_news")
    assert counted == dict.fromkeys(counted, 1) | dict.fromkeys(nothing_of, 0) | {"article_event": 2}
    old_store.exec_driver_sql("UPDATE article SET title = 'Airdrop'")
    hits = "SELECT count(*) FROM article_fts WHERE article_fts MATCH"
    assert old_store.exec_driver_sql(f"{hits} 'airdrop'").scalar() == 1
    assert old_store.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []


def test_views_and_triggers_of_a_user_survive(old_store: Connection) -> None:
    old_store.exec_driver_sql('CREATE VIEW "my ""view" AS SELECT title FROM article')
    old_store.exec_driver_sql("CREATE TABLE note (text)")
    old_store.exec_driver_sql(
        "CREATE TRIGGER my_trigger AFTER INSERT ON article BEGIN INSERT INTO note VALUES (new.title); END"
    )
    migrate.upgrade(old_store)
    assert old_store.exec_driver_sql('SELECT title FROM "my ""view"').scalar() == an_article().title
    kinds = old_store.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
    assert "my_trigger" in kinds


def test_an_upgrade_that_fails_changes_nothing(file_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with file_store.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    monkeypatch.setattr(migrate, "is_known", lambda revision: True)
    monkeypatch.setattr(command, "upgrade", lambda config, to: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        open_store(file_store.path)
    with file_store.connect() as conn:
        assert set(VIEWS) <= set(conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'view'").scalars())


@pytest.mark.slow
def test_migrations_travel_in_the_wheel(tmp_path: Path) -> None:
    """A wheel is built, unpacked elsewhere, and makes a store from there."""
    hatch = shutil.which("hatchling", path=Path(sys.executable).parent) or shutil.which("hatchling")
    if hatch is None:
        pytest.skip("hatchling is not installed: no wheel can be built here")
    subprocess.run([hatch, "build", "-t", "wheel", "-d", str(tmp_path)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    script = (
        "import sys; sys.path.insert(0, 'site')\nimport pipelines.store as store\nprint(store.__file__)\n"
        "store.open_store('news.sqlite3').close()"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "site/pipelines" in done.stdout
    assert (tmp_path / "news.sqlite3").stat().st_size > 0
