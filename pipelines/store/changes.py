"""Which stored articles were touched, in the order of it: what a data set that is kept up to date asks for.

Triggers keep it, so that a correction, a tombstone or a settled duplicate counts like a new version. A new article is
not noted: whoever keeps a copy sees that it has none.

In a shared store numbers come from a sequence, and several may be on their way at once: who gives one holds a lock,
shared with the others that do, to the end of the transaction (``postgres/triggers.sql``). An export that asks for what
changed takes that lock for itself, for the moment in which its view of the store begins: then no number below those it
sees can come any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from pipelines.postgres import lock_key
from pipelines.store.dialect import run

_TOUCH = (
    "INSERT INTO change (article_id, seq) VALUES ({}, (SELECT coalesce(max(seq), 0) + 1 FROM change)) "
    "ON CONFLICT (article_id) DO UPDATE SET seq = excluded.seq"
)
_NOTE = _TOUCH.format("old.id")
_TOUCH_ONE = _TOUCH.format("?")
_TOUCH_SHARED = (
    "INSERT INTO change (article_id, seq) VALUES (?, nextval('change_seq')) "
    "ON CONFLICT (article_id) DO UPDATE SET seq = excluded.seq"
)

TRIGGERS = {
    "change_update": f"AFTER UPDATE ON article BEGIN {_NOTE}; END",
    "change_delete": f"AFTER DELETE ON article BEGIN {_NOTE}; END",
}

CHANGING = "changing articles"
"""The name of a shared store's lock."""


def touch(conn: Connection, article_id: str) -> None:
    """Note an article of which something changed that lies in another table than its own."""
    if conn.dialect.name == "sqlite":
        run(conn, _TOUCH_ONE, (article_id,))
        return
    run(conn, "SELECT pg_advisory_xact_lock_shared(?)", (lock_key(CHANGING),))
    run(conn, _TOUCH_SHARED, (article_id,))


@contextmanager
def settled(connection: Any, *, wait: bool) -> Iterator[None]:
    """Within it, a transaction of psycopg's begins to see the store, with no number of change on its way (``wait``)."""
    if not wait:
        yield
        return
    connection.autocommit = True
    connection.execute("SELECT pg_advisory_lock(%s)", (lock_key(CHANGING),))
    try:
        connection.autocommit = False
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", (lock_key(CHANGING),))
