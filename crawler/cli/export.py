"""``newsmint export``: the clean articles as a file."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.common import err, store_option
from crawler.cli.plain import size
from pipelines.export import FORMATS, export_articles
from pipelines.store import open_store
from pipelines.store.times import epoch_asked_for


@click.command()
@click.option("--format", "name", type=click.Choice(list(FORMATS)), help="Default: by the ending of -o, else jsonl.")
@click.option("--source", metavar="KEY", help="Only articles of this source.")
@click.option("--since", metavar="DATE", help="Only articles published at or after this day or time.")
@click.option("--until", metavar="DATE", help="Only articles published before this day or time.")
@click.option("-o", "--output", default="-", metavar="FILE", help="Default: standard output.")
@store_option
@click.pass_context
def export(
    ctx: click.Context,
    name: str | None,
    source: str | None,
    since: str | None,
    until: str | None,
    output: str,
    database: str,
) -> None:
    """Write articles to a file, by time of publication. The file appears whole or not at all.

    \b
    newsmint export --since 2026-11-01 -o november.jsonl
    newsmint export --format csv --source coindesk > coindesk.csv
    """
    target = None if output == "-" else Path(output)
    chosen = name or (target.suffix.lstrip(".") if target and target.suffix.lstrip(".") in FORMATS else "jsonl")
    times = {"since": epoch_asked_for(since, "--since"), "until": epoch_asked_for(until, "--until")}
    with open_store(database, readonly=True) as store:
        done = export_articles(store.articles(source=source, **times), FORMATS[chosen], target)
    if target:
        err.print(f"{done.articles:,} articles, {size(done.size)}: {target}", markup=False)
    if not done.articles:
        err.print("no article matches")
        ctx.exit(1)
