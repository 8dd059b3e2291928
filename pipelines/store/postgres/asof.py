"""A shared store as it was known at a moment: the views of ``asof.sql``, temporary ones, in the place of the tables.

PostgreSQL looks for a name among temporary objects first. Free SQL has no other schema of the store's in its search
path, and may not name one (``fences``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pipelines.store.derived import ROLLUPS, VIEWS, sections
from pipelines.store.postgres.derived import VIEWS_OF_ALL
from pipelines.store.postgres.spelling import spelled
from pipelines.store.schema import metadata
from pipelines.store.times import utc_text

OWN = ("alembic_version", "article_fts", "page_body")
"""Tables of ours that are none of the models'."""

_FURTHER = (
    "SELECT quote_ident(relname) FROM pg_class WHERE relkind IN ('r', 'p') "
    "AND relnamespace = to_regnamespace(%s) AND relname <> ALL (%s)"
)
"""Tables that somebody added to the store stay readable: they are what they are."""


def show_as_of(connection: Any, moment: datetime) -> None:
    """Have a connection of psycopg's read the store as it was at ``moment``, from here on."""
    (schema,) = connection.execute("SELECT quote_ident(current_schema())").fetchone()
    users = [row for row in connection.execute(VIEWS_OF_ALL).fetchall() if row[0] not in VIEWS | ROLLUPS]
    connection.execute(f"SET LOCAL search_path = sqlite, pg_catalog, {schema}")
    tables = [name for name in (*metadata.tables, "alembic_version") if name not in ROLLUPS]
    queries = {name: query for name, (query,) in sections("asof.sql").items()}  # each only reads those before it
    queries |= {name: f'SELECT * FROM main."{name}" WHERE false' for name in tables if name not in queries}  # noqa: S608
    for name, query in queries.items():
        asked = (
            query.replace("{when}", f"'{utc_text(moment)}'").replace("{then}", "then_").replace("main.", f"{schema}.")
        )
        connection.execute(f"CREATE TEMP VIEW then_{name} AS {spelled(asked)}")
    for name in tables:
        connection.execute(f'CREATE TEMP VIEW "{name}" AS SELECT * FROM then_{name}')  # noqa: S608
    for name, query in (ROLLUPS | VIEWS).items():
        connection.execute(f"CREATE TEMP VIEW {name} AS {spelled(query)}")
    for (name,) in connection.execute(_FURTHER, (schema, [*metadata.tables, *OWN])).fetchall():
        connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM {schema}.{name}")  # noqa: S608
    for name, query in users:
        connection.execute(f'CREATE TEMP VIEW "{name}" AS {query}')
    connection.commit()


def hides_all(name: str | None, inside: str | None) -> bool:
    """For free SQL: the tables of now are out of bounds."""
    return True
