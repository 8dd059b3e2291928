"""CPU of a fleet on one machine, by what has it: crawls, their extraction, PostgreSQL, the sites that are crawled."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from bench.processes import cpu_seconds, descendants

CRAWL, EXTRACTION, SERVER, SITES = "crawl", "extraction", "PostgreSQL", "sites"
LOADING = "loading"
"""What a worker has its visits and their extraction forked from: it loads all that they need, once."""
LEAST_SECONDS = 2.0
"""A process that was seen for less has no share of a core worth telling."""


@dataclass(slots=True)
class _Process:
    """Of ``before``, CPU seconds, nothing is counted."""

    since: float
    before: float
    until: float
    used: float = 0.0
    side: str = CRAWL


@dataclass(slots=True)
class Sides:
    """What this process, which is the sites, and all its descendants use from the first ``look`` on.

    Look often: what a process used after the last look at it is missed.
    """

    _seen: dict[int, _Process] = field(default_factory=dict)

    def look(self) -> None:
        """Read what each has had by now."""
        begins, moment, own = not self._seen, monotonic(), os.getpid()
        for pid in (own, *descendants(own)):
            if had := cpu_seconds(pid):
                each = self._seen.setdefault(pid, _Process(moment, had if begins else 0.0, moment))
                each.until, each.used = moment, had - each.before
                each.side = SITES if pid == own else _side(pid) or each.side

    @property
    def total(self) -> float:
        """Seconds of all sides."""
        return sum(self.cpu.values())

    @property
    def cpu(self) -> Mapping[str, float]:
        """Seconds by side."""
        found: dict[str, float] = Counter()  # type: ignore[assignment]
        for each in self._seen.values():
            found[each.side] += each.used
        return found

    def busiest(self, side: str) -> float:
        """The share of a core that the busiest process of a side used while it was there."""
        lived = [(each.used, each.until - each.since) for each in self._seen.values() if each.side == side]
        return max((used / seconds for used, seconds in lived if seconds >= LEAST_SECONDS), default=0.0)


def _side(pid: int) -> str | None:
    """By what a process is called, and by what its parent is; None once it is gone."""
    try:
        called = Path(f"/proc/{pid}/comm").read_text().strip()
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        is_forked, is_of_fork = map(_is_forked, (pid, parent))
    except OSError:
        return None
    if called == "postgres":
        return SERVER
    if not is_forked or "visit" in called:
        return CRAWL
    return EXTRACTION if is_of_fork else LOADING


def _is_forked(pid: int) -> bool:
    return b"multiprocessing" in Path(f"/proc/{pid}/cmdline").read_bytes()


def machine() -> tuple[float, float]:
    """CPU seconds of all programs on all cores, and what the cores had to spare, since the machine was started."""
    ticks = os.sysconf("SC_CLK_TCK")
    user, nice, system, idle, waiting, *more = (int(it) / ticks for it in Path("/proc/stat").read_text().split()[1:9])
    return user + nice + system + sum(more), idle + waiting
