"""A store as it was known at a moment: for honest back-tests, where nothing that came later may help.

On a connection that only reads, temporary views take the place of the tables (``asof.sql``): SQLite looks for a name
among temporary objects first, so every query, view and saved question of ours reads the past without knowing it. They
stand on further views whose names hold a secret, and ``is_hidden`` tells the authorizer of free SQL what may only be
read through those, since ``main.article`` would lead past the views.
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from pipelines.errors import UsageError
from pipelines.store.derived import ROLLUPS, VIEWS, sections
from pipelines.store.schema import metadata
from pipelines.store.times import parsed, utc_text

MOMENT, HIDDEN = "newsmint_moment", "newsmint_hidden"
"""Where a connection of SQLAlchemy's keeps the moment it looks back at, and what it hides from free SQL."""

_HEADING = re.compile(r"(#{1,6})\s+(.+)")
_MARKS = re.compile(r"\\(?=[^\w\s])|[*`]|\[(?=[^]]*\]\()|\]\([^)\s]*\)")


def moment_asked_for(when: str | datetime) -> datetime:
    """The moment that a person or a program names. A bare date is its first second, in UTC.

    Raises UsageError for what is no date.
    """
    if isinstance(when, datetime):
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    found = parsed(when)
    if found is None:
        raise UsageError(f"as of {when!r}: not a date; write 2026-11-22 or 2026-11-22T09:30:00+01:00")
    return found


def show_as_of(connection: Any, moment: datetime) -> Callable[[str | None, str | None], bool]:
    """Have a connection of the driver's read the store as it was at ``moment``, from here on.

    Returns a test for the authorizer of SQL that is not ours: whether table ``name``, read from inside the view
    ``inside`` (None for none), is out of bounds.
    """
    if not isinstance(connection, sqlite3.Connection):
        from pipelines.store.postgres import asof as shared

        shared.show_as_of(connection, moment)
        return shared.hides_all
    secret = f"then_{secrets.token_hex(8)}_"
    when = f"'{utc_text(moment)}'"
    connection.create_function("newsmint_headings", 2, headings_in, deterministic=True)
    users = connection.execute("SELECT name, sql FROM main.sqlite_master WHERE type = 'view'").fetchall()
    tables = [name for name in (*metadata.tables, "alembic_version") if name not in ROLLUPS]
    queries = {name: f'SELECT * FROM main."{name}" WHERE false' for name in tables}  # noqa: S608
    queries |= {name: query for name, (query,) in sections("asof.sql").items()}
    for name, query in queries.items():
        asked = query.replace("{when}", when).replace("{then}", secret)
        connection.execute(f"CREATE TEMP VIEW {secret}{name} AS {asked}")
    for name in tables:
        connection.execute(f'CREATE TEMP VIEW "{name}" AS SELECT * FROM {secret}{name}')  # noqa: S608
    for name, query in (ROLLUPS | VIEWS).items():
        connection.execute(f"CREATE TEMP VIEW {name} AS {query}")
    for name, sql in users:
        if name not in VIEWS:
            connection.execute(re.sub(r"^\s*CREATE\s+VIEW", "CREATE TEMP VIEW", sql, count=1, flags=re.IGNORECASE))
    ours = {*metadata.tables, *VIEWS, *(name for name, _ in users)}

    def is_hidden(name: str | None, inside: str | None) -> bool:
        if inside is not None and inside.startswith(secret):
            return False
        return name in ours or name is None or name.startswith(("article_fts", "sqlite_"))

    return is_hidden


def moment_of(conn: Connection) -> datetime | None:
    """The moment that a connection of a store looks back at; None for now."""
    moment: datetime | None = conn.info.get(MOMENT)
    return moment


def headings_in(body: str | None, markdown: str | None) -> str:
    """The headings of a text as JSON ``[[level, text, position], …]``: position counts blocks, from 0."""
    plain, marked = ((text or "").split("\n\n") for text in (body, markdown))
    found = []
    for position, block in enumerate(marked):
        heading = _HEADING.fullmatch(block.strip())
        if heading:
            same = len(plain) == len(marked)
            text = plain[position] if same else _MARKS.sub("", heading[2])
            found.append([len(heading[1]), text.strip(), position])
    return json.dumps(found)
