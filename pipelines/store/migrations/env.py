"""Run by Alembic. The connection comes from ``pipelines.store.migrate``, or from ``alembic -x db=FILE`` for authors."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from pipelines.errors import UsageError
from pipelines.store.engine import make_engine
from pipelines.store.schema import metadata


def include_name(name: str | None, type_: str, parents: object) -> bool:
    """Leave the tables that full-text search keeps for itself out of comparisons."""
    return not (type_ == "table" and name is not None and name.startswith("article_fts"))


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=include_name,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    file = context.get_x_argument(as_dictionary=True).get("db")
    if not file:
        raise UsageError("name the database: alembic -x db=data/news.sqlite3 …")
    with make_engine(file, foreign_keys=False).begin() as own:
        run(own)
