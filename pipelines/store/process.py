"""Which process wrote a row, and whether it is still alive."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


@cache
def here() -> str:
    """The name of this host."""
    return socket.gethostname().replace(":", "-")


def me() -> str:
    """This process: ``host:pid:start``. The start tells it from a later process that was given the same pid."""
    return f"{here()}:{os.getpid()}:{_start_of(os.getpid())}"


def is_alive(owner: str) -> bool:
    """Whether the process that ``me`` named runs. One of another host is taken to: nobody here can tell."""
    host, _, rest = owner.partition(":")
    pid, _, start = rest.partition(":")
    if host != here() or not pid.isdecimal():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return start in ("", _start_of(int(pid)))


def _start_of(pid: int) -> str:
    """When the process started, in the kernel's ticks; empty where the system does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
