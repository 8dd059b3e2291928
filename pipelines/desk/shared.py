"""The desk over a shared store: the same pages, read from the server in a thread each, in one state of the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import URL

from pipelines.desk.reading import Asked, Reader
from pipelines.errors import UsageError
from pipelines.store.engine import explained, make_engine, reading
from pipelines.store.reading import driver
from pipelines.store.sql import timed


class TookTooLong(Exception):
    """A page was stopped."""


class SharedStore:
    """A shared store, to read pages from. Nothing can be written through it."""

    def __init__(self, url: URL, seconds: float) -> None:
        self._url, self.seconds = url, seconds
        self._engine = reading(make_engine(url, readonly=True))

    def read(self, read: Callable[[Reader], Any]) -> tuple[Any, list[Asked]]:
        """What ``read`` makes of it, and what it asked. Raises TookTooLong, StoreBusy, StoreAway."""
        with explained(self._url), self._engine.connect() as conn:
            connection = driver(conn)
            reader = Reader(connection, self._engine)
            try:
                with timed(connection, self.seconds):
                    return read(reader), reader.asked
            except UsageError as error:
                raise TookTooLong(str(error)) from error

    def close(self) -> None:
        """Close its connections."""
        self._engine.dispose()
