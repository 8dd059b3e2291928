"""The day itself: each source is visited when ``newsmint watch`` would visit it, by whichever worker has a slot."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np
import simpy

from bench.simulation.arrivals import publications, rates
from bench.simulation.fleet import Steps, Worker, Workers
from bench.simulation.parameters import Parameters
from bench.simulation.results import Article, Queues, Result
from pipelines.stages.revisit import TARGET, poll_interval

SAMPLE_SECONDS = 300.0


@dataclass(slots=True)
class Source:
    """A newsroom. ``listed``: of ``published`` so many were named by a listing; ``pending``: of these not stored."""

    published: list[float]
    pause: float
    due: float
    listed: int = 0
    pending: dict[int, None] = field(default_factory=dict)
    polled: float | None = None

    def look(self, now: float) -> None:
        """Read the listing as it is now."""
        seen = bisect_right(self.published, now)
        self.pending.update(dict.fromkeys(range(self.listed, seen)))
        self.listed = seen


def simulate(parameters: Parameters) -> Result:
    """A day of the fleet. With the same parameters the result is the same."""
    return _Day(parameters).run()


class _Day:
    def __init__(self, parameters: Parameters) -> None:
        self.parameters, self.costs = parameters, parameters.costs
        dice = np.random.default_rng(parameters.seed)
        self.env = simpy.Environment()
        self.workers = Workers(self.env, parameters.fleet, parameters.failures, dice)
        self.store = simpy.Resource(self.env, parameters.fleet.store_lanes)
        rooms = parameters.newsrooms
        rate = rates(rooms, dice)
        moments = publications(rooms, rate, parameters.seconds, dice)
        self.sources = [
            _source(each, per_second, parameters, dice) for each, per_second in zip(moments, rate.tolist(), strict=True)
        ]
        self.result = Result(parameters, cores=self.workers.cores)
        self.left = sum(map(len, moments))
        self.all_stored = self.env.event()

    def run(self) -> Result:
        for source in self.sources:
            self.env.process(self._visits(source))
        self.env.process(self._sample())
        ends: list[simpy.Event] = [self.env.timeout(self.parameters.seconds)]
        if self.parameters.newsrooms.articles_a_day == 0 and self.left:
            ends.append(self.all_stored)
        self.env.run(self.env.any_of(ends))
        self.result.seconds = self.env.now
        self.result.deaths = self.workers.deaths
        self.result.queued = sum(len(source.pending) for source in self.sources)
        self.result.unlisted = sum(bisect_right(it.published, self.env.now) - it.listed for it in self.sources)
        self.result.published = sum(bisect_right(source.published, self.env.now) for source in self.sources)
        return self.result

    def _visits(self, source: Source) -> Steps:
        """One source for ever: wait, visit, and reckon the next pause from what the visit brought."""
        yield self.env.timeout(source.due)
        while True:
            source.due, before = self.env.now, source.listed
            while not (yield self.env.process(self._visit(source))):  # its worker died
                yield self.env.timeout(self.parameters.failures.lease)
            elapsed = self.env.now - source.polled if source.polled is not None else source.pause
            source.pause = poll_interval(source.pause, elapsed, source.listed - before, self.parameters.bounds)
            source.polled = self.env.now
            yield self.env.timeout(source.pause)

    def _visit(self, source: Source) -> Steps:
        """Whether it came to its end: begin, ask the listing, fetch what it names at the host's pace."""
        costs, env, me = self.costs, self.env, self.env.active_process
        assert me is not None
        asked = env.now
        try:
            worker: Worker = yield self.workers.slot(me)
            begun = env.now
            self.result.waits.append(begun - asked)
            yield from self._compute(worker, costs.visit_cpu)
            yield env.timeout(costs.listing_seconds)
            source.look(env.now)
            digests = []
            for number in tuple(source.pending):
                yield env.timeout(max(costs.pace, costs.page_seconds))
                digest = env.process(self._digest(source, number, worker, begun))
                worker.jobs[digest] = None
                digests.append(digest)
            yield env.all_of(digests)
        except simpy.Interrupt:
            return False
        self.workers.free(worker, me)
        self.result.visits += 1
        return True

    def _digest(self, source: Source, number: int, worker: Worker, begun: float) -> Steps:
        """What becomes of a page that was fetched: extraction, then the store."""
        me = self.env.active_process
        assert me is not None
        try:
            yield from self._compute(worker, self.costs.page_cpu)
            yield from self._use(self.store, self.costs.store_seconds)
        except simpy.Interrupt:
            self.result.lost += 1
            return
        worker.jobs.pop(me, None)
        del source.pending[number]
        self.result.articles.append(Article(source.published[number], source.due, begun, self.env.now))
        self.left -= 1
        if not self.left:
            self.all_stored.succeed()

    def _compute(self, worker: Worker, seconds: float) -> Steps:
        self.result.cpu_seconds += seconds
        yield from self._use(worker.cpu, seconds)

    def _use(self, resource: simpy.Resource, seconds: float) -> Steps:
        """Wait for a core, or a lane of the store, and hold it."""
        with resource.request() as turn:
            yield turn
            yield self.env.timeout(seconds)

    def _sample(self) -> Steps:
        while True:
            stored, listed = len(self.result.articles), sum(source.listed for source in self.sources)
            self.result.queues.append(Queues(self.env.now, len(self.workers.waiting), listed - stored))
            yield self.env.timeout(SAMPLE_SECONDS)


def _source(published: list[float], rate: float, parameters: Parameters, dice: np.random.Generator) -> Source:
    """As it is in the middle of a watch: its pause has settled, and its next visit is due somewhere within."""
    if parameters.newsrooms.backlog:
        return Source(published, parameters.bounds.middle, due=0.0)
    pause = parameters.bounds.within(TARGET / rate if rate else parameters.bounds.most)
    return Source(published, pause, due=float(dice.uniform(0, pause)))
