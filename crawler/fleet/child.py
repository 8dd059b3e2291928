"""The process of one visit: ``newsmint crawl``, which ends itself when the worker that started it is gone."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

from crawler.cli import main

GRACE_SECONDS = 20.0
"""What a clean stop may take once the worker is gone."""


def guard(parent: int) -> None:
    """Stop cleanly once ``parent`` is not this process's parent any more, so that its locks and leases come free."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=look, name="newsmint-parent", daemon=True).start()


if __name__ == "__main__":
    guard(int(sys.argv.pop(1)))
    main()
