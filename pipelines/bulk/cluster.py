"""An engine on a cluster of Dask: tasks that tell how far they are, and are run again where their worker dies."""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any
from uuid import uuid4

from pipelines.bulk.engines import Engine
from pipelines.bulk.extractor import WorkerLost, close_idle
from pipelines.bulk.task import Note, run_task
from pipelines.bulk.values import Done, Job, Task
from pipelines.errors import BadConfig, Unreachable

PATIENCE = 10
"""Seconds in which a scheduler must answer."""
DEATHS = 3
"""Workers of a cluster that may die with a task before it is given up."""
EVERY = 2.0
"""Seconds between two words of a task on how far it is."""
TOPIC = "newsmint-bulk"
"""Of Dask's events, under which tasks say so."""


def dask(address: str, workers: int | None = None, every: float = EVERY) -> Engine:
    """A cluster of Dask: its scheduler's address, ``tcp://host:8786``, or ``local`` for one of this machine alone.

    All of it needs this Newsmint; its workers, the inputs and the output folder under the same paths. Raises BadConfig
    where one has another, and without Dask; Unreachable where no scheduler answers, or none any more.
    """

    def engine(tasks: Sequence[Task], job: Job, note: Note) -> Iterator[Done]:
        distributed = _library()
        run = uuid4().hex[:12]  # another run on the cluster may have the same tasks, for another folder
        names = [f"newsmint-{'gather' if job.is_gathering else 'extract'}-{run}-{task.key}" for task in tasks]
        told = _Told(names, note)
        with _client(distributed, address, workers) as client:
            _check_releases(client.get_versions(packages=["newsmint"]))
            client.subscribe_topic(TOPIC, told.hear)
            once = client.submit(_same, job, key=f"newsmint-job-{run}")  # a list of hosts may have megabytes
            pairs = zip(tasks, names, strict=True)
            futures = [client.submit(_run, task, once, name, every, key=name) for task, name in pairs]
            try:
                for future in distributed.as_completed(futures):
                    done = _result(distributed, future)
                    told.settle(future.key, done.counts)
                    yield done
                    future.release()
            finally:
                with suppress(Exception):  # of a cluster that is gone
                    client.run(close_idle)

    return engine


def _same(job: Job) -> Job:
    return job


def _run(task: Task, job: Job, name: str, every: float) -> Done:
    """On a worker of the cluster: do the task, and tell on the way what came of its records so far."""
    from distributed import get_worker

    worker, counts, told = get_worker(), Counter[str](), time.monotonic()

    def note(what: str, count: int) -> None:
        nonlocal told
        counts[what] += count
        if time.monotonic() - told >= every:
            worker.log_event(TOPIC, (name, dict(counts)))
            told = time.monotonic()

    return run_task(task, job, note)


class _Told:
    """What was passed on of each task: a record once, though a task that is run again begins to count anew."""

    def __init__(self, names: Iterable[str], note: Note) -> None:
        self._note, self._lock = note, Lock()
        self._told = {name: Counter[str]() for name in names}

    def hear(self, event: tuple[float, tuple[str, Mapping[str, int]]]) -> None:
        """A word of a task; those of other runs, and of tasks that are done, are none of ours."""
        name, counts = event[1]
        with self._lock:
            told = self._told.get(name)
            if told is not None:
                self._pass_on(told, Counter(counts) - told)

    def settle(self, name: str, counts: Counter[str]) -> None:
        """What the task has come to is what counts."""
        with self._lock:
            told = self._told.pop(name)
            self._pass_on(told, {what: counts[what] - told[what] for what in {**told, **counts}})

    def _pass_on(self, told: Counter[str], more: Mapping[str, int]) -> None:
        for what, count in more.items():
            if count:
                told[what] += count
                self._note(what, count)


def _result(distributed: Any, future: Any) -> Done:
    try:
        done: Done = future.result()
    except distributed.KilledWorker as error:
        raise WorkerLost(
            f"{DEATHS + 1} workers of the cluster died over one input ({error.task}); see their logs"
        ) from None
    except CancelledError:
        raise Unreachable("the scheduler of Dask was lost; what is done is kept: start the run again") from None
    return done


def _check_releases(versions: Mapping[str, Any]) -> None:
    """A worker without Newsmint would end at the first task, and the run wait for ever."""
    ours = versions["client"]["packages"]["newsmint"]
    for name, said in {"the scheduler": versions["scheduler"], **versions["workers"]}.items():
        found = said["packages"]["newsmint"]
        if found != ours:
            has = f"Newsmint {found}" if found else "no Newsmint"
            raise BadConfig(f"--dask: {name} has {has}; install {ours or 'it'} there, as here")


@contextmanager
def _client(distributed: Any, address: str, workers: int | None) -> Iterator[Any]:
    """A client of the cluster at the address; for ``local``, with a cluster that ends with it."""
    if address == "local":
        count = workers or os.cpu_count() or 1
        own = distributed.LocalCluster(
            n_workers=count, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=logging.ERROR
        )
        with own as cluster, distributed.Client(cluster) as client:
            yield client
        return
    try:
        client = distributed.Client(address, timeout=PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise Unreachable(f"--dask {address}: no scheduler of Dask answers there ({error})") from None
    with client:
        yield client


def _library() -> Any:
    try:
        import dask as settings
        import distributed
    except ImportError:
        raise BadConfig("--dask needs Dask: pip install 'newsmint[bulk]'") from None
    settings.config.set({"distributed.scheduler.allowed-failures": DEATHS})
    return distributed
