"""What a crawl that runs on is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Watch:
    """Run on for so many seconds, None for ever; the run's row ends, and the next begins, every so many."""

    seconds: float | None = None
    report_every: float = 86_400.0
