"""The line that says how a bulk run goes: on a terminal as it is, in a log every half minute."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from crawler.cli.common import err
from pipelines.bulk.run import Step, Watcher
from pipelines.bulk.values import Done

EVERY = 30.0
"""Seconds between two lines in a log."""
_NAMES = {"gather": "learning what sites repeat", "extract": "extracting", "duplicates": "looking for near-duplicates"}


@contextmanager
def watched(total: int) -> Iterator[tuple[Watcher, Counter[str]]]:
    """What tells how a run of ``total`` tasks goes, and the records of this call by what came of them."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        line = _Line(progress, total)
        yield Watcher(line.step, line.note, line.done), line.seen


class _Line:
    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total = progress, total
        self._bar: TaskID | None = None
        self._lock = Lock()
        self._done = 0
        self._began = self._said = time.monotonic()
        self.seen: Counter[str] = Counter()

    def step(self, step: Step) -> None:
        """Begin a line of its own."""
        if self._bar is not None:
            self._progress.remove_task(self._bar)
        size = sum(task.size for task in step.tasks)
        self._bar = self._progress.add_task(_NAMES[step.name], total=size or None, said="")
        if step.name != "duplicates":
            self._done, self._began = step.before, time.monotonic()
            self.seen.clear()

    def note(self, what: str, count: int) -> None:
        """Records, as their fate is known. From several threads."""
        with self._lock:
            self.seen[what] += count
            self._say()

    def done(self, done: Done) -> None:
        """A task that is written."""
        with self._lock:
            self._done += 1
            if self._bar is not None:
                self._progress.advance(self._bar, done.task.size)
            self._say()

    def _say(self) -> None:
        now = time.monotonic()
        if now - self._said < (0.2 if err.is_terminal else EVERY):
            return
        self._said, records, kept = now, self.seen.total(), self.seen["kept"]
        pace = records / max(now - self._began, 0.1)
        said = f"{self._done:,} of {self._total:,} parts, {records:,} records, {pace:,.0f}/s, {kept:,} kept"
        if self._bar is not None:
            self._progress.update(self._bar, said=said)
        if not err.is_terminal:
            err.print(said, markup=False)
