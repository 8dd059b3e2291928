"""A process that works for another ends with it: nobody would take its results, or free what it holds."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from multiprocessing import parent_process

LOOK_SECONDS = 0.5


def when_orphaned(then: Callable[[], object], parent: int | None = None) -> None:
    """Call ``then``, on a thread of its own, soon after the process is gone that this one works for.

    That is its parent, whose number ``parent`` names where it may be gone by now; and where a fork server made this
    process, the one that had the server make it: the server may live for long after that one.
    """
    maker, asker = os.getppid() if parent is None else parent, parent_process()

    def look() -> None:
        while os.getppid() == maker and (asker is None or asker.is_alive()):
            time.sleep(LOOK_SECONDS)
        then()

    threading.Thread(target=look, name="newsmint-parent", daemon=True).start()
