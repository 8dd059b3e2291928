"""``newsmint enrich``: what is read out of articles is read anew where code or data have changed since."""

from __future__ import annotations

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crawler.cli.common import err, out, store_option
from pipelines.store import open_store
from pipelines.store.backfill import count_stale, enrich_again
from pipelines.store.lock import crawl_lock

_COLUMNS = (TextColumn("enriching"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


@click.command()
@store_option
def enrich(database: str) -> None:
    """Find assets, credits, labels and stories again in the articles that an older version read, or none.

    Nothing is fetched, and no text changes. May be stopped: the next call goes on where this one was.
    """
    with open_store(database, create=False) as store, crawl_lock(store.location, "newsmint enrich", ["enrich"]):
        with store.connect() as conn:
            stale = count_stale(conn)
        with Progress(*_COLUMNS, console=err, transient=True, disable=not err.is_terminal) as progress:
            task = progress.add_task("enriching", total=stale)
            done = 0
            for count in enrich_again(store):
                done += count
                progress.advance(task, count)
    out.print(f"{done:,} articles enriched" if done else "all articles are as the present version reads them")
