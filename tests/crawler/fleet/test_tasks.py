"""The queue's own rules, on a real PostgreSQL: what is tried again, and who takes over from whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from procrastinate import App
from procrastinate.jobs import Job, Status
from procrastinate.worker import Worker
from sqlalchemy import make_url

from crawler.fleet import queue, tasks
from crawler.fleet.connector import Connector
from crawler.fleet.queue import Procrastinate
from crawler.fleet.seam import Visit, VisitFailed, Work
from crawler.fleet.tasks import TRIES, Again, hand_out, job_of, take_back, visits_out
from pipelines.store import open_store
from pipelines.store.times import now

VISITS = [Visit("a", "a.example", "visits"), Visit("b", "b.example", "visits"), Visit("mag", "a.example", "visits")]


def work(told: list[str] | None = None, due: Sequence[Visit] = VISITS) -> Work:
    async def visit(each: Visit) -> None: ...

    async def ask(out: Collection[str]) -> Sequence[Visit]:
        return [each for each in due if each.source not in out]

    async def judge() -> None: ...

    return Work(visit, ask, (told if told is not None else []).append, judge)


def in_queue(url: str, test: Callable[[App], Awaitable[None]]) -> None:
    """Run an asynchronous test with an app whose tables have just been made."""
    with open_store(url) as store:
        Procrastinate(store.engine, make_url(url)).prepare()

    async def run() -> None:
        app = App(connector=Connector(make_url(url), asyncio.Event()))
        async with app.open_async():
            await test(app)

    asyncio.run(run())


async def states(app: App) -> dict[str, str]:
    """Source key → how its job stands."""
    return {source: str(job.status) for source, job in (await visits_out(app)).items()}


@asynccontextmanager
async def fetched(app: App) -> AsyncIterator[tuple[Job, int]]:
    """The first job, as a worker has it that was just registered."""
    number = await app.job_manager.register_worker()
    job = await app.job_manager.fetch_job(["visits"], number)
    assert job is not None
    yield job, number


@pytest.mark.parametrize(
    ("error", "attempts", "seconds"),
    [
        (VisitFailed("killed", wait=30), 0, 30),
        (VisitFailed("killed", wait=30), 2, 480),
        (VisitFailed("killed", wait=30), TRIES - 1, None),
        (VisitFailed("interrupted", wait=0), 99, 0),
        (VisitFailed("no such source"), 0, None),
        (RuntimeError("a fault of ours"), 0, None),
    ],
)
def test_what_is_tried_again_and_when(error: Exception, attempts: int, seconds: float | None) -> None:
    job = Job(
        id=1, queue="visits", lock=None, queueing_lock=None, task_name=tasks.VISIT, task_kwargs={}, attempts=attempts
    )
    decision = Again().get_retry_decision(exception=error, job=job)
    if seconds is None or decision is None or decision.retry_at is None:
        assert (decision is None) == (seconds is None)
        return
    assert abs((decision.retry_at - now()).total_seconds() - seconds) < 2


@pytest.mark.postgres
def test_a_visit_is_out_once_and_a_site_with_one_worker(shared_database: str) -> None:
    async def test(app: App) -> None:
        assert [await hand_out(app, work()) for _ in range(2)] == [3, 0]
        number = await app.job_manager.register_worker()
        taken = [await app.job_manager.fetch_job(["visits"], number) for _ in range(3)]
        assert [job and job.task_kwargs["source"] for job in taken] == ["a", "b", None], "mag is of a's site"
        assert await states(app) == {"a": "doing", "b": "doing", "mag": "todo"}
        assert taken[0] is not None
        await app.job_manager.finish_job(taken[0], Status.SUCCEEDED, delete_job=True)
        last = await app.job_manager.fetch_job(["visits"], number)
        assert last is not None
        assert last.task_kwargs["source"] == "mag"

    in_queue(shared_database, test)


@pytest.mark.postgres
def test_the_visits_of_a_dead_worker_are_taken_by_others(shared_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "LATE_SECONDS", 0.01)
    told: list[str] = []

    async def test(app: App) -> None:
        await hand_out(app, work(due=VISITS[:1]))
        for _ in range(TRIES):
            async with fetched(app) as (_, number):
                await take_back(app, work(told))
                assert await states(app) == {"a": "doing"}, "it lives"
                await app.connector.execute_query_async(
                    "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 min' WHERE id = %(id)s",
                    id=number,
                )
                await take_back(app, work(told))
        assert told == [*["a: its worker is gone; another takes it"] * (TRIES - 1), told[-1]]
        assert "given up" in told[-1]
        assert await states(app) == {}

    in_queue(shared_database, test)


@pytest.mark.postgres
def test_a_job_whose_hand_over_was_lost_is_queued_again(shared_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "LOOK_SECONDS", 0.05)
    told: list[str] = []

    async def test(app: App) -> None:
        await hand_out(app, work(due=VISITS[:2]))
        worker = Worker(app)
        async with fetched(app) as (job, worker.worker_id):
            lost = await app.job_manager.fetch_job(["visits"], worker.worker_id)
            assert lost is not None
            with suppress(TimeoutError):
                await asyncio.wait_for(queue._find_lost(app, worker, {job.id or 0}, work(told)), 1)
        assert await states(app) == {"a": "doing", "b": "todo"}

    in_queue(shared_database, test)


@pytest.mark.postgres
def test_a_job_that_another_has_settled_is_no_error(shared_database: str) -> None:
    async def test(app: App) -> None:
        await app.job_manager.batch_defer_jobs_async([job_of(VISITS[0])])
        async with fetched(app) as (job, _):
            for _ in range(2):
                await app.job_manager.finish_job(job, Status.SUCCEEDED, delete_job=True)

    in_queue(shared_database, test)


@pytest.mark.postgres
def test_only_so_many_visits_wait_at_a_time(shared_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "MOST_WAITING", 5)
    monkeypatch.setattr(tasks, "MANY", 2)
    many = [Visit(f"{queue}{number}", f"{queue}{number}.example", queue) for queue in "xy" for number in range(8)]

    async def test(app: App) -> None:
        assert [await hand_out(app, work(due=many)) for _ in range(2)] == [10, 0]
        number = await app.job_manager.register_worker()
        assert await app.job_manager.fetch_job(["x"], number)
        assert await hand_out(app, work(due=many)) == 1

    in_queue(shared_database, test)
