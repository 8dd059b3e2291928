"""What processes use, read from Linux's /proc: memory they hold, and CPU they have had."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")
LOOK_SECONDS = 0.1


@dataclass(slots=True)
class CpuMeter:
    """CPU seconds of a process, ``main``, and of all its descendants together, ``workers``; those that ended too.

    Figures that hold on a loaded machine, where pages a second do not. ``look`` often: what a process used after the
    last look at it is missed.
    """

    pid: int
    _seen: dict[int, float] = field(default_factory=dict)

    def look(self) -> None:
        """Read what each has had by now."""
        for pid in (self.pid, *descendants(self.pid)):
            if used := cpu_seconds(pid):
                self._seen[pid] = used

    @property
    def main(self) -> float:
        """Of the process itself."""
        return self._seen.get(self.pid, 0.0)

    @property
    def workers(self) -> float:
        """Of its descendants."""
        return sum(self._seen.values()) - self.main


def metered(process: subprocess.Popen[Any]) -> CpuMeter:
    """Wait for a process to end, looking at it all the while."""
    meter = CpuMeter(process.pid)
    while process.poll() is None:
        meter.look()
        time.sleep(LOOK_SECONDS)
    return meter


def descendants(pid: int) -> Iterator[int]:
    """Process numbers of the children, and of theirs."""
    for child in children(pid):
        yield child
        yield from descendants(child)


def children(pid: int) -> Iterator[int]:
    """Process numbers of a process's children."""
    with suppress(OSError):  # it, or a thread of it, is gone
        for listed in Path(f"/proc/{pid}/task").glob("*/children"):  # a list for each thread that started some
            yield from map(int, listed.read_text().split())


def resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def cpu_seconds(pid: int, *, ended: bool = False) -> float:
    """Seconds of CPU that a process has had, with those of its ``ended`` children if wanted; 0 once it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11 : 15 if ended else 13])) / _TICKS
