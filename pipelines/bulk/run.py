"""A bulk run from its inputs to its manifest: what is done already is passed over, the rest goes to the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.bulk import chrome, duplicates
from pipelines.bulk.engines import Engine
from pipelines.bulk.journal import done_before, forget, settle
from pipelines.bulk.manifest import sweep, write_manifest
from pipelines.bulk.plan import PART_BYTES
from pipelines.bulk.task import Note
from pipelines.bulk.values import Done, Job, Task
from pipelines.export.folder import locked


@dataclass(frozen=True, slots=True)
class Step:
    """What a run is about to do: ``gather``, ``extract``, ``duplicates``; tasks left, and how many were done before."""

    name: str
    tasks: tuple[Task, ...] = ()
    before: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to, with what earlier ones have done of it. ``sites``: those known to repeat anything."""

    folder: str
    counts: Counter[str]
    failed: int
    tasks: int
    before: int
    """Tasks that earlier runs have done."""
    size: int
    cpu: float
    peak: int
    sites: int = 0
    clusters: int = 0
    duplicates: int = 0
    trouble: tuple[str, ...] = ()
    """Inputs that could not be read to their end, and why."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told how a run goes."""

    step: Callable[[Step], None] = lambda step: None
    note: Note = lambda what, count: None
    done: Callable[[Done], None] = lambda done: None


def run(
    tasks: Sequence[Task],
    job: Job,
    engine: Engine,
    *,
    part_bytes: int = PART_BYTES,
    near_duplicates: bool = True,
    watcher: Watcher | None = None,
) -> Outcome:
    """Do all tasks that no earlier run has done, then what takes all of them together. Raises CannotWrite, StoreBusy,
    and what the engine raises; started again, it goes on."""
    watcher = watcher or Watcher()
    settle(job, part_bytes)
    with locked(Path(job.out)):
        gathering = replace(job, is_gathering=True)
        known, gathered = _still_so(job, tasks), _still_so(gathering, tasks)
        sweep(Path(job.out), {*known, *gathered})
        sites, before = 0, len(known)
        lost: list[Done] = []
        if job.passes > 1:
            lost += _do(tasks, gathering, gathered, engine, watcher)
            files = [file.path for each in in_order(gathered.values()) for file in each.files]
            sites = chrome.merge(Path(job.out), files)
        lost += _do(tasks, job, known, engine, watcher)
        every, alike = in_order(known.values()), duplicates.Found()
        if near_duplicates:
            watcher.step(Step("duplicates"))
            every, alike = duplicates.mark(job, every)
        sweep(Path(job.out), {*known, *gathered})  # of workers of a cluster that died
        write_manifest(job, part_bytes, every)
    return Outcome(
        folder=job.out,
        counts=sum((each.counts for each in every), Counter()),
        failed=sum(each.failed for each in every),
        tasks=len(every),
        before=before,
        trouble=tuple(each.trouble for each in (*lost, *every) if each.trouble),
        size=sum(file.size for each in every for file in each.files),
        cpu=sum(each.cpu for each in every),
        peak=max((each.peak for each in every), default=0),
        sites=sites,
        clusters=alike.clusters,
        duplicates=alike.duplicates,
    )


def in_order(done: Iterable[Done]) -> list[Done]:
    """As their inputs are, by name."""
    return sorted(done, key=lambda each: each.place)


def _still_so(job: Job, tasks: Sequence[Task]) -> dict[str, Done]:
    """What earlier runs have done, by the tasks' keys. Inputs that are not named this time stay as they are.

    Forgotten, and so read again, is an input that is another now, and one that could not be begun: it may have been out
    of reach.
    """
    paths, keys = {task.path for task in tasks}, {task.key for task in tasks}
    found = done_before(job)
    named = {key: done for key, done in found.items() if done.task.path in paths}
    for key in [key for key, done in named.items() if key not in keys or (done.trouble and done.records == 1)]:
        forget(job, key)
        del found[key]
    return found


def _do(tasks: Sequence[Task], job: Job, known: dict[str, Done], engine: Engine, watcher: Watcher) -> list[Done]:
    """Have the engine do what is not done, and add that to what is ``known``; those that it could not."""
    left = tuple(task for task in tasks if task.key not in known)
    watcher.step(Step("gather" if job.is_gathering else "extract", left, len(tasks) - len(left)))
    lost = []
    for done in engine(left, job, watcher.note) if left else ():
        watcher.done(done)
        if done.files:
            known[done.task.key] = done
        else:
            lost.append(done)
    return lost
