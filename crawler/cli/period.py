"""Spans of time as people write them on a command line: ``90s``, ``10m``, ``2h``, ``1d``."""

from __future__ import annotations

import re

import click

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}

_SPAN = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([smhd])")


class Period(click.ParamType[float, str]):
    """A click type whose values are seconds."""

    name = "duration"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        found = _SPAN.fullmatch(value.strip().lower())
        if found is None or float(found[1]) <= 0:
            self.fail(f"{value!r} is not a span of time; write 90s, 10m, 2h or 1d", param, ctx)
        return float(found[1]) * UNITS[found[2]]
