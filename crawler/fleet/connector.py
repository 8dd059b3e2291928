"""Procrastinate's connection to the shared store's server: outlives its restarts, and keeps to a schema of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from itertools import chain, repeat
from typing import Any, TypeVar

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.connector import Notify
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolClosed
from sqlalchemy import URL

from crawler.fleet.schedule import SCHEMA
from pipelines.postgres import with_defaults

log = logging.getLogger(__name__)

T = TypeVar("T")

_PAUSES = (0.2, 0.5, 1.0, 2.0)
_LONGEST = 5.0
_NOT_THERE = "P0001"
"""What the queue's functions raise for a job that is settled already."""


class Connector(PsycopgConnector):
    """Tries again while the server is away, for as long as it takes; once ``stop`` is set it does not."""

    def __init__(self, url: URL, stop: asyncio.Event) -> None:
        super().__init__(kwargs=_arguments(url), min_size=1, max_size=4, timeout=10.0)
        self._stop = stop

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        try:
            await self._patiently(lambda: super(Connector, self).execute_query_async(query, **arguments))
        except ConnectorException as error:
            if _code(error) != _NOT_THERE:
                raise
            log.debug("%s", error.__cause__)  # its answer was lost, or another worker has been given the job

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        return await self._patiently(lambda: super(Connector, self).execute_query_one_async(query, **arguments))

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        return await self._patiently(lambda: super(Connector, self).execute_query_all_async(query, **arguments))

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        await self._patiently(lambda: super(Connector, self).listen_notify(on_notification, channels))

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        for pause in chain(_PAUSES, repeat(_LONGEST)):
            try:
                return await call()
            except ConnectorException as error:
                if self._stop.is_set() or not is_away(error):
                    raise
                log.info("%s; tried again in %g seconds", str(error.__cause__).strip(), pause)
            await asyncio.sleep(pause)
        raise AssertionError("there is always another pause")


def is_away(error: BaseException) -> bool:
    """Whether the server did not answer, as against refusing what it was asked."""
    cause = error.__cause__
    return isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError) and not isinstance(cause, PoolClosed)


def _code(error: BaseException) -> str | None:
    return error.__cause__.sqlstate if isinstance(error.__cause__, psycopg.Error) else None


def _arguments(url: URL) -> dict[str, Any]:
    full = with_defaults(url)
    options = f"{full.query['options']} -c search_path={SCHEMA}"
    given = full.update_query_dict({"options": options, "application_name": "newsmint worker"})
    return dict(given.get_dialect()().create_connect_args(given)[1])
