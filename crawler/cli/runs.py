"""``newsmint runs``: what the crawls did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

import click
from rich.table import Table
from rich.text import Text

from crawler.cli.common import err, json_option, out, print_json, store_option
from crawler.cli.plain import cell, duration, moment, plain_table, size
from pipelines.errors import MissingInput
from pipelines.store import open_store
from pipelines.store import runs as store_runs
from pipelines.store.runs import Run
from pipelines.store.summaries import SourceSummary, run_summary
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
        summaries = run_summary(conn, run_id)
    if as_json:
        print_json([{**asdict(run), "by_source": [each.as_dict() for each in summaries]}])
        return
    _print_head(run)
    out.print(run_table(summaries), soft_wrap=False)
    _print_foot(run, summaries)


def run_table(summaries: Iterable[SourceSummary]) -> Table:
    """A run as a table a person can read: one line a source, the sums below."""
    summaries = list(summaries)
    counts = ["pages", "new", "updated", "same", *["recleaned"] * any(each.recleaned for each in summaries)]
    columns = ("source", *counts, "rejected", "failures", "size", "time")
    table = plain_table(*columns, right=(*counts, "size", "time"), footer=len(summaries) > 1)
    for column, total in zip(table.columns, _totals(summaries, counts), strict=False):
        column.footer = total
    for each in summaries:
        numbers = (f"{number:,}" if number else "·" for number in (_number(each, name) for name in counts))
        trouble = cell(_by_kind(each.rejected)), cell(_by_kind(each.failures), "red")
        table.add_row(cell(each.source or "—"), *numbers, *trouble, size(each.size), duration(each.seconds))
    return table


def _number(each: SourceSummary, name: str) -> int:
    """``pages``: all that were fetched; ``same``: those that are as before, by their text or by the server's word."""
    special = {"pages": each.fetched, "same": each.unchanged + each.not_modified}
    return special[name] if name in special else int(getattr(each, name))


def _totals(summaries: list[SourceSummary], names: Sequence[str]) -> list[str]:
    plain_sums = [sum(_number(each, name) for each in summaries) for name in names]
    counted = [sum(sum(getattr(each, name).values()) for each in summaries) for name in ("rejected", "failures")]
    return ["all", *(f"{total:,}" for total in plain_sums + counted), size(sum(each.size for each in summaries))]


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


def _print_foot(run: Run, summaries: list[SourceSummary]) -> None:
    """What the table has no room for: how pages were found, what extraction took, and by which versions."""
    asked, listed = (
        sum((Counter(getattr(it, name)) for it in summaries), Counter()) for name in ("routes", "listings")
    )
    pages = sum(each.fetched - each.not_modified for each in summaries)
    seconds, slowest = sum(each.extract_seconds for each in summaries), max((it.slowest for it in summaries), default=0)
    lines = {
        "requests": f"{sum(each.requests for each in summaries):,}: {_by_kind(asked)}",
        "listings": _by_kind(listed),
        "robots.txt": _forbidden(sum(each.robots for each in summaries)),
        "extraction": f"{duration(seconds)}, {seconds / pages:.3f} s a page, {slowest:.1f} s at most" if pages else "",
        "versions": ", ".join(f"{name} {version}" for name, version in run.versions.items() if name != "extractor"),
        "extractor": run.versions.get("extractor", ""),
    }
    for name, line in lines.items():
        if line:
            out.print(Text.assemble((f"{name:11}", "dim"), cell(line)), soft_wrap=False)


def _forbidden(count: int) -> str:
    return f"forbade {count:,} requests" if count else ""
