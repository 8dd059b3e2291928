"""The copy itself: part by part, a batch a transaction; what a killed copy has left is checked, then gone on with.

A copy is of one state of its source. Where a copy goes on later, the source may have changed: what was copied of a
table is compared with the source as it is now, and a table whose rows are others now is begun anew.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from pipelines.errors import UsageError
from pipelines.store.advisory import STORE, holders
from pipelines.store.copying.compare import Compared, compare_stores, compared, summed
from pipelines.store.copying.parts import PARTS, Part
from pipelines.store.copying.snapshot import Snapshot, snapshot
from pipelines.store.copying.sums import Row, Sum, fitted, plain
from pipelines.store.copying.target import Progress, Target, nothing, target
from pipelines.store.copying.watching import QUIET, Watcher
from pipelines.store.engine import Location, explained, label, make_engine
from pipelines.store.lock import crawl_holder, crawl_lock

BATCH_ROWS = 10_000
BATCH_BYTES = 8_000_000
"""What a transaction holds at most, and the memory with it."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a copy came to: every part; whether it was copied now; rows that PostgreSQL does not hold as they were."""

    parts: list[Compared]
    copied: bool
    fitted: int

    @property
    def ok(self) -> bool:
        """Whether the copy is equal, whole, and open to all."""
        return all(each.ok for each in self.parts)


def copy_store(
    source: Location, destination: Location, watcher: Watcher = QUIET, *, batch_rows: int = BATCH_ROWS
) -> Report:
    """Copy a store into an empty one or a new one, or go on with that; compare both; then let others in.

    A destination with as many rows in each table is only compared. Where something differs, the copy stays unfinished
    and its next start copies those tables anew. Raises UsageError for a destination that holds something else,
    StoreBusy where another process works on it, and what ``snapshot`` raises for the source.
    """
    if _identity(source) == _identity(destination):
        raise UsageError(f"{label(source)}: both ends of the copy are the same store")
    with snapshot(source) as state, target(destination) as into, crawl_lock(destination, "newsmint copy"):
        if not into.claim(_identity(source)):
            _refuse_others(state, source, destination)
            return Report(compare_stores(source, destination, watcher), copied=False, fitted=0)
        return _Copy(state, into, isinstance(source, URL) or isinstance(destination, URL), watcher, batch_rows).run()


def crawling(location: Location) -> str | None:
    """Who crawls into a store just now, as a phrase: its copy will not have what comes in from now on."""
    if isinstance(location, Path):
        return crawl_holder(location)
    engine = make_engine(location, readonly=True)
    try:
        with explained(location), engine.connect() as conn:
            found = holders(conn, [STORE])
    finally:
        engine.dispose()
    return f"{found[0].who} has been at it" if found else None


class _Copy:
    def __init__(self, source: Snapshot, into: Target, fits: bool, watcher: Watcher, batch_rows: int) -> None:
        self._source, self._into, self._fits = source, into, fits
        self._watcher = watcher
        self._batch_rows = batch_rows
        self._fitted = 0

    def run(self) -> Report:
        self._watcher.total(2 * sum(self._source.count(part) * part.weight for part in PARTS))
        sums = {part: self._copy(part) for part in PARTS}
        found = self._compared(sums)
        if all(each.ok for each in found):
            self._watcher.step("making indexes, search and sums")
            self._into.finish()
        else:
            for part, each in zip(PARTS, found, strict=True):
                if not each.ok:
                    self._into.empty(part)
        return Report(found, copied=True, fitted=self._fitted)

    def _compared(self, sums: dict[Part, Progress]) -> list[Compared]:
        found = []
        with snapshot(self._into.location, unfinished=True) as copied:
            for part, progress in sums.items():
                self._watcher.step(f"comparing {part.name}")
                began = time.monotonic() - progress.seconds
                found.append(compared(self._source, copied, part, progress.done, self._fits, began, self._watcher))
        return found

    def _copy(self, part: Part) -> Progress:
        """Copy what is missing of a part; return what it then has."""
        self._watcher.step(f"copying {part.name}")
        progress = self._stands(part)
        began, done = time.monotonic() - progress.seconds, progress.done
        for rows in self._batches(part, progress.last, done):
            last = self._source.place(part, rows[-1])
            progress = Progress(done, last, time.monotonic() - began)
            self._into.add(part, rows, progress)
            self._watcher.advance(len(rows) * part.weight)
        return progress

    def _stands(self, part: Part) -> Progress:
        """How far a part is; nothing, where the source has other rows up to there by now."""
        progress = self._into.progress(part)
        if progress.last is None:
            return progress
        rows = self._fit(part, self._source.upto(part, progress.last))
        found = summed(map(plain(part), rows))
        if found.digest != progress.done.digest:
            self._into.empty(part)
            return nothing()
        self._watcher.advance(found.rows * part.weight)
        return progress

    def _batches(self, part: Part, after: Row | None, done: Sum) -> Iterator[list[Row]]:
        """The rows after a key, a transaction's at a time, summed up into ``done``."""
        form = plain(part)
        batch: list[Row] = []
        size = 0
        for row in self._fit(part, self._source.after(part, after)):
            batch.append(row)
            size += done.add(form(row))
            if len(batch) >= self._batch_rows or size >= BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _fit(self, part: Part, rows: Iterator[Row]) -> Iterator[Row]:
        if not self._fits:
            yield from rows
            return
        fit = fitted(part)
        for row in rows:
            made = fit(row)
            self._fitted += made is not row
            yield made


def _identity(location: Location) -> str:
    """Where a store is, without who asks: the same for each start of a copy."""
    if isinstance(location, Path):
        return str(location.resolve())
    query = {name: value for name, value in location.query.items() if name in ("host", "port")}
    bare = URL.create("postgresql", host=location.host, port=location.port, database=location.database, query=query)
    return bare.render_as_string()


def _refuse_others(state: Snapshot, source: Location, destination: Location) -> None:
    """Raise UsageError for a destination that does not have as many rows as the source."""
    with snapshot(destination) as other:
        for part in PARTS:
            there, here = other.count(part), state.count(part)
            if there != here:
                raise UsageError(
                    f"{label(destination)}: holds something already ({part.name}: {there:,} rows, {here:,} in "
                    f"{label(source)}); copy into a new file or an empty database"
                )
