"""``newsmint quality``: what the usual rule sets for training text say of the articles."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crawler.cli.common import err, json_option, out, print_json, store_option
from crawler.cli.plain import plain_table
from pipelines.quality import RULE_SETS
from pipelines.store import Store, open_store
from pipelines.store.lock import crawl_lock
from pipelines.store.quality import Passed, count_unmeasured, measure_batch, passed


@click.command()
@json_option
@store_option
@click.pass_context
def quality(ctx: click.Context, as_json: bool, database: str) -> None:
    """Show how many articles pass the rules of Gopher, FineWeb and C4, source by source.

    Articles are measured as they are stored; those that an older Newsmint stored or measured are measured first.
    Nothing is left out of the store because of it, and of a data set only where you ask for it.
    """
    with open_store(database, create=False) as store:
        _catch_up(store)
        with store.connect() as conn:
            rows = list(passed(conn))
    if as_json:
        print_json(asdict(row) for row in rows)
    elif rows:
        _print(rows)
    else:
        err.print("no article is stored yet")
    ctx.exit(0 if rows else 1)


def _catch_up(store: Store) -> None:
    with store.connect() as conn:
        total = count_unmeasured(conn)
    if not total:
        return
    columns = (TextColumn("measuring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        crawl_lock(store.location, "newsmint quality", ["quality"]),
        Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress,
    ):
        task, after, count = progress.add_task("measuring", total=total), 0, 1
        while count:
            with store.begin() as conn:
                count, after = measure_batch(conn, after)
            progress.advance(task, count)


def _print(rows: list[Passed]) -> None:
    table = plain_table("source", "articles", "applies", *RULE_SETS, right=("articles", "applies", *RULE_SETS))
    for row in rows:
        shares = (f"{getattr(row, name) / row.applies:.0%}" if row.applies else "" for name in RULE_SETS)
        table.add_row(row.source or "", f"{row.articles:,}", f"{row.applies:,}", *shares)
    out.print(table, soft_wrap=False)
