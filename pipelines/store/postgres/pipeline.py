"""Statements that are sent without waiting for each other's answers: PostgreSQL's pipeline mode.

An article is some thirty statements. Most have no answer that anybody reads; the way to the server and back for each of
them was the larger part of what storing an article on a server took.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection

from pipelines.postgres import need_driver

_PIPELINE = "newsmint_pipeline"
"""Where a connection's ``info`` has its pipeline."""


@contextmanager
def together(conn: Connection) -> Iterator[None]:
    """Within it, a server is asked without waiting for answers that nobody reads. Nothing changes in a file's store.

    An error of a statement may come as late as with the next answer that is read, or at the end of the block. Then roll
    the whole transaction back: psycopg takes statements for prepared that the server passed over after the error, until
    it does.
    """
    if conn.dialect.name != "postgresql" or not need_driver().Pipeline.is_supported():
        yield
        return
    info = conn.info
    with conn.connection.driver_connection.pipeline() as pipeline:  # type: ignore[union-attr]
        info[_PIPELINE] = pipeline
        try:
            yield
        except BaseException:
            with suppress(need_driver().Error):
                pipeline.sync()  # what was sent after the statement that failed was not done, which is no news
            raise
        finally:
            del info[_PIPELINE]


def answered(conn: Connection, *_: Any) -> None:
    """What is run by SQLAlchemy itself is answered when it returns: it looks for the columns of the answer at once."""
    if pipeline := conn.info.get(_PIPELINE):
        pipeline.sync()
