"""The few robust statistics that the judgement needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import comb, sqrt
from statistics import median
from typing import TypeVar

T = TypeVar("T")

MAD_TO_SIGMA = 1.4826
MEDIAN_ERROR = 1.2533
"""The standard error of a median is this many times that of a mean, for normal values."""


def tail(hits: int, of: int, share: float) -> float:
    """The chance of so many hits or more among ``of``, where each is one with the chance ``share``."""
    return sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(hits, of + 1))


def shift(recent: Sequence[float], past: Sequence[float], *, least_spread: float) -> float:
    """How far the median of ``recent`` is from that of ``past``, in its standard errors (from the MAD of the past)."""
    middle = median(past)
    spread = max(MAD_TO_SIGMA * median(abs(each - middle) for each in past), least_spread)
    return (median(recent) - middle) / (MEDIAN_ERROR * spread / sqrt(len(recent)))


def stretches(past: Sequence[T], length: int) -> Iterator[Sequence[T]]:
    """Stretches of so many in a row, half overlapping: what the past looked like through the same window."""
    for start in range(0, len(past) - length + 1, max(1, length // 2)):
        yield past[start : start + length]
