"""The simulated days that ``docs/scale.md`` tells of: ``python -m bench.days [--write]``. Takes two minutes of CPU."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace

from bench.capacity import PAGE, put, table
from bench.measured import Measured, load
from bench.simulate import measured_costs, spoken
from bench.simulation import Failures, Fleet, Parameters, Result, simulate
from crawler.settings import LISTING_INTERVAL_LEAST
from pipelines.stages.revisit import Bounds

HEADS = ("day", "workers of 2 cores", "CPU", "visits that waited, at most", "published to stored", "of that, the fleet")
HALF_HOUR = 1_800.0


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


def main() -> int:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put it into docs/scale.md")
    options = parser.parse_args()
    made = days_table(load(), print)
    if options.write:
        PAGE.write_text(put(PAGE.read_text(encoding="utf-8"), "days", made), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
