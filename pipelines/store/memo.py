"""What was found in the database in this very transaction, so that fifty articles of one site ask once.

Right by construction: whoever writes is alone (``engine.WRITE``), and all is forgotten with the transaction, whichever
way it ends, and with a savepoint that is rolled back.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

_MEMO = "newsmint_memo"


def memo(conn: Connection) -> dict[Any, Any]:
    """What is known in the present transaction: as large as a transaction has sources and sets of rights."""
    if not conn.in_transaction():
        conn.begin()
    transaction = conn.get_transaction()
    of, known = conn.info.get(_MEMO, (None, {}))
    if of is not transaction:
        known = {}
        conn.info[_MEMO] = transaction, known
    found: dict[Any, Any] = known
    return found


def forget(conn: Connection) -> None:
    """To be called where a part of the transaction is undone."""
    conn.info.pop(_MEMO, None)
