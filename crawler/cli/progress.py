"""How a verb that takes long says that it goes on: a bar on a terminal, in a log a line every half minute."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from crawler.cli.common import err
from crawler.cli.plain import duration

OFTEN, EVERY = 0.2, 30.0
"""Seconds between two words on a terminal, and between two lines in a log."""


class Line:
    """A bar with words beside it: what ``said`` gives whenever it is time for new ones, else the share that is done."""

    def __init__(self, progress: Progress, said: Callable[[], str] | None = None) -> None:
        self._progress, self._said = progress, said or self._share
        self._bar: TaskID | None = None
        self._what, self._work, self._done = "", 0.0, 0.0
        self._began = self._told = time.monotonic()

    def begin(self, what: str, work: float = 0) -> None:
        """A bar of its own for what comes now; without its ``work`` it only shows that something goes on."""
        if self._bar is not None:
            self._progress.remove_task(self._bar)
        self._bar = self._progress.add_task(what, total=work or None, said="")
        self._what, self._work, self._done, self._began = what, work, 0, time.monotonic()

    def rename(self, what: str) -> None:
        """The same bar goes on with something else."""
        assert self._bar is not None
        self._what = what
        self._progress.update(self._bar, description=what)

    def advance(self, work: float = 0) -> None:
        """So much more of the work is done."""
        assert self._bar is not None
        self._done += work
        self._progress.advance(self._bar, work)
        now = time.monotonic()
        if now - self._told < (OFTEN if err.is_terminal else EVERY):
            return
        self._told, said = now, self._said()
        self._progress.update(self._bar, said=said)
        if not err.is_terminal:
            err.print(f"{self._what}{said and ': '}{said}{self._left(now)}", markup=False)

    def _share(self) -> str:
        return f"{self._done / self._work:.0%} done" if self._work else ""

    def _left(self, now: float) -> str:
        if not 0 < self._done < self._work:
            return ""
        return f", {duration((now - self._began) * (self._work - self._done) / self._done)} left"


@contextmanager
def line(said: Callable[[], str] | None = None) -> Iterator[Line]:
    """A line on standard error for as long as the block takes."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        yield Line(progress, said)
