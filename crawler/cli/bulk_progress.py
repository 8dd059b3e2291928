"""How a bulk run goes, in a line."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from crawler.cli.progress import Line, line
from pipelines.bulk.run import Step, Watcher
from pipelines.bulk.values import Done

_NAMES = {"gather": "learning what sites repeat", "extract": "extracting", "duplicates": "looking for near-duplicates"}


@contextmanager
def watched(total: int) -> Iterator[tuple[Watcher, Counter[str]]]:
    """What tells how a run of ``total`` tasks goes, and the records of this call by what came of them."""
    course = _Course(total)
    with line(course.said) as course.line:
        yield Watcher(course.step, course.note, course.done), course.seen


class _Course:
    line: Line

    def __init__(self, total: int) -> None:
        self._total, self._done, self._began = total, 0, time.monotonic()
        self._lock = Lock()
        self.seen: Counter[str] = Counter()

    def step(self, step: Step) -> None:
        """Begin a bar of its own."""
        self.line.begin(_NAMES[step.name], sum(task.size for task in step.tasks))
        if step.name != "duplicates":
            self._done, self._began = step.before, time.monotonic()
            self.seen.clear()

    def note(self, what: str, count: int) -> None:
        """Records, as their fate is known. From several threads."""
        with self._lock:
            self.seen[what] += count
            self.line.advance()

    def done(self, done: Done) -> None:
        """A task that is written."""
        with self._lock:
            self._done += 1
            self.line.advance(done.task.size)

    def said(self) -> str:
        """How far it is."""
        records, pace = self.seen.total(), self.seen.total() / max(time.monotonic() - self._began, 0.1)
        kept = self.seen["kept"]
        return f"{self._done:,} of {self._total:,} parts, {records:,} records, {pace:,.0f}/s, {kept:,} kept"
