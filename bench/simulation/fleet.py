"""Workers and their slots: who waits longest gets the next one that is free; a worker that dies drops its work."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import simpy

from bench.simulation.parameters import Failures, Fleet

Steps: TypeAlias = Generator[simpy.Event, Any, Any]


@dataclass(slots=True, eq=False)
class Worker:
    """A process of the fleet. ``jobs``: visits and pages that die with it, in the order in which they began."""

    cpu: simpy.Resource
    jobs: dict[simpy.Process, None] = field(default_factory=dict)
    is_up: bool = True


class Workers:
    """The fleet. ``visit = yield workers.slot(process)`` waits; ``free`` gives the slot back."""

    def __init__(self, env: simpy.Environment, fleet: Fleet, failures: Failures, dice: np.random.Generator) -> None:
        self._env, self._fleet, self._failures, self._dice = env, fleet, failures, dice
        machines = [simpy.Resource(env, fleet.cores) for _ in range(-(-fleet.workers // fleet.workers_a_machine))]
        self.all = [Worker(machines[number // fleet.workers_a_machine]) for number in range(fleet.workers)]
        self.cores = fleet.cores * len(machines)
        self.waiting: deque[tuple[simpy.Event, simpy.Process]] = deque()
        self._free: deque[Worker] = deque(worker for _ in range(fleet.slots) for worker in self.all)
        self.deaths = 0
        if failures.every != float("inf"):
            for worker in self.all:
                env.process(self._fail_now_and_then(worker))
        for number, at in failures.kills:
            env.process(self._kill(self.all[number], at))

    def slot(self, visit: simpy.Process) -> simpy.Event:
        """An event that brings a worker with a slot for this visit. The visit dies with that worker from then on."""
        event = self._env.event()
        self.waiting.append((event, visit))
        self._match()
        return event

    def free(self, worker: Worker, visit: simpy.Process) -> None:
        """The visit is over."""
        worker.jobs.pop(visit, None)
        self._free.append(worker)
        self._match()

    def _match(self) -> None:
        while self.waiting and self._free:
            worker = self._free.popleft()
            if not worker.is_up:
                continue
            event, visit = self.waiting.popleft()
            worker.jobs[visit] = None
            event.succeed(worker)

    def _fail_now_and_then(self, worker: Worker) -> Steps:
        while True:
            yield self._env.timeout(self._dice.exponential(self._failures.every))
            if worker.is_up:
                yield from self._die(worker)

    def _kill(self, worker: Worker, at: float) -> Steps:
        yield self._env.timeout(at)
        if worker.is_up:
            yield from self._die(worker)

    def _die(self, worker: Worker) -> Steps:
        self.deaths += 1
        worker.is_up = False
        self._free = deque(each for each in self._free if each is not worker)
        for job in tuple(worker.jobs):
            if job.is_alive:
                job.interrupt()
        worker.jobs.clear()
        yield self._env.timeout(self._failures.restart)
        worker.is_up = True
        self._free.extend([worker] * self._fleet.slots)
        self._match()
