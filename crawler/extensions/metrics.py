"""Prometheus metrics of a crawl while it runs: on a port of this machine, and in a text file for node_exporter."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings

from crawler.extensions.while_open import WhileOpen
from pipelines.errors import BadConfig, NewsmintError
from pipelines.stages.session import session_of
from pipelines.store import alarms, frontier, open_store
from pipelines.store.database import Store
from pipelines.store.tail import MOST, Place, events_after, last_new

if TYPE_CHECKING:
    from crawler.metrics import Metrics

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""Between two looks, and longer where a look takes long: a queue of a million URLs takes a tenth of a second."""
WRITE_SECONDS = 60.0


class PrometheusMetrics(WhileOpen):
    """Extension, of crawls that fetch: ``NEWSMINT_METRICS_PORT`` and ``_ADDRESS``, ``NEWSMINT_METRICS_FILE``.

    Follows the run's rows with a reader of its own, off the event loop: a crawl never waits for its figures.
    """

    def __init__(self, crawler: Crawler, port: int, address: str, file: Path | None) -> None:
        super().__init__(crawler)
        self._port, self._address, self._file = port, address, file
        self._open = ExitStack()
        self._looking = threading.Lock()
        self._last_new: Mapping[str, int] | None = None
        self._written = 0.0
        from crawler.metrics import Metrics

        self._metrics = Metrics()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        port, file = where_metrics_go(crawler.settings)
        if not port and not file:
            raise NotConfigured
        return cls(crawler, port, crawler.settings["NEWSMINT_METRICS_ADDRESS"], file)

    def work(self, spider: Spider) -> Iterable[Coroutine[None, None, None]]:
        if not getattr(spider, "uses_frontier", False):
            return []
        session = session_of(self._crawler)
        self._place = Place(session.place.run_id)
        self._store = self._open.enter_context(open_store(session.store.location, readonly=True))
        session.afterwards.append(self._at_end)
        if self._file:
            self._metrics.resume(self._file)
        self._serve()
        return [self._follow()]

    def _at_end(self, state: str) -> None:
        self._look(last=True)
        self._open.close()

    async def _follow(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.to_thread(self._look)
            await asyncio.sleep(max(LOOK_SECONDS, 20 * (time.monotonic() - began)))

    def _look(self, *, last: bool = False) -> None:
        """Count the rows that came since; write the file each minute, and at the end."""
        try:
            with self._looking:
                self._place = _count(self._store, self._metrics, self._place)
                current = session_of(self._crawler).place.run_id
                if current != self._place.run_id:  # a crawl that runs on begins a new run now and then
                    self._place = _count(self._store, self._metrics, replace(self._place, run_id=current))
                with self._store.connect() as conn:
                    self._last_new = last_new(conn) if self._last_new is None else {}
                    standing = frontier.counts(conn), alarms.open_alarms(conn), self._last_new
                self._metrics.set_state(time.time(), *standing)
                if self._file and (last or time.monotonic() - self._written >= WRITE_SECONDS):
                    self._written = time.monotonic()
                    self._metrics.write(self._file)
        except (NewsmintError, OSError) as error:
            log.warning("Metrics could not be brought up to date: %s", error)

    def _serve(self) -> None:
        if not self._port:
            return
        from prometheus_client import start_http_server

        try:
            server, thread = start_http_server(self._port, self._address, self._metrics.registry)
        except OSError as error:
            log.warning("No metrics on %s:%d: %s", self._address, self._port, error.strerror)
            return
        self._open.callback(thread.join)
        self._open.callback(server.server_close)
        self._open.callback(server.shutdown)


def where_metrics_go(settings: BaseSettings) -> tuple[int, Path | None]:
    """Port (0 for none) and file. Raises BadConfig for what is no port, and where prometheus-client is missing."""
    port, file = str(settings.get("NEWSMINT_METRICS_PORT") or 0), settings.get("NEWSMINT_METRICS_FILE")
    if not port.isdecimal() or int(port) > 65535:
        raise BadConfig(f"NEWSMINT_METRICS_PORT: {port!r} is no port; write a number such as 9108")
    if int(port) or file:
        try:
            import_module("prometheus_client")
        except ImportError:
            raise BadConfig("metrics need prometheus-client: pip install 'newsmint[metrics]'") from None
    return int(port), Path(file) if file else None


def _count(store: Store, metrics: Metrics, place: Place) -> Place:
    while True:
        with store.connect() as conn:
            events, place = events_after(conn, place)
        metrics.add(events)
        if len(events) < MOST:
            return place
