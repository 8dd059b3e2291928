"""What runs the tasks: threads with a worker process each on this machine, or Dask on a cluster.

An engine takes a function of a task and tasks, and gives what the function returned for each, in any order. Whatever
else can do that will do: docs/bulk.md has it for Ray.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Any

from pipelines.bulk.extractor import WorkerLost, close_all
from pipelines.bulk.task import Note, run_task
from pipelines.bulk.values import Done, Job, Task
from pipelines.errors import BadConfig, Unreachable

Engine = Callable[[Sequence[Task], Job, Note], Iterator[Done]]

PATIENCE = 10
"""Seconds in which a scheduler must answer."""
DEATHS = 3
"""Workers of a cluster that may die with a task before it is given up."""


def local(workers: int | None = None) -> Engine:
    """This machine: as many worker processes as it has cores, or ``workers``."""

    def engine(tasks: Sequence[Task], job: Job, note: Note) -> Iterator[Done]:
        count = min(workers or os.cpu_count() or 1, max(len(tasks), 1))
        waiting = list(reversed(tasks))
        under_way: set[Future[Done]] = set()
        pool = ThreadPoolExecutor(count, "newsmint-bulk")
        try:
            while waiting or under_way:
                while waiting and len(under_way) < count:
                    under_way.add(pool.submit(run_task, waiting.pop(), job, note))
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in done)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            close_all(under_way)  # a run that is stopped does not wait for its pages

    return engine


def dask(address: str, workers: int | None = None) -> Engine:
    """A cluster of Dask: its scheduler's address, ``tcp://host:8786``, or ``local`` for one of this machine alone.

    Its workers need Newsmint, the inputs and the output folder under the same paths. A task whose worker dies is run
    again on another. Raises BadConfig without Dask, Unreachable where no scheduler answers.
    """

    def engine(tasks: Sequence[Task], job: Job, note: Note) -> Iterator[Done]:
        distributed = _library()
        with _client(distributed, address, workers) as client:
            futures = [client.submit(run_task, task, job, key=_name(task, job)) for task in tasks]
            for future in distributed.as_completed(futures):
                done = _result(distributed, future)
                for what, count in done.counts.items():
                    note(what, count)
                yield done
                future.release()
            client.run(close_all)

    return engine


def _result(distributed: Any, future: Any) -> Done:
    try:
        done: Done = future.result()
    except distributed.KilledWorker as error:
        raise WorkerLost(
            f"{DEATHS + 1} workers of the cluster died over one input ({error.task}); see their logs"
        ) from None
    return done


def _name(task: Task, job: Job) -> str:
    return f"newsmint-{'gather' if job.is_gathering else 'extract'}-{task.key}"


def _client(distributed: Any, address: str, workers: int | None) -> Any:
    if address == "local":
        cluster = distributed.LocalCluster(
            n_workers=workers or os.cpu_count() or 1, threads_per_worker=1, dashboard_address=None
        )
        return _Both(distributed.Client(cluster), cluster)
    try:
        return distributed.Client(address, timeout=PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise Unreachable(f"--dask {address}: no scheduler of Dask answers there ({error})") from None


class _Both:
    """A client and the cluster that was made for it."""

    def __init__(self, client: Any, cluster: Any) -> None:
        self._client, self._cluster = client, cluster

    def __enter__(self) -> Any:
        return self._client

    def __exit__(self, *_: object) -> None:
        with suppress(Exception):
            self._client.close()
        self._cluster.close()


def _library() -> Any:
    try:
        import dask as settings
        import distributed
    except ImportError:
        raise BadConfig("--dask needs Dask: pip install 'newsmint[bulk]'") from None
    settings.config.set({"distributed.scheduler.allowed-failures": DEATHS})
    return distributed
