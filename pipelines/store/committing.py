"""Whether a transaction stands whose commit was never answered: the server knows, also after it was restarted."""

from __future__ import annotations

import time

from sqlalchemy import Engine, Transaction, text
from sqlalchemy.exc import DBAPIError

from pipelines.errors import StoreAway
from pipelines.store.engine import TRANSACTION, Location, explained
from pipelines.store.patience import patiently

_STATUS = text("SELECT pg_xact_status(CAST(CAST(:number AS text) AS xid8))")
_ENDS_SECONDS = 30.0
"""How long the server may take to see that the one who asked for a commit is gone."""


def commit(transaction: Transaction, engine: Engine, location: Location) -> None:
    """Commit a transaction that writes, and see to it that what it raises is true.

    Raises what the commit raised where it did not happen; StoreAway when the server does not answer for too long.
    """
    number = transaction.connection.info.get(TRANSACTION)
    try:
        transaction.commit()
    except DBAPIError as error:
        if number is None or not error.connection_invalidated or not _stands(number, engine, location):
            raise


def _stands(number: str, engine: Engine, location: Location) -> bool:
    deadline = time.monotonic() + _ENDS_SECONDS

    def ask() -> bool:
        with explained(location), engine.connect() as other:
            status = other.execute(_STATUS, {"number": number}).scalar()
        if status == "in progress" and time.monotonic() < deadline:
            raise StoreAway("a transaction of ours is being ended")
        return bool(status == "committed")

    return patiently(ask)
