"""A day of a crawl fleet, simulated: ``python -m bench.simulate [--sources 10000] [--workers 4] …``.

Prints how long articles take from publication to the store, where that time goes, and how long the queues are.
``--target SECONDS`` finds the smallest fleet that stores nine of ten articles within so many seconds of their listing's
turn: how soon that turn comes is the listing's own pace, which no fleet changes. ``--check RUN.json`` simulates a run
that was measured, says how far the two are apart, and fails beyond ``TOLERANCE``. Costs are those of
``bench/measured.toml``; what else a day is made of is in ``bench/simulation/parameters.py``.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from bench.capacity import table
from bench.measured import Measured, load
from bench.simulation import Costs, Failures, Fleet, Newsrooms, Parameters, Result, simulate

TOLERANCE = 0.25
"""Of the seconds that the measured run took."""
TARGET_SHARE = 90
MOST_WORKERS = 4_096
HEADS = ("workers", "CPU", "visits wait", "articles wait", "turn of the listing", "slot", "work", "published to stored")
PARTS = ("listing", "slot", "work", "total")


@dataclass(frozen=True, slots=True)
class Run:
    """A crawl of a backlog by several workers as it was measured, by ``bench.fleet`` or by hand.

    ``page_cpu``: of all that ran on the machine's ``cores``, servers included, so that the machine's limits are the
    simulation's. ``kills``: (worker, second). ``seconds``: from the beginning of the first visit to the last article
    stored; ``listing_seconds``: of a visit, until the first page is asked for.
    """

    seconds: float
    workers: int
    slots: int
    cores: int
    hosts: int
    pages: int
    pace: float
    page_cpu: float
    visit_cpu: float
    listing_seconds: float = 0.01
    page_seconds: float = 0.01
    store_seconds: float = 0.0
    lease: float = 30.0
    kills: tuple[tuple[int, float], ...] = ()

    @classmethod
    def read(cls, file: Path) -> Run:
        """From JSON with these names. ValueError where one is missing or unknown."""
        given = json.loads(file.read_text(encoding="utf-8"))
        known = {each.name for each in fields(cls)}
        if odd := sorted(set(given) - known):
            raise ValueError(f"{file}: unknown {', '.join(odd)}; a run has {', '.join(sorted(known))}")
        try:
            return cls(**given | {"kills": tuple((number, at) for number, at in given.get("kills", ()))})
        except TypeError as error:
            raise ValueError(f"{file}: {error}") from error

    def parameters(self) -> Parameters:
        """The same run for the simulation."""
        return Parameters(
            Costs(
                self.page_cpu, self.visit_cpu, self.store_seconds, self.listing_seconds, self.page_seconds, self.pace
            ),
            Newsrooms(self.hosts, articles_a_day=0.0, backlog=-(-self.pages // self.hosts)),
            Fleet(self.workers, self.slots, workers_a_machine=self.workers, cores=self.cores),
            Failures(lease=self.lease, kills=self.kills, restart=math.inf),
            warm_up=0.0,
        )


def measured_costs(measured: Measured, *, new_process: bool) -> Costs:
    """Of a page and a visit; ``new_process``: each visit starts one."""
    store = measured.get("postgres_articles", measured["sqlite_articles"])
    return Costs(
        page_cpu=measured["extraction_cpu"].value + measured["process_cpu"].value,
        visit_cpu=measured["visit_cpu_new" if new_process else "visit_cpu"].value,
        store_seconds=1 / store.value,
    )


def row(result: Result) -> tuple[str, ...]:
    """A day as the cells of ``HEADS``: the most that waited, and 50, 90 and 99 of 100 articles' times."""
    times = result.times()
    return (
        f"{result.parameters.fleet.workers:,}",
        f"{result.cpu_share:.1%}",
        f"{max(each.visits for each in result.queues):,}",
        f"{max(each.articles for each in result.queues):,}",
        *(" / ".join(map(spoken, times.percentiles(part))) or "nothing stored" for part in PARTS),
    )


