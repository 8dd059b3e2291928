"""``newsmint runs`` and ``newsmint failures``: what the crawls did, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

import click
from rich.table import Table
from rich.text import Text

from crawler.cli.common import err, json_option, out, print_json, store_option
from crawler.cli.plain import cell, duration, moment, plain_table
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
    for each in found:
        _print_failure(each)
    if len(found) == limit:
        err.print(f"the last {limit}; --limit shows more")


def run_table(summaries: Iterable[SourceSummary]) -> Table:
    """A run as a table a person can read: one line a source, the sums below."""
    summaries = list(summaries)
    names = ["fetched", "new", "updated", "unchanged"] + ["recleaned"] * any(each.recleaned for each in summaries)
    counts = ["pages", *names[1:]]
    columns = ("source", *counts, "rejected", "failures", "time")
    table = plain_table(*columns, right=(*counts, "time"), footer=len(summaries) > 1)
    for column, total in zip(table.columns, _totals(summaries, names), strict=False):
        column.footer = total
    for each in summaries:
        numbers = (f"{number:,}" if number else "·" for number in (getattr(each, name) for name in names))
        failed = cell(_by_kind(each.failures), "red")
        table.add_row(cell(each.source or "—"), *numbers, cell(_by_kind(each.rejected)), failed, duration(each.seconds))
    return table


def _totals(summaries: list[SourceSummary], names: Sequence[str]) -> list[str]:
    plain_sums = [sum(getattr(each, name) for each in summaries) for name in names]
    counted = [sum(sum(getattr(each, name).values()) for each in summaries) for name in ("rejected", "failures")]
    return ["all", *(f"{total:,}" for total in plain_sums + counted)]


def _by_kind(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {kind}" for kind, number in counts.items())


def _list_runs(ctx: click.Context, found: list[Run], as_json: bool) -> None:
    if not found:
        err.print("no runs yet; `newsmint crawl` makes one")
        ctx.exit(1)
    if as_json:
        print_json(asdict(run) for run in found)
        return
    counts = ("new", "updated", "failed")
    table = plain_table("run", "started", "time", "state", *counts, "command", right=("run", "time", *counts))
    for run in found:
        state = cell(run.state, _STYLES.get(run.state, "yellow"))
        command = cell(run.command.removeprefix("newsmint "))
        table.add_row(str(run.id), moment(run.started_at), _took(run), state, *_counts(run), command)
    out.print(table, soft_wrap=False)


def _counts(run: Run) -> Iterator[str]:
    """New, updated and failed as the run noted them at its end; nothing for one that was lost or goes on."""
    for name in ("new", "updated", "failures"):
        noted = [each[name] for each in run.summary.values() if isinstance(each, Mapping) and name in each]
        total = sum(sum(it.values()) if isinstance(it, Mapping) else it for it in noted)
        yield f"{total:,}" if total else "·" if run.summary else ""


def _took(run: Run) -> str:
    began, ended = parsed(run.started_at), parsed(run.finished_at)
    return duration((ended - began).total_seconds()) if began and ended else ""


def _print_head(run: Run) -> None:
    out.print(cell(f"run {run.id}: {run.command}, {run.state}, {moment(run.started_at)} UTC {_took(run)}", "bold"))


def _print_failure(failure: Failure) -> None:
    reason = cell(failure.reason, "red" if failure.kind == "fetch" else "yellow")
    times = f"{failure.times} times, last in run" if failure.times > 1 else "run"
    about = f"  {failure.source or '—'}  {moment(failure.failed_at)}  {times} {failure.run_id}"
    detail = failure.detail if failure.detail != failure.url else None
    out.print(Text.assemble(reason, cell(detail and f": {detail}"), (about, "dim")))
    out.print(Text.assemble("  ", cell(failure.url, "blue")))
