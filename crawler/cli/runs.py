"""``newsmint runs`` and ``newsmint failures``: what the crawls did, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

import click
from rich.table import Table

from crawler.cli.common import err, json_option, out, print_json, store_option
from crawler.cli.plain import cell, day, duration
from pipelines.errors import MissingInput
from pipelines.store import open_store
from pipelines.store import runs as store_runs
from pipelines.store.runs import Failure, Run, SourceSummary
from pipelines.store.times import parsed

_STYLES = {"done": "green", "running": "cyan", "failed": "red", "lost": "red"}


@click.command()
@click.argument("run_id", type=int, required=False)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many runs.")
@json_option
@store_option
@click.pass_context
def runs(ctx: click.Context, run_id: int | None, limit: int, as_json: bool, database: str) -> None:
    """List the last runs; with RUN_ID, what that run did at each source.

    \b
    newsmint runs
    newsmint runs 12
    """
    with open_store(database, readonly=True) as store, store.connect() as conn:
        if run_id is None:
            _list_runs(ctx, store_runs.runs(conn, limit), as_json)
            return
        run = store_runs.load_run(conn, run_id)
        if run is None:
            raise MissingInput(f"no run {run_id}; `newsmint runs` lists them")
        summaries = store_runs.run_summary(conn, run_id)
    if as_json:
        print_json([{**asdict(run), "by_source": [each.as_dict() for each in summaries]}])
        return
    _print_head(run)
    out.print(run_table(summaries), soft_wrap=False)


@click.command()
@click.option("--source", metavar="KEY", help="Only this source.")
@click.option(
    "--run", "run_id", type=int, metavar="ID", help="Only this run; else all URLs that have not been well since."
)
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="How many URLs.")
@json_option
@store_option
@click.pass_context
def failures(
    ctx: click.Context, source: str | None, run_id: int | None, limit: int, as_json: bool, database: str
) -> None:
    """List URLs that gave no article: fetches that failed and pages that were refused, each with its last reason.

    \b
    newsmint failures --source coindesk
    newsmint failures --run 12 --json
    """
    with open_store(database, readonly=True) as store, store.connect() as conn:
        found = store_runs.failures(conn, source=source, run_id=run_id, limit=limit)
    if not found:
        err.print("nothing failed")
        ctx.exit(1)
    if as_json:
        print_json(each.as_dict() for each in found)
        return
    out.print(_failure_table(found), soft_wrap=False)
    if len(found) == limit:
        err.print(f"the last {limit}; --limit shows more")


def run_table(summaries: Iterable[SourceSummary]) -> Table:
    """A run as a table a person can read: one line a source, the sums below."""
    summaries = list(summaries)
    table = Table(show_footer=len(summaries) > 1, footer_style="bold")
    table.add_column("source", "all", overflow="fold")
    for name in ("fetched", "new", "updated", "unchanged"):
        total = sum(getattr(each, name) for each in summaries)
        table.add_column("pages" if name == "fetched" else name, f"{total:,}", justify="right")
    table.add_column("rejected", f"{sum(sum(each.rejected.values()) for each in summaries):,}", overflow="fold")
    table.add_column("failures", f"{sum(sum(each.failures.values()) for each in summaries):,}", overflow="fold")
    table.add_column("time", justify="right")
    for each in summaries:
        numbers = (
            f"{number:,}" if number else "·" for number in (each.fetched, each.new, each.updated, each.unchanged)
        )
        failed = cell(_by_kind(each.failures), "red")
        table.add_row(cell(each.source or "—"), *numbers, cell(_by_kind(each.rejected)), failed, duration(each.seconds))
    return table


def _by_kind(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {kind}" for kind, number in counts.items())


def _list_runs(ctx: click.Context, found: list[Run], as_json: bool) -> None:
    if not found:
        err.print("no runs yet; `newsmint crawl` makes one")
        ctx.exit(1)
    if as_json:
        print_json(asdict(run) for run in found)
        return
    table = Table()
    for name in ("run", "started", "time", "state", "command", "sources"):
        table.add_column(name, justify="right" if name in ("run", "time") else "left", overflow="fold")
    for run in found:
        state = cell(run.state, _STYLES.get(run.state, "yellow"))
        table.add_row(str(run.id), day(run.started_at), _took(run), state, cell(run.command), cell(_named(run.sources)))
    out.print(table, soft_wrap=False)


def _named(sources: tuple[str, ...]) -> str:
    return ", ".join(sources) if len(sources) <= 5 else f"{', '.join(sources[:4])} and {len(sources) - 4} more"


def _took(run: Run) -> str:
    began, ended = parsed(run.started_at), parsed(run.finished_at)
    return duration((ended - began).total_seconds()) if began and ended else ""


def _print_head(run: Run) -> None:
    out.print(cell(f"run {run.id}: {run.command}, {run.state}, {day(run.started_at)} UTC {_took(run)}", "bold"))


def _failure_table(found: list[Failure]) -> Table:
    table = Table()
    for name in ("last", "source", "kind", "reason", "times", "run", "URL and detail"):
        table.add_column(name, justify="right" if name in ("times", "run") else "left", overflow="fold")
    for each in found:
        what = cell(each.url)
        if each.detail:
            what.append_text(cell(f"\n{each.detail}", "dim"))
        reason = cell(each.reason, "red" if each.kind == "fetch" else "yellow")
        numbers = (str(each.times), str(each.run_id))
        table.add_row(day(each.failed_at), cell(each.source), each.kind, reason, *numbers, what)
    return table
