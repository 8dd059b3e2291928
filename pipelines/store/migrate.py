"""Bringing a database to the schema of this version. Alembic does it; its scripts are in ``migrations/``."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from pipelines.errors import CannotWrite
from pipelines.store import derived

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

    With them on, Alembic's batch mode deletes the child rows of a table that it copies.
    """
    others = derived.take_down(conn)
    command.upgrade(configuration(conn), "head")
    derived.put_up(conn, others)
    broken = conn.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise CannotWrite(f"upgrading the database would break {len(broken)} references; nothing was changed")
