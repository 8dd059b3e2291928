"""Pages a second of some crawl workers on one shared store, and what is full first: a part of ``bench.scale``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.table import Table

from bench.fleet import Crawled, crawl
from bench.server import empty_database
from bench.sides import CRAWL, EXTRACTION, LOADING, SERVER, SITES
from pipelines.store import open_store

SIDES = (LOADING, CRAWL, EXTRACTION, SERVER, SITES)
FULL = 0.8
"""Of a thing, from which it is what keeps the fleet from being faster."""
KEPT = 0.95
"""Of the sites' pace: what visits keep up with is what they wait for, however busy the machine is."""
PACE, CORES = "sites' pace", "cores"


@dataclass(frozen=True, slots=True)
class Sites:
    """What is crawled: so many pages of so many sites, ``pace`` seconds between two requests to one."""

    hosts: int
    pages: int
    pace: float


@dataclass(frozen=True, slots=True)
class Crew:
    """What a crew of workers did. ``cpu``: seconds a page by side, the processes' beginnings included; ``used``: the
    share of each thing that was in use while pages were fetched; ``others``: what other programs had of the cores."""

    workers: int
    slots: int
    sites: Sites
    rate: float
    cpu: Mapping[str, float]
    used: Mapping[str, float]
    others: float = 0.0
    visiting: float = 1.0
    """The share of their time that visits asked their sites, of as many as may be at a time: the rest is beginnings."""

    @property
    def at_once(self) -> int:
        """Sites that are visited at a time, at most."""
        return min(self.sites.hosts, self.workers * self.slots)

    @property
    def fullest(self) -> str:
        """What is full first, in words."""
        name, share = max(self.used.items(), key=lambda it: it[1] + (it[0] == PACE and it[1] > KEPT))
        if name == PACE:
            name = f"{PACE} ({self.at_once} of {self.sites.hosts})"
        elif name == CORES and self.others >= 0.1:
            name = f"{CORES} ({self.others:.0%} others)"
        return f"{name}: {share:.0%}" if share >= FULL else f"nothing; most of all {name}: {share:.0%}"


def crews(numbers: Sequence[int], slots: int, paced: Sites) -> Iterator[Crew]:
    """Each number of workers, on an empty store of its own: first on sites with a pace, then on sites without one."""
    for sites in dict.fromkeys((paced, replace(paced, pace=0.0))):
        for workers in numbers:
            yield _crew(workers, slots, sites)


def _crew(workers: int, slots: int, sites: Sites) -> Crew:
    with empty_database() as shared, TemporaryDirectory() as folder, redirect_stdout(sys.stderr):
        url = shared.render_as_string(hide_password=False)
        open_store(url).close()
        return judged(crawl(url, workers, slots, sites.hosts, sites.pages, sites.pace, Path(folder)))


def judged(crawled: Crawled) -> Crew:
    """What a crawl says about its crew."""
    run, sides = crawled.run, crawled.sides
    used = {
        CORES: crawled.machine,
        "one process of a crawl": sides.busiest(CRAWL),
        "one process of the extraction": sides.busiest(EXTRACTION),
        "one process of PostgreSQL": sides.busiest(SERVER),
    }
    if run.pace:
        paces = [(requests - 1) * run.pace / seconds for seconds, requests in crawled.visits if seconds]
        used[PACE] = sum(paces) / len(paces)
    at_once = min(run.hosts, run.workers * run.slots)
    cpu = {side: sides.cpu.get(side, 0.0) / run.pages for side in SIDES}
    return Crew(
        run.workers,
        run.slots,
        Sites(run.hosts, run.pages, run.pace),
        run.pages / run.seconds,
        cpu,
        used,
        others=max(0.0, crawled.machine - crawled.own),
        visiting=sum(seconds for seconds, _ in crawled.visits) / (at_once * run.seconds),
    )


def table(found: Sequence[Crew]) -> Table:
    """For people; ratios are to the first crew at the same pace."""
    heads = ("pace", "workers", "pages/s", "ratio", "visiting", *SIDES, "full first")
    shown = Table(*heads, title="crawl workers on one shared store; between: CPU of a page by what had it, ms")
    first = {crew.sites.pace: crew.rate for crew in reversed(found)}
    for crew in found:
        pace = f"{crew.sites.pace:g} s" if crew.sites.pace else "none"
        ratio = crew.rate / first[crew.sites.pace]
        cpu = [f"{1e3 * crew.cpu[side]:.0f}" for side in SIDES]
        shown.add_row(
            pace, str(crew.workers), f"{crew.rate:.1f}", f"{ratio:.2f}", f"{crew.visiting:.0%}", *cpu, crew.fullest
        )
    return shown
