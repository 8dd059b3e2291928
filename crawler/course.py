"""How fast a crawl goes: the last minute of each source."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

RATE_SECONDS = 60.0
"""What the pages a second are a mean of."""

Tally = Mapping[str, Counter[str]]
"""Source → outcome → how often."""


@dataclass(slots=True)
class Course:
    """How many pages each source had at which time: its rate over the last minute, and when its queue will be empty."""

    began: float
    looks: deque[tuple[float, dict[str, int]]] = field(default_factory=deque)

    def note(self, at: float, tally: Tally) -> None:
        """Take down what was fetched by now, on the clock of ``time.monotonic``."""
        self.looks.append((at, {source: counts["fetched"] for source, counts in tally.items()}))
        while len(self.looks) > 2 and self.looks[1][0] < at - RATE_SECONDS:
            self.looks.popleft()

    @property
    def seconds(self) -> float:
        """Since the crawl began."""
        return self.looks[-1][0] - self.began if self.looks else 0.0

    def rate(self, source: str) -> float:
        """Pages a second."""
        if not self.looks:
            return 0.0
        (earlier, before), (later, now) = self.looks[0], self.looks[-1]
        if len(self.looks) == 1:
            earlier, before = self.began, {}
        return (now.get(source, 0) - before.get(source, 0)) / (later - earlier) if later > earlier else 0.0
