"""Runs a command and sees what it takes: time, and the most memory of it and of each process below it."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Watched:
    """``peak``: megabytes of the command's own process; ``peak_below``: of the largest process it started."""

    code: int
    said: str
    seconds: float
    peak: float
    peak_below: float


def watched(command: Sequence[str], cwd: Path, timeout: float) -> Watched:
    """Run the command to its end, looking at ``/proc`` all the while; memory is 0 where there is none."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    peaks: dict[int, float] = {}
    watcher = threading.Thread(target=_watch, args=(process, peaks), daemon=True)
    watcher.start()
    try:
        said, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
        said += f"\nkilled after {timeout:g} s"
    watcher.join()
    own = peaks.pop(process.pid, 0.0)
    return Watched(process.returncode, said, time.monotonic() - began, own, max(peaks.values(), default=0.0))


def _watch(process: subprocess.Popen[str], peaks: dict[int, float]) -> None:
    """The kernel keeps each process's peak; it only has to be read before the process ends."""
    while process.poll() is None:
        for pid in _family(process.pid):
            peaks[pid] = max(peaks.get(pid, 0.0), _peak(pid))
        time.sleep(0.1)


def _family(root: int) -> list[int]:
    """The process and all below it."""
    parents: dict[int, int] = {}
    for entry in PROC.glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(entry.parent.name)] = int(fields[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _peak(pid: int) -> float:
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


HAS_PROC = (PROC / str(os.getpid()) / "status").exists()
