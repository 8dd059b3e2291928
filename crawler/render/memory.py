"""How much memory the browser's processes occupy. Linux only; elsewhere nothing is found, and nothing is bounded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
DRIVER = "node"
"""The program that Playwright runs between us and the browser; newer ones call themselves ``node-MainThread``."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process. ``memory``: resident bytes."""

    pid: int
    parent: int
    name: str
    memory: int


def browser_processes(root: int | None = None) -> list[Process]:
    """What Playwright started for this process (or for ``root``): browsers and their pages."""
    family: dict[int, list[Process]] = {}
    for process in _processes():
        family.setdefault(process.parent, []).append(process)
    drivers = [child for child in family.get(root or os.getpid(), []) if child.name.startswith(DRIVER)]
    return [each for driver in drivers for each in _below(driver.pid, family)]


def _below(pid: int, family: dict[int, list[Process]]) -> Iterator[Process]:
    for child in family.get(pid, []):
        yield child
        yield from _below(child.pid, family)


def _processes() -> Iterator[Process]:
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = entry.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it has ended
        head, _, rest = text.rpartition(")")
        pid, _, name = head.partition(" (")
        fields = rest.split()
        yield Process(int(pid), int(fields[1]), name, int(fields[21]) * PAGE)
