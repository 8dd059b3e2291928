"""Procrastinate as the engine: its tables in a schema of their own in the shared store's database, and its workers."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from functools import partial

from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import DeleteJobCondition, Job
from procrastinate.schema import SchemaManager
from procrastinate.worker import Worker
from sqlalchemy import URL, Connection, Engine, text

from crawler.fleet import schedule
from crawler.fleet.connector import Connector
from crawler.fleet.schedule import SCHEMA
from crawler.fleet.seam import Work
from crawler.fleet.tasks import HEARTBEAT_SECONDS, PLAN, UPKEEP, again, register
from pipelines.errors import BadConfig
from pipelines.postgres import lock_key
from pipelines.store.engine import explained

log = logging.getLogger(__name__)

FORGOTTEN_SECONDS = 86_400.0
"""After so long without a heartbeat, a worker's row is dropped; its jobs were given to others long before."""
LOOK_SECONDS = 60.0
PAUSE_SECONDS = 5.0


class Procrastinate:
    """The engine of one shared store. ``replace``: tables of another version of Procrastinate may be dropped."""

    def __init__(self, engine: Engine, location: URL, *, replace: bool = False) -> None:
        self._engine = engine
        self._location = location
        self._replace = replace

    def prepare(self) -> None:
        """Make the schema where there is none. Raises BadConfig for one of another version, unless it may be dropped.

        What it holds is derived: the next planning hands out again what was queued.
        """
        with explained(self._location), self._engine.begin() as conn:
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key(SCHEMA)})
            found = conn.execute(_VERSION, {"name": SCHEMA}).scalar_one_or_none()
            if found == _version():
                return
            if found is not None and not self._replace:
                raise BadConfig(
                    "the fleet's tables were made by another version; stop its workers, and call "
                    "`newsmint schedule --procrastinate` with this one"
                )
            _make(conn)

    def plan(self) -> None:
        """Queue the planning itself."""
        asyncio.run(self._plan())

    async def _plan(self) -> None:
        with explained(self._location):
            app = App(connector=Connector(self._location, stop := asyncio.Event()))
            stop.set()  # there is nobody to wait for a server that is away
            async with app.open_async():
                job = Job(
                    id=None, queue=UPKEEP, lock=PLAN, queueing_lock=PLAN, task_name=PLAN, task_kwargs={"timestamp": 0}
                )
                try:
                    await app.job_manager.defer_job_async(job)
                except AlreadyEnqueued:
                    return

    async def run(self, work: Work, queues: Sequence[str], concurrency: int, stop: asyncio.Event) -> None:
        """As ``seam.Engine`` says. A worker of Procrastinate's that ends before its time is followed by another."""
        app = App(connector=Connector(self._location, stop))
        running: set[int] = set()
        register(app, work, running)
        async with app.open_async():
            start = partial(_run, app, stop=stop, work=work)
            await asyncio.gather(
                start(queues=[*queues], concurrency=concurrency, running=running),
                start(queues=[UPKEEP], concurrency=2, running=None),
            )


async def _run(
    app: App, *, queues: list[str], concurrency: int, running: set[int] | None, stop: asyncio.Event, work: Work
) -> None:
    while not stop.is_set():
        worker = Worker(
            app,
            queues=queues,
            concurrency=concurrency,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=FORGOTTEN_SECONDS,
        )
        sides = [asyncio.ensure_future(_stop_with(worker, stop))]
        if running is not None:
            sides.append(asyncio.ensure_future(_find_lost(app, worker, running, work)))
        try:
            await worker.run()  # type: ignore[no-untyped-call]
        except ConnectorException as error:
            if not stop.is_set():
                work.tell(f"the queue is lost ({str(error.__cause__ or error).strip()}); begun anew")
        finally:
            for side in sides:
                side.cancel()
        if not stop.is_set():
            await asyncio.sleep(PAUSE_SECONDS)


async def _stop_with(worker: Worker, stop: asyncio.Event) -> None:
    await stop.wait()
    worker.stop()  # type: ignore[no-untyped-call]


async def _find_lost(app: App, worker: Worker, running: set[int], work: Work) -> None:
    """Queue again what this worker was given in an answer that never arrived: nobody is at it, and nobody is dead."""
    before: set[int] = set()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if worker.worker_id is None:
            continue
        try:
            jobs = await app.job_manager.list_jobs_async(status="doing", worker_id=worker.worker_id)
        except ConnectorException as error:
            log.info("%s", error.__cause__)
            continue
        lost = {job.id: job for job in jobs if job.id is not None and job.id not in running}
        for number in before & lost.keys():
            await again(app, lost[number], work)
        before = set(lost)


def _make(conn: Connection) -> None:
    conn.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
    conn.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    conn.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
    conn.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    schedule.table.metadata.create_all(conn)
    conn.execute(text(f"COMMENT ON SCHEMA {SCHEMA} IS '{_version()}'"))


def _version() -> str:
    """What the tables are like: Procrastinate's, and ours."""
    columns = ",".join(column.name for column in schedule.table.columns)
    return hashlib.sha256(f"{SchemaManager.get_schema()}{columns}".encode()).hexdigest()[:16]


_VERSION = text("SELECT coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace WHERE nspname = :name")
