"""Plots as SVG, drawn here: no script, no request, in the colours of the page's style, with a title for who cannot see.

A plot is data for the template ``plot.svg``: where each mark stands, in units of the drawing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH, HEIGHT = 1080, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 4, 22, 40
WIDEST = 48
MOST_SERIES = 6
"""More would be colours that nobody tells apart; the rest is drawn as one."""
OTHERS = "others"
DRAWN: Any = {"json": False}
"""Metadata of fields that the page's JSON leaves out: they say where things stand, not what they are."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle. ``series``: number of its colour."""

    x: float
    y: float
    width: float
    height: float
    series: int
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A label at an axis, ``at`` units along it."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Stacked columns. ``table`` is the same in numbers: a row a column of the plot."""

    title: str
    description: str
    series: tuple[str, ...]
    table: tuple[tuple[str, tuple[float, ...]], ...]
    marks: tuple[Mark, ...] = field(metadata=DRAWN)
    x_ticks: tuple[Tick, ...] = field(metadata=DRAWN)
    y_ticks: tuple[Tick, ...] = field(metadata=DRAWN)
    width: int = field(default=WIDTH, metadata=DRAWN)
    height: int = field(default=HEIGHT, metadata=DRAWN)


def columns(title: str, days: Sequence[str], counts: Mapping[str, Mapping[str, float]]) -> Plot:
    """Stacked columns: ``counts`` has series → day → number; the largest series at the bottom."""
    series = _joined(counts)
    totals = [sum(each.get(day, 0) for each in series.values()) for day in days]
    top = _round_up(max(totals, default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(days), 1)
    scale = (HEIGHT - TOP - BOTTOM) / top
    marks = []
    for place, day in enumerate(days):
        y = float(HEIGHT - BOTTOM)
        for number, (name, values) in enumerate(series.items()):
            if count := values.get(day, 0):
                y -= count * scale
                width = min(step * 0.8, WIDEST)
                x = LEFT + (place + 0.5) * step - width / 2
                said = f"{day}: {count:,} {name}" if name else f"{day}: {count:,}"
                marks.append(Mark(round(x, 1), round(y, 1), round(width, 1), round(count * scale, 1), number, said))
    return Plot(
        title,
        f"{sum(totals):,} in all, {max(totals, default=0):,} on the busiest of {len(days)} days.",
        series=tuple(series),
        table=tuple((day, tuple(each.get(day, 0) for each in series.values())) for day in days),
        marks=tuple(marks),
        x_ticks=tuple(Tick(round(LEFT + (place + 0.5) * step, 1), days[place][5:]) for place in _spread(len(days), 8)),
        y_ticks=tuple(Tick(round(HEIGHT - BOTTOM - value * scale, 1), f"{value:,}") for value in (0, top // 2, top)),
    )


def bars(values: Sequence[tuple[str, float]]) -> list[tuple[str, float, float]]:
    """Label, value, and share of the largest in percent, for bars that stand beside their words."""
    most = max((value for _, value in values), default=0) or 1
    return [(label, value, round(100 * value / most, 1)) for label, value in values]


def _joined(counts: Mapping[str, Mapping[str, float]]) -> dict[str, Mapping[str, float]]:
    """The series, the largest first, the small ones as one."""
    ordered = sorted(counts, key=lambda name: (-sum(counts[name].values()), name))
    if len(ordered) <= MOST_SERIES + 1:
        return {name: counts[name] for name in ordered}
    rest: dict[str, float] = {}
    for name in ordered[MOST_SERIES:]:
        for day, count in counts[name].items():
            rest[day] = rest.get(day, 0) + count
    return {name: counts[name] for name in ordered[:MOST_SERIES]} | {OTHERS: rest}


def _round_up(value: float) -> int:
    """An even number at the top of the axis that is easy to halve."""
    if value <= 2:
        return 2
    size: int = 10 ** math.floor(math.log10(value))
    tops = (round(size * factor) for factor in (1, 1.2, 1.4, 1.6, 2, 3, 4, 5, 6, 8, 10))
    return next(top for top in tops if top >= value and top % 2 == 0)


def _spread(count: int, most: int) -> range:
    """So many places out of ``count``, evenly, that their labels do not meet."""
    return range(0, count, max(1, math.ceil(count / most)))
