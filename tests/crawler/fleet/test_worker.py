"""What a worker does beside its visits."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest

from crawler.fleet.queue import Procrastinate
from crawler.fleet.schedule import Schedule
from crawler.fleet.visit import Crawl, environment
from crawler.fleet.worker import Worker
from pipelines.store import Store, open_store
from pipelines.store.alarms import open_alarms
from pipelines.store.database import located
from pipelines.store.runs import finish_run, record_fetch, start_run

pytestmark = pytest.mark.postgres


def _worker(store: Store, folder: Path) -> Worker:
    sources = folder / "sources.toml"
    sources.write_text('[daily]\ndomain = "daily.example"\nfeeds = ["https://daily.example/feed/"]\n')
    url = located(store.label)
    assert not isinstance(url, Path)
    crawl = Crawl((), environment(store.label, 1, sources), lambda source, line: None)
    return Worker(store, Procrastinate(store.engine, url), Schedule(store.engine, url), crawl, lambda line: None)


def test_it_judges_the_sources_for_all(shared_database: str, tmp_path: Path) -> None:
    with open_store(shared_database) as store:
        with store.begin() as conn:
            run = start_run(conn, "newsmint crawl daily", ["daily"], {})
            for number in range(6):
                record_fetch(
                    conn, run, "daily", f"https://daily.example/{number}", None, None, None, 1, "failed", "dns"
                )
            finish_run(conn, run, "done", {})
        asyncio.run(_worker(store, tmp_path)._judge(asyncio.Event()))
        with store.connect() as conn:
            assert [(each.source, each.kind) for each in open_alarms(conn)] == [("daily", "unreachable")]


def test_a_stop_does_not_wait_for_it(shared_database: str, tmp_path: Path) -> None:
    async def judged(worker: Worker) -> float:
        stop = asyncio.Event()
        stop.set()
        began = time.monotonic()
        await worker._judge(stop)
        return time.monotonic() - began

    with open_store(shared_database) as store:
        with store.begin():  # whoever judges waits for its turn to write
            assert asyncio.run(judged(_worker(store, tmp_path))) < 2
        for thread in threading.enumerate():
            if thread.name == "newsmint-health":
                thread.join(20)
