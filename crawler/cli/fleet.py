"""What the workers of a shared store are to visit, set and shown: the part of ``newsmint schedule`` for fleets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from crawler.cli.common import err, out
from crawler.cli.plain import plain
from crawler.cli.worker import need_queue, shared
from crawler.sources import SourceRegistry
from pipelines.errors import UsageError
from pipelines.health.pace import spoken
from pipelines.store import open_store
from pipelines.store.times import now

if TYPE_CHECKING:
    from crawler.fleet.schedule import Change, Entry


def set_visits(
    keys: Sequence[str],
    sources_file: Path | None,
    database: str,
    every: float | None,
    queue: str | None,
    *,
    dry_run: bool,
) -> None:
    """Make the sources named, or all, the visits of a queue, and print the schedule. Raises what the store raises."""
    url = shared(database)
    need_queue()
    from crawler.fleet.queue import Procrastinate
    from crawler.fleet.schedule import QUEUE, Schedule
    from crawler.fleet.seam import Visit
    from crawler.fleet.sites import sites

    registry = SourceRegistry.load(sources_file)
    chosen = registry.select(keys or ["all"])
    if not chosen:
        raise UsageError(f"{sources_file or 'the list'}: has no source; add one with `newsmint sources add URL`")
    site = sites(registry)
    with open_store(database) as store:
        engine = Procrastinate(store.engine, url, replace=True)
        engine.prepare()
        schedule = Schedule(store.engine, url)
        visits = [Visit(source.key, site[source.key], queue or QUEUE) for source in chosen]
        change = schedule.set(visits, every, dry_run=dry_run)
        entries = schedule.entries()
        if not dry_run:
            engine.plan()
    out.print(_table(entries), soft_wrap=False)
    err.print(_said(change, dry_run=dry_run), markup=False)


def _table(entries: Sequence[Entry]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("source", "queue", "site", "pace", "due", "last visit"):
        table.add_column(name, overflow="fold")
    for entry in entries:
        table.add_row(*map(escape, _row(entry, now())))
    return table


def _row(entry: Entry, moment: datetime) -> tuple[str, ...]:
    pace = f"every {spoken(entry.every)}" if entry.every else f"~ {spoken(entry.pace)}" if entry.pace else "as it comes"
    wait = (entry.due_at - moment).total_seconds() if entry.due_at else 0.0
    due = "now" if wait <= 0 else f"in {spoken(wait)}"
    again = f" ({entry.failures} in a row)" if entry.failures > 1 else ""
    return entry.source, entry.queue, entry.site, pace, due, f"{plain(entry.outcome or 'none yet')}{again}"


def _said(change: Change, *, dry_run: bool) -> str:
    said = [
        f"{len(keys):,} {what}: {', '.join(keys[:5])}{' …' if len(keys) > 5 else ''}"
        for what, keys in (("added", change.added), ("changed", change.changed), ("removed", change.removed))
        if keys
    ]
    done = "; ".join(said) or "Nothing has changed."
    return f"Would be {done}" if dry_run and said else done