def spoken(seconds: float) -> str:
    """``8 s``, ``12 min``, ``1.9 h``."""
    if seconds < 99.5:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 99.5 * 60 else f"{seconds / 3600:.1f} h"


def is_within(result: Result, target: float) -> bool:
    """Whether nine of ten articles were stored so soon after their listing's turn, and the fleet kept up."""
    found = result.times().percentiles("fleet", [TARGET_SHARE])
    late = result.queued + sum(1 for each in result.queues[-1:] if each.visits > result.parameters.fleet.workers)
    return bool(found) and found[0] <= target and late <= max(10, result.published // 100)


def smallest_fleet(parameters: Parameters, target: float, tell: Callable[[Result], None]) -> int | None:
    """The fewest workers that keep to the target; None where ``MOST_WORKERS`` do not. ``tell`` hears of each try."""

    def keeps(workers: int) -> bool:
        result = simulate(replace(parameters, fleet=replace(parameters.fleet, workers=workers)))
        tell(result)
        return is_within(result, target)

    high = 1
    while not keeps(high):
        high *= 2
        if high > MOST_WORKERS:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if keeps(middle) else (middle, high)
    return high


def check(file: Path) -> int:
    """Simulate a measured run and compare; 1 where they are further apart than ``TOLERANCE``."""
    run = Run.read(file)
    result = simulate(run.parameters())
    ratio = result.seconds / run.seconds
    rows = [
        ("measured", f"{run.seconds:.1f}", f"{run.pages / run.seconds:.1f}", ""),
        ("simulated", f"{result.seconds:.1f}", f"{len(result.articles) / result.seconds:.1f}", f"{result.lost}"),
    ]
    print(table(("run", "seconds", "pages/s", "fetched again"), rows))
    print(f"\nsimulated / measured: {ratio:.2f}")
    return 0 if abs(ratio - 1) <= TOLERANCE else 1


def main() -> int:
    """Simulate as the command line says."""
    options = _options()
    if options.check:
        return check(options.check)
    parameters = Parameters(
        measured_costs(load(), new_process=options.new_process),
        Newsrooms(options.sources, options.articles),
        Fleet(options.workers[0], options.slots, cores=options.cores),
        Failures(every=options.failure_hours * 3600 if options.failure_hours else math.inf),
        seconds=options.hours * 3600,
        seed=options.seed,
    )
    if options.target is None:
        days = [simulate(replace(parameters, fleet=replace(parameters.fleet, workers=it))) for it in options.workers]
        print(_heading(days))
        print(table(HEADS, map(row, days)))
        return 0
    tried: list[Result] = []
    found = smallest_fleet(parameters, options.target, tried.append)
    print(_heading(tried))
    print(table(HEADS, map(row, sorted(tried, key=lambda it: it.parameters.fleet.workers))))
    print(f"\nworkers for {spoken(options.target)} after the listing's turn: {found or f'more than {MOST_WORKERS:,}'}")
    return 0 if found else 1


def _heading(days: Sequence[Result]) -> str:
    given, first = days[0].parameters, days[0]
    return (
        f"{given.newsrooms.sources:,} sources, {first.published:,} articles in {given.seconds / 3600:g} h. "
        f"A worker has {given.fleet.cores} cores and {given.fleet.slots} slots.\n"
        "Visits, deaths of workers, pages fetched again: "
        + "; ".join(f"{day.visits:,}, {day.deaths}, {day.lost}" for day in days)
        + "\nTimes are those within which 50, 90 and 99 of 100 articles were through:\n"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--articles", type=float, default=10.0, help="a day and source, on average")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4], metavar="N", help="fleets to simulate")
    parser.add_argument("--slots", type=int, default=16, help="visits at once of a worker")
    parser.add_argument("--cores", type=int, default=2, help="of a worker")
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--failure-hours", type=float, default=12.0, help="of a worker's life on average; 0: for ever")
    parser.add_argument("--new-process", action="store_true", help="each visit starts a process of its own")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", type=float, metavar="SECONDS", help="find the smallest fleet")
    parser.add_argument("--check", type=Path, metavar="RUN.json", help="simulate a measured run, and compare")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
