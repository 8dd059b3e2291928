"""When each newsroom publishes: a non-homogeneous Poisson process, drawn by thinning.

Lewis and Shedler, Simulation of nonhomogeneous Poisson processes by thinning, Naval Research Logistics Quarterly 26
(1979): draw at the highest rate there is, and keep each arrival with the share that its moment's rate has of that.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.simulation.parameters import DAY, HOUR, Newsrooms

Numbers: TypeAlias = NDArray[np.float64]


def rates(rooms: Newsrooms, dice: np.random.Generator) -> Numbers:
    """Articles a second of each source, on average over a day without bursts. Their mean is the asked one."""
    drawn = dice.lognormal(sigma=rooms.spread, size=rooms.sources)
    return np.asarray(drawn / drawn.mean() * rooms.articles_a_day / DAY)


def publications(rooms: Newsrooms, rate: Numbers, seconds: float, dice: np.random.Generator) -> list[list[float]]:
    """Of each source the moments at which it publishes in ``[0, seconds)``, in order; its backlog at 0."""
    highest = rate * (1 + rooms.rhythm) * max(1.0, rooms.burst_factor)
    counts = dice.poisson(highest * seconds)
    source = np.repeat(np.arange(rooms.sources), counts)
    at = dice.uniform(0, seconds, len(source))
    peaks = dice.normal(14 * HOUR, rooms.peak_hours * HOUR, rooms.sources)
    level = 1 + rooms.rhythm * np.cos(2 * np.pi * (at - peaks[source]) / DAY)
    level *= _burst_levels(rooms, source, at, seconds, dice)
    kept = dice.uniform(0, (1 + rooms.rhythm) * max(1.0, rooms.burst_factor), len(source)) < level
    source, at = source[kept], at[kept]
    order = np.lexsort((at, source))
    ends = np.cumsum(np.bincount(source, minlength=rooms.sources))[:-1]
    return [[0.0] * rooms.backlog + each.tolist() for each in np.split(at[order], ends)]


def _burst_levels(
    rooms: Newsrooms, source: NDArray[np.int64], at: Numbers, seconds: float, dice: np.random.Generator
) -> Numbers:
    """By how much the bursts raise each candidate's rate: 1 where there is none, at most ``burst_factor``."""
    level = np.ones(len(at))
    for start in dice.uniform(0, seconds, dice.poisson(rooms.bursts_a_day * seconds / DAY)):
        takes_part = (dice.random(rooms.sources) < rooms.burst_share)[source] & (at >= start)
        decay = np.exp(-np.maximum(at - start, 0) / rooms.burst_seconds)
        level = np.maximum(level, np.where(takes_part, 1 + (rooms.burst_factor - 1) * decay, 1))
    return level
