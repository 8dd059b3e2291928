"""Which stored articles were touched, in the order of it: what a data set that is kept up to date asks for.

Triggers keep it, so that a correction, a tombstone or a settled duplicate counts like a new version. A new article is
not noted: whoever keeps a copy sees that it has none.
"""

from __future__ import annotations

from sqlalchemy import Connection

from pipelines.store.dialect import run

_TOUCH = (
    "INSERT INTO change (article_id, seq) VALUES ({}, (SELECT coalesce(max(seq), 0) + 1 FROM change)) "
    "ON CONFLICT (article_id) DO UPDATE SET seq = excluded.seq"
)
_NOTE = _TOUCH.format("old.id")
_TOUCH_ONE = _TOUCH.format("?")

TRIGGERS = {
    "change_update": f"AFTER UPDATE ON article BEGIN {_NOTE}; END",
    "change_delete": f"AFTER DELETE ON article BEGIN {_NOTE}; END",
}


def touch(conn: Connection, article_id: str) -> None:
    """Note an article of which something changed that lies in another table than its own."""
    run(conn, _TOUCH_ONE, (article_id,))
