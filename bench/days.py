"""The simulated days and runs that ``docs/scale.md`` tells of: ``python -m bench.days [--write] [--runs-only]``.

The days take two minutes of CPU; the runs, of which ``bench/runs/`` has what was measured, a second.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from bench.capacity import table, write
from bench.measured import Measured, load
from bench.simulate import Run, measured_costs, spoken
from bench.simulation import Failures, Fleet, Parameters, Result, simulate
from crawler.settings import LISTING_INTERVAL_LEAST
from pipelines.stages.revisit import Bounds

HEADS = ("day", "workers of 2 cores", "CPU", "visits that waited, at most", "published to stored", "of that, the fleet")
HALF_HOUR = 1_800.0
RUNS = sorted((Path(__file__).parent / "runs").glob("*.json"))
RUN_HEADS = ("workers", "hosts, pages", "pace", "killed", "measured", "simulated", "ratio")


def days(measured: Measured) -> Iterator[tuple[str, Parameters]]:
    """What is said of a day, and its parameters."""
    lasting, fresh = (Parameters(measured_costs(measured, new_process=it)) for it in (False, True))
    yield "processes that run on", _of(lasting, 1)
    yield "processes that run on, each dies every hour", replace(_of(lasting, 2), failures=Failures(every=3600.0))
    bounds = Bounds(LISTING_INTERVAL_LEAST, HALF_HOUR)
    yield "processes that run on, no listing asked later than after 30 min", replace(_of(lasting, 1), bounds=bounds)
    for workers in (1, 2, 3, 4):
        yield "a process a visit", _of(fresh, workers)
    yield "a process a visit, each worker dies every hour", replace(_of(fresh, 4), failures=Failures(every=3600.0))


def _of(parameters: Parameters, workers: int) -> Parameters:
    return replace(parameters, fleet=Fleet(workers=workers))


def row(name: str, result: Result) -> tuple[str, ...]:
    """A day as the cells of ``HEADS``."""
    times = result.times()
    return (
        name,
        f"{result.parameters.fleet.workers}",
        f"{result.cpu_share:.0%}",
        f"{max(each.visits for each in result.queues):,}",
        *(" / ".join(map(spoken, times.percentiles(part))) for part in ("total", "fleet")),
    )


def days_table(measured: Measured, tell: Callable[[str], object] = str) -> str:
    """All of them."""
    rows = []
    for name, parameters in days(measured):
        rows.append(row(name, simulate(parameters)))
        tell(" | ".join(rows[-1]))
    return table(HEADS, rows)


def runs_table() -> str:
    """The runs that were measured, beside the simulation's."""
    rows = []
    for run in map(Run.read, RUNS):
        seconds = simulate(run.parameters()).seconds
        killed = ", ".join(f"one after {at:g} s" for _, at in run.kills) or "none"
        size = (f"{run.workers}", f"{run.hosts}, {run.pages:,}", f"{run.pace:g} s", killed)
        rows.append((*size, f"{run.seconds:.0f} s", f"{seconds:.0f} s", f"{seconds / run.seconds:.2f}"))
    return table(RUN_HEADS, rows)


def main() -> int:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put it into docs/scale.md")
    parser.add_argument("--runs-only", action="store_true", help="leave the days as they are")
    options = parser.parse_args()
    made = {"runs": runs_table()}
    print(made["runs"])
    if not options.runs_only:
        made["days"] = days_table(load(), print)
    if options.write:
        write(made)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
