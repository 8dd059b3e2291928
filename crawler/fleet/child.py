"""The process of one visit: ``newsmint crawl``, which ends itself when the worker that started it is gone."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from crawler.cli import main
from crawler.sources import Source
from pipelines.orphans import when_orphaned
from pipelines.pool import share_server

GRACE_SECONDS = 20.0
"""What a clean stop may take once the worker is gone."""
HELD = {signal.SIGINT, signal.SIGTERM}
"""Signals that wait, in a fork, until it has become a process of its own."""


def visit(words: Sequence[str], source: Source, out: Connection, err: Connection) -> None:
    """Be ``newsmint`` with these words, in a process that was just forked; ``out`` and ``err`` take what it prints.

    ``source`` is its entry in the sources file, which need not be read once more.
    """
    os.setsid()  # Ctrl-C is for the worker, which then ends its visits
    for stream, number in ((out, 1), (err, 2)):
        os.dup2(stream.fileno(), number)
        stream.close()
    with suppress(OSError):
        Path("/proc/self/comm").write_text("newsmint visit")  # else the nursery's name is what `top` shows
    share_server()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)
    sys.argv = ["newsmint", *words]
    be_newsmint(source)


def be_newsmint(source: Source | None = None, parent: int | None = None) -> None:
    """The command line, stopped cleanly once its worker is gone, so that its locks and leases come free."""
    when_orphaned(_stop, parent)
    main(source)


def _stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    be_newsmint(parent=int(sys.argv.pop(1)))
