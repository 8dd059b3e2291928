"""Python's garbage collector, told to look less often: for processes that handle page after page."""

from __future__ import annotations

import gc


def calm_collector() -> None:
    """What is loaded by now stays: looking through it for garbage took a tenth of a crawl, a seventh of a worker."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
