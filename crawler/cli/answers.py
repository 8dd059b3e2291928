"""A result of SQL for whoever asked: a table that fits the terminal, CSV, JSON lines, or a chart of bars."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, TypeVar

import click
from rich import box
from rich.table import Table
from rich.text import Text

from crawler.cli.common import err, out, print_json
from crawler.cli.plain import cell, plain
from pipelines.errors import UsageError
from pipelines.export.csv import cell as not_computed
from pipelines.store import Result
from pipelines.store.questions import Plot

ROWS = 50
"""Rows of a table on the terminal where no limit is given."""

LONGEST_CELL = 300
"""Characters of a cell that a table looks at: it could not show more."""

NARROWEST = 12
"""Characters that a column is at least shown of, or the rows are shown as records."""

MOST_BARS, MOST_SERIES = 60, 7
_OUR_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\dZ")
_COLOURS = ("cyan", "yellow", "green", "magenta", "blue", "red")
_OTHERS = "others"

Command = TypeVar("Command", bound=Callable[..., Any])


def form_options(command: Command) -> Command:
    """``--csv``, ``--json`` and ``--plot``; passed to the verb as ``form``: the name of one of them, or None."""
    forms = {
        "csv": "Print CSV with a line of names; no cell is a formula.",
        "json": "Print JSON, one object a line.",
        "plot": "Draw bars.",
    }
    for name, text in reversed(forms.items()):
        command = click.option(f"--{name}", "form", flag_value=name, help=text)(command)
    return command


def print_result(result: Result, form: str | None, plot: Plot | None = None) -> None:
    """Print what was found in the form asked for. UsageError for a plot of what has no numbers."""
    if form == "csv":
        _print_csv(result)
    elif form == "json":
        print_json({name: _jsonable(value) for name, value in row.items()} for row in result.dicts())
    elif form == "plot":
        _print_bars(result, plot or _guessed(result))
    elif result.rows:
        _print_rows(result)
    if result.more:
        err.print(f"the first {len(result.rows):,} rows; --limit shows more", markup=False)


def _print_csv(result: Result) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(map(_csv_cell, result.columns))
    writer.writerows(map(_csv_cell, row) for row in result.rows)


def _csv_cell(value: Any) -> Any:
    if not isinstance(value, str):
        return _jsonable(value)
    return not_computed(value)


def _jsonable(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def _print_rows(result: Result) -> None:
    """A table with a line a row, its widest columns cut to fit; where even that is too wide, a line a value."""
    shown = [[_shown(value) for value in row] for row in result.rows]
    columns = list(zip(*shown, strict=True))
    natural = [
        max(len(plain(name)), *(each.cell_len for each in column))
        for name, column in zip(result.columns, columns, strict=True)
    ]
    widths = fitting(natural, out.width - 2 * len(natural))
    if widths is None:
        _print_records(result.columns, shown)
        return
    table = Table(box=box.SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    for place, name in enumerate(result.columns):
        right: Literal["left", "right"] = "right" if _is_number(row[place] for row in result.rows) else "left"
        table.add_column(plain(name), justify=right, no_wrap=True, overflow="ellipsis", width=widths[place])
    for row in shown:
        table.add_row(*row)
    out.print(table, soft_wrap=False)


def fitting(natural: Sequence[int], room: int) -> list[int] | None:
    """Widths of columns that fit, the widest cut alike; None where they would be cut too short to read."""
    for widest in range(max([*natural, NARROWEST]), NARROWEST - 1, -1):
        widths = [min(each, widest) for each in natural]
        if sum(widths) <= room:
            return widths
    return None


def _print_records(names: Sequence[str], rows: list[list[Text]]) -> None:
    wide = max(len(plain(name)) for name in names)
    for row in rows:
        for name, value in zip(names, row, strict=True):
            out.print(Text.assemble((plain(name).rjust(wide), "cyan"), "  ", value), soft_wrap=False)
        out.print()


def _shown(value: Any) -> Text:
    if value is None:
        return Text("—", "dim")
    if isinstance(value, bytes):
        return Text(f"<{len(value):,} bytes>", "dim")
    if isinstance(value, float):
        return Text(f"{value:,.10g}")
    return cell(_OUR_TIME.sub(r"\1 \2", str(value)[:LONGEST_CELL]))


def _guessed(result: Result) -> Plot:
    """The first column of numbers along the first of anything else."""
    numbers = [name for place, name in enumerate(result.columns) if _is_number(row[place] for row in result.rows)]
    others = [name for name in result.columns if name not in numbers]
    if not result.rows:
        return Plot("bar", "", "")
    if not numbers or not (others or numbers[1:]):
        raise UsageError("a plot needs a column to go along and a column of numbers")
    x = (others or numbers)[0]
    return Plot("bar", x, next(name for name in numbers if name != x))


def _is_number(values: Iterable[Any]) -> bool:
    found = [value for value in values if value is not None]
    return bool(found) and all(isinstance(value, int | float) for value in found)


def _print_bars(result: Result, plot: Plot) -> None:
    """A bar a value of ``x``, in parts where there is a ``by``; rows of one ``x`` add up."""
    sums: dict[str, dict[str, float]] = {}
    for row in result.dicts():
        by = str(row[plot.by]) if plot.by else ""
        bar = sums.setdefault(str(row[plot.x]), {})
        bar[by] = bar.get(by, 0) + (row[plot.y] or 0)
    if plot.x in ("day", "month"):
        sums = dict(sorted(sums.items())[-MOST_BARS:])
    if not sums:
        return
    series = _series(sums)
    shown = list(sums.items())[:MOST_BARS]
    longest = max(max(sum(parts.values()) for _, parts in shown), 1e-9)
    names = min(max(cell(name).cell_len for name, _ in shown), 30)
    numbers = max(len(f"{sum(parts.values()):,.10g}") for _, parts in shown)
    width = max(out.width - names - numbers - 4, 10)
    for name, parts in shown:
        line = cell(name)
        line.truncate(names, overflow="ellipsis", pad=True)
        total = f"{sum(parts.values()):,.10g}".rjust(numbers)
        out.print(Text.assemble(line, " ", (total, "bold"), " ", _bar(parts, series, width / longest)), soft_wrap=False)
    if len(series) > 1:
        legend = (Text.assemble(("█ ", _COLOURS[place % 6]), cell(name)) for place, name in enumerate(series))
        out.print(Text("   ").join(legend), soft_wrap=False)
    if len(sums) > len(shown):
        err.print(f"the first {len(shown)} of {len(sums)} bars", markup=False)


def _series(sums: dict[str, dict[str, float]]) -> list[str]:
    """The largest parts by name, the rest of them together."""
    totals: dict[str, float] = {}
    for parts in sums.values():
        for name, value in parts.items():
            totals[name] = totals.get(name, 0) + value
    largest = sorted(totals, key=lambda name: -totals[name])
    return largest if len(largest) < MOST_SERIES else [*largest[: MOST_SERIES - 2], _OTHERS]


def _bar(parts: dict[str, float], series: list[str], scale: float) -> Text:
    bar = Text()
    named = [parts.get(name, 0.0) for name in series if name != _OTHERS]
    if _OTHERS in series:
        named.append(sum(parts.values()) - sum(named))
    reached = 0.0
    for place, value in enumerate(named):
        begin, reached = round(reached * scale), reached + value
        bar.append("█" * max(round(reached * scale) - begin, 0), _COLOURS[place % 6])
    return bar
