"""``newsmint failures`` and ``newsmint retry``: what gave no article, and back into the queue with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import click
from rich.table import Table
from rich.text import Text

from crawler.cli.common import err, json_option, out, print_json, store_option
from crawler.cli.plain import cell, moment, plain_table
from pipelines.errors import UsageError
from pipelines.store import failures as store_failures
from pipelines.store import open_store
from pipelines.store.failures import Failure, FailureCount


@click.command()
@click.option("--source", metavar="KEY", help="Only this source.")
@click.option("--kind", metavar="KIND", help="Only this kind of failure or reason of refusal: timeout, listing, …")
@click.option(
    "--run", "run_id", type=int, metavar="ID", help="Only this run; else all URLs that have not been well since."
)
@click.option("--by", type=click.Choice(["kind", "source"]), help="Count them, instead of listing each.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="How many URLs.")
@json_option
@store_option
@click.pass_context
def failures(
    ctx: click.Context,
    source: str | None,
    kind: str | None,
    run_id: int | None,
    by: Literal["kind", "source"] | None,
    limit: int,
    as_json: bool,
    database: str,
) -> None:
    """List URLs that gave no article: fetches that failed and pages that were refused, each with its last reason.

    \b
    newsmint failures --by kind
    newsmint failures --source coindesk --kind timeout
    newsmint failures --run 12 --json

    Where a page was kept, `newsmint reextract` can read it again. `newsmint retry` fetches again.
    """
    found: list[FailureCount] | list[Failure]
    with open_store(database, readonly=True) as store, store.connect() as conn:
        if by:
            found = store_failures.failure_counts(conn, by, source=source, run_id=run_id, reason=kind)
        else:
            found = store_failures.failures(conn, source=source, run_id=run_id, reason=kind, limit=limit)
    if not found:
        err.print("nothing failed")
        ctx.exit(1)
    if as_json:
        print_json(each.as_dict() for each in found)
    else:
        _print(found, by)
    if not by and len(found) == limit:
        err.print(f"the last {limit}; --limit shows more, --by kind counts them")


@click.command()
@click.argument("urls", nargs=-1, metavar="[URL...]")
@click.option("--source", "sources", multiple=True, metavar="KEY", help="Those of this source; may be repeated.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Those of this kind, as `failures` names it.")
@click.option("--all", "everything", is_flag=True, help="All that ever failed or were refused.")
@store_option
@click.pass_context
def retry(
    ctx: click.Context,
    urls: tuple[str, ...],
    sources: tuple[str, ...],
    kinds: tuple[str, ...],
    everything: bool,
    database: str,
) -> None:
    """Put URLs that failed or were refused back into the queue, those that were given up too.

    \b
    newsmint retry --kind timeout --kind http_503
    newsmint retry --source coindesk
    newsmint retry https://example.com/news/a-story

    The next crawl of their source fetches them. Feeds and sitemaps need no retry: every crawl asks them anew.
    """
    if not (urls or sources or kinds or everything):
        raise click.UsageError("Say which: URLs, --source, --kind, or --all.")
    if everything and (urls or sources or kinds):
        raise UsageError("--all goes alone: it means every URL of every source and kind")
    with open_store(database, create=False) as store, store.begin() as conn:
        count = store_failures.retry(conn, urls, sources=sources, reasons=kinds)
    if not count:
        err.print("no such URL has failed or was refused; `newsmint failures` lists them")
        ctx.exit(1)
    out.print(f"{count:,} URL{'' if count == 1 else 's'} in the queue again; the next crawl fetches them")


def _print(found: list[FailureCount] | list[Failure], by: str | None) -> None:
    if by:
        out.print(_count_table([each for each in found if isinstance(each, FailureCount)], by), soft_wrap=False)
        return
    for each in found:
        if isinstance(each, Failure):
            _print_failure(each)


def _count_table(counts: Iterable[FailureCount], by: str) -> Table:
    first = ["kind", "source"] if by == "kind" else ["source", "kind"]
    table = plain_table(*first, "urls", "kept", "last", "its address, and what it said", right=("urls", "kept"))
    for each in counts:
        reason = cell(each.reason, "red" if each.kind == "fetch" else "yellow")
        names = [reason, cell(each.source or "—")]
        about = cell(each.url, "blue")
        if each.detail and each.detail != each.url:
            about = Text.assemble(about, "\n", cell(each.detail[:200], "dim"))
        kept = f"{each.kept:,}" if each.kept else "·"
        table.add_row(*(names if by == "kind" else names[::-1]), f"{each.urls:,}", kept, moment(each.last_at), about)
    return table


def _print_failure(failure: Failure) -> None:
    reason = cell(failure.reason, "red" if failure.kind == "fetch" else "yellow")
    times = f"{failure.times} times, last in run" if failure.times > 1 else "run"
    page = "page kept" if failure.page_id is not None else "no page"
    about = f"  {failure.source or '—'}  {moment(failure.failed_at)}  {times} {failure.run_id}, {page}"
    detail = failure.detail if failure.detail != failure.url else None
    out.print(Text.assemble(reason, cell(detail and f": {detail}"), (about, "dim")))
    out.print(Text.assemble("  ", cell(failure.url, "blue")))
