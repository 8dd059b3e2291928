"""What a simulated day came to: where each article's time went, and how long the queues were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from bench.simulation.parameters import Parameters


class Article(NamedTuple):
    """Moments of an article: published, its visit due, that visit begun by the worker that stored it, stored."""

    published: float
    due: float
    begun: float
    stored: float


class Queues(NamedTuple):
    """At a moment: visits that wait for a slot, articles that were listed and are not stored yet."""

    at: float
    visits: int
    articles: int


@dataclass(slots=True)
class Result:
    """``waits``: of each visit, for its slot. ``lost``: pages fetched for nothing, as their worker died. ``unlisted``:
    published, on no listing read so far."""

    parameters: Parameters
    cores: int
    articles: list[Article] = field(default_factory=list)
    queues: list[Queues] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    published: int = 0
    queued: int = 0
    unlisted: int = 0
    visits: int = 0
    lost: int = 0
    deaths: int = 0
    cpu_seconds: float = 0.0
    seconds: float = 0.0

    @property
    def cpu_share(self) -> float:
        """Of all cores, how much the work that began took."""
        return self.cpu_seconds / (self.cores * self.seconds)

    def times(self) -> Times:
        """Of the articles published after the warm-up."""
        counted = [each for each in self.articles if each.published >= self.parameters.warm_up]
        return Times(np.array(counted or np.empty((0, 4)), dtype=np.float64))


@dataclass(frozen=True)
class Times:
    """Seconds of each article, as columns: published, due, begun, stored."""

    moments: np.ndarray[tuple[int, int], np.dtype[np.float64]]

    @cached_property
    def parts(self) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
        """``listing``: until its listing was due to be asked. ``slot``: until a worker began, ``work``: until stored.

        What is published while its visit waits for a slot counts from then on. ``fleet`` is ``slot`` and ``work``,
        ``total`` all three.
        """
        published, due, begun, stored = self.moments.T
        due = np.maximum(published, due)
        begun = np.maximum(due, begun)
        return {
            "listing": due - published,
            "slot": begun - due,
            "work": stored - begun,
            "fleet": stored - due,
            "total": stored - published,
        }

    def percentiles(self, part: str, shares: Sequence[float] = (50, 90, 99)) -> list[float]:
        """Seconds within which so many percent of the articles were through; none where there are no articles."""
        values = self.parts[part]
        return np.percentile(values, shares).tolist() if len(values) else []
