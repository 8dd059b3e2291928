"""``newsmint crawl``: fetch what is new from the sources into the store."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from crawler.cli.common import (
    DEFAULT_DATABASE,
    NO_CONTACT,
    err,
    json_option,
    log_format_option,
    out,
    print_json,
    program,
    rules_option,
    store_option,
)
from crawler.cli.plain import moment, plain
from crawler.paths import data_path
from crawler.settings import NEWSMINT_CONTACT
from crawler.sources import Source, SourceRegistry
from pipelines.store.database import located
from pipelines.store.engine import label
from pipelines.store.times import epoch_asked_for

if TYPE_CHECKING:
    from crawler.run import Options, Result

STOPPED = 130
"""Exit code after Ctrl-C or SIGTERM."""


@click.command()
@click.argument("keys", nargs=-1, metavar="[KEY...|all]")
@click.option("--sample", is_flag=True, help="Crawl the bundled newsroom, served on this machine: no internet needed.")
@click.option(
    "--sources", "sources_file", type=click.Path(path_type=Path), metavar="FILE", help="Sources file of your own."
)
@click.option("--since", metavar="DATE", help="Go back as far as this date, not only over the newest pages.")
@click.option("--deep", is_flag=True, help="Go back as far as each route reaches.")
@click.option("--due", "due_only", is_flag=True, help="Ask only the feeds and listings whose time has come.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Fetch at most N pages of each source.")
@click.option("--dry-run", is_flag=True, help="Ask the routes, and print what would be fetched.")
@click.option("--allow-private", is_flag=True, help="These sources may be on a private network or this machine.")
@rules_option
@log_format_option
@json_option
@store_option
@click.pass_context
def crawl(
    ctx: click.Context,
    keys: tuple[str, ...],
    sample: bool,
    sources_file: Path | None,
    since: str | None,
    deep: bool,
    due_only: bool,
    limit: int | None,
    dry_run: bool,
    allow_private: bool,
    rules: Path | None,
    log_format: str | None,
    as_json: bool,
    database: str,
) -> None:
    """Fetch new and changed articles of the sources named, or of all, into the store.

    \b
    newsmint crawl coindesk decrypt
    newsmint crawl all --limit 5
    newsmint crawl coindesk --since 2026-11-01
    newsmint crawl --sample

    Without --since or --deep the newest pages of each feed, sitemap and listing are read. What is stored already is
    fetched again only when a listing says it changed or its next visit is due. Ctrl-C stops cleanly, and the next
    crawl goes on from there.
    """
    from crawler.run import Options
    from crawler.spiders.routes import Depth

    seconds = epoch_asked_for(since, "--since")
    depth = Depth(datetime.fromtimestamp(seconds, UTC) if seconds is not None else None, deep)
    known = ctx.find_object(Source)  # a worker has read the file already
    with nullcontext((known,)) if known else sources_to_crawl(keys, sample, sources_file) as sources:
        chosen = tuple(replace(source, allow_private=True) for source in sources) if allow_private else sources
        command = " ".join(["newsmint crawl", *keys, *(["--sample"] * sample)])
        own = {"NEWSMINT_RULES": str(rules) if rules else None, "NEWSMINT_LOG_FORMAT": log_format}
        given = {name: value for name, value in own.items() if value}
        options = Options(chosen, database, depth, limit, command, given, due_only=due_only)
        ctx.exit(_dry_run(options, as_json) if dry_run else _crawl(options, as_json))


@contextmanager
def sources_to_crawl(keys: Sequence[str], sample: bool, sources_file: Path | None) -> Iterator[tuple[Source, ...]]:
    """The sources to crawl; those of the sample with the server that answers for them, while the block runs."""
    if not sample:
        named = sources_file or os.environ.get("NEWSMINT_SOURCES")
        registry = SourceRegistry.load(Path(named) if named else None)
        if not keys:
            raise click.UsageError("Name sources, or say all; `newsmint sources` lists them.")
        with nullcontext():
            yield registry.select(keys)
        return
    from crawler.sample.server import serve

    registry = SourceRegistry.load(data_path("sample") / "sources.toml")
    with serve() as newsroom:
        yield tuple(
            replace(source, proxy=newsroom.proxy, allow_private=True) for source in registry.select(keys or ["all"])
        )


def _dry_run(options: Options, as_json: bool) -> int:
    from crawler.run import plan

    entries = plan(options)
    if as_json:
        print_json({"source": it.source, "url": it.url, **(it.hint.as_dict() if it.hint else {})} for it in entries)
        return 0
    for entry in entries:
        hint = entry.hint
        when = moment(hint.published_at or hint.modified_at) if hint else ""
        out.print(f"{escape(entry.source)}  {when:16}  {escape(plain(entry.url))}")
    err.print(f"{len(entries):,} page{'' if len(entries) == 1 else 's'} would be fetched; nothing was stored.")
    return 0


def _crawl(options: Options, as_json: bool) -> int:
    from crawler.run import crawl

    names = ", ".join(source.key for source in options.sources[:5])
    more = f" and {len(options.sources) - 5} more" if len(options.sources) > 5 else ""
    err.print(f"Crawling {escape(names)}{more} into {escape(label(located(options.location)))}")
    if NEWSMINT_CONTACT is None and not all(source.proxy or source.allow_private for source in options.sources):
        err.print(NO_CONTACT)
    result = crawl(options)
    if as_json:
        print_json(each.as_dict() for each in result.summaries)
    else:
        _report(options, result)
    unreached = [each for each in result.summaries if each.requests == sum(each.failures.values())]
    for each in unreached:
        reasons = ", ".join(f"{kind} {number}" for kind, number in each.failures.items())
        err.print(f"[red]{escape(each.source or '')}[/] was not reached: {escape(reasons)}")
    if result.state == "stopped":
        err.print("Stopped; what was fetched is stored, and the next crawl goes on from here.")
        return STOPPED
    return 1 if unreached else 0


def _report(options: Options, result: Result) -> None:
    """The run as a table, and how to go on from it."""
    from crawler.cli.runs import run_table

    out.print(run_table(result.summaries), soft_wrap=False)
    if not any(each.fetched or each.failures for each in result.summaries):
        out.print("Nothing new: what these sources list was fetched before, and is not due again yet.\n")
    newsmint = program()
    is_usual = str(options.location) in (os.environ.get("NEWSMINT_DATABASE_URL"), DEFAULT_DATABASE)
    database = "" if is_usual else f" --db {shlex.quote(label(located(options.location)))}"
    steps = {
        "search": f"{newsmint} search{database} bitcoin",
        "open": f"{newsmint} show{database} ID    (ids are in what search prints)",
        "export": f"{newsmint} export{database} --format jsonl -o articles.jsonl",
    }
    if any(each.failures or each.rejected for each in result.summaries):
        steps["trouble"] = f"{newsmint} failures{database} --run {result.run_id}"
    for name, line in steps.items():
        out.print(f"{name:8} {line}", markup=False)
