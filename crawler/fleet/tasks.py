"""The tasks of the queue: one a visit, and the upkeep that some worker does for all, by the clock."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Any

from procrastinate import App, BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job, Status

from crawler.fleet.seam import Visit, VisitFailed, Work

UPKEEP = "upkeep"
"""The queue of what keeps the fleet going: a worker does it beside its visits, however many these are."""
VISIT, PLAN, MEND, CLEAR = "newsmint.visit", "newsmint.plan", "newsmint.mend", "newsmint.clear"
JUDGE = "newsmint.judge"

TRIES = 5
HEARTBEAT_SECONDS = 10.0
STALLED_SECONDS = 30.0
"""Without a heartbeat for so long, a worker is taken for dead."""
LATE_SECONDS = 15.0
"""Given to live workers after the server was away, to be heard of again."""
KEPT_HOURS = 24 * 7
"""For how long jobs that failed are kept."""
BATCH = 500
MOST_WAITING = 1000
"""Visits that wait in a queue at most. Whoever looks for the next compares each with each, by its lock: 10,000 took
seconds a look where the server did not know yet how many there are, and 4 ms where it did."""
MANY = 100
"""Visits handed out at once after which the server is told to count them."""


class Again(BaseRetryStrategy):
    """Tries once more what may go well later, four times as long after each try. Later tries let other visits go first,
    as one that waits would keep back all of its site."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if not isinstance(exception, VisitFailed) or exception.wait is None:
            return None
        if exception.wait == 0:
            return RetryDecision(retry_in={"seconds": 0})
        if job.attempts + 1 >= TRIES:
            return None
        return RetryDecision(retry_in={"seconds": round(exception.wait * 4**job.attempts)}, priority=-1)


def register(app: App, work: Work, running: set[int]) -> None:
    """Give the app its tasks. ``running`` has the numbers of the jobs that this process is at."""

    @app.task(name=VISIT, pass_context=True, retry=Again())
    async def visit(context: JobContext, source: str, site: str) -> None:
        number = context.job.id or 0
        running.add(number)
        try:
            await work.visit(Visit(source, site, context.job.queue))
        finally:
            running.discard(number)

    @app.periodic(cron="* * * * * */15")
    @app.task(name=PLAN, queue=UPKEEP, lock=PLAN, queueing_lock=PLAN, pass_context=True)
    async def plan(context: JobContext, timestamp: int) -> None:
        await hand_out(context.app, work)

    @app.periodic(cron="* * * * * */20")
    @app.task(name=MEND, queue=UPKEEP, queueing_lock=MEND, pass_context=True)
    async def mend(context: JobContext, timestamp: int) -> None:
        await take_back(context.app, work)

    @app.periodic(cron="12,42 * * * *")
    @app.task(name=JUDGE, queue=UPKEEP, lock=JUDGE, queueing_lock=JUDGE)
    async def judge(timestamp: int) -> None:
        await work.judge()

    @app.periodic(cron="7 * * * *")
    @app.task(name=CLEAR, queue=UPKEEP, queueing_lock=CLEAR, pass_context=True)
    async def clear(context: JobContext, timestamp: int) -> None:
        await context.app.job_manager.delete_old_jobs(
            KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )


async def hand_out(app: App, work: Work) -> int:
    """Queue the visits that are due, unless they are queued or run already; how many.

    What is too many is left for later: the more jobs wait, the longer the queue takes to give one out.
    """
    out = await visits_out(app)
    room = Counter(job.queue for job in out.values() if job.status == Status.TODO.value)
    chosen = []
    for visit in await work.due(out.keys()):
        if room[visit.queue] < MOST_WAITING:
            room[visit.queue] += 1
            chosen.append(job_of(visit))
    for first in range(0, len(chosen), BATCH):
        with suppress(AlreadyEnqueued):  # the answer to the first try was lost
            await app.job_manager.batch_defer_jobs_async(chosen[first : first + BATCH])
    if len(chosen) >= MANY:
        await app.connector.execute_query_async("ANALYZE procrastinate_jobs")
    return len(chosen)


async def take_back(app: App, work: Work) -> None:
    """Give the jobs of dead workers to others; those that killed their worker each time are given up."""
    stalled = await _stalled(app)
    if not stalled:
        return
    await asyncio.sleep(LATE_SECONDS)
    for number, job in (await _stalled(app)).items():
        if number in stalled:
            await again(app, job, work)


async def again(app: App, job: Job, work: Work) -> None:
    """Queue a job once more whose worker does not work at it."""
    name = job.task_kwargs.get("source", job.task_name)
    if job.attempts + 1 >= TRIES:
        work.tell(f"{name}: given up: {TRIES} workers ended while they were at it")
        await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        return
    work.tell(f"{name}: its worker is gone; another takes it")
    await app.job_manager.retry_job(job)


async def visits_out(app: App) -> dict[str, Job]:
    """Source key → the job of its visit, which waits or runs."""
    found: dict[str, Job] = {}
    for status in (Status.TODO, Status.DOING):
        jobs = await app.job_manager.list_jobs_async(task=VISIT, status=status.value)
        found |= {str(job.task_kwargs["source"]): job for job in jobs}
    return found


def job_of(visit: Visit) -> Job:
    """The job that makes a visit."""
    arguments: dict[str, Any] = {"source": visit.source, "site": visit.site}
    return Job(
        id=None,
        task_name=VISIT,
        queue=visit.queue,
        lock=f"site {visit.site}",
        queueing_lock=f"source {visit.source}",
        task_kwargs=arguments,
    )


async def _stalled(app: App) -> dict[int, Job]:
    jobs = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS)
    return {job.id: job for job in jobs if job.id is not None}
