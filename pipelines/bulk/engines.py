"""What runs the tasks. This machine: threads, with a worker process each; for a cluster see ``pipelines.bulk.cluster``.

An engine takes tasks, has ``run_task`` called for each, anywhere, and gives what that returned, in any order. Whatever
can do this will do: docs/bulk.md has it for Ray.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from pipelines.bulk.extractor import close_all
from pipelines.bulk.task import Note, run_task
from pipelines.bulk.values import Done, Job, Task

Engine = Callable[[Sequence[Task], Job, Note], Iterator[Done]]


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
