"""Bringing a database to the schema of this version. Alembic does it; its scripts are in ``migrations/``."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from pipelines.errors import CannotWrite
from pipelines.store import bodies, derived

MIGRATIONS = Path(__file__).parent / "migrations"


def configuration(conn: Connection | None = None) -> Config:
    """Alembic's configuration, without an ini file, so that it works from an installed wheel."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = conn
    return config


def is_known(revision: str) -> bool:
    """Whether the revision is one of ours; a database of a newer Newsmint has one that is not."""
    try:
        return ScriptDirectory.from_config(configuration()).get_revision(revision) is not None
    except CommandError:
        return False


def upgrade(conn: Connection) -> None:
    """Run what is missing, all in the caller's transaction, which must have foreign keys off.

    With them on, Alembic's batch mode on SQLite deletes the child rows of a table that it copies. The transaction is
    one that writes: of two processes that open an old store, the second finds it new.
    """
    {"sqlite": _upgrade_file, "postgresql": _upgrade_server}[conn.dialect.name](conn)


def _upgrade_file(conn: Connection) -> None:
    others = derived.take_down(conn)
    command.upgrade(configuration(conn), "head")
    derived.put_up(conn, others)
    broken = conn.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise CannotWrite(f"upgrading the database would break {len(broken)} references; nothing was changed")


def _upgrade_server(conn: Connection) -> None:
    from pipelines.store.postgres import derived as derived_here

    others = derived_here.take_down(conn)
    command.upgrade(configuration(conn), "head")
    bodies.create(conn)
    derived_here.put_up(conn, others)
