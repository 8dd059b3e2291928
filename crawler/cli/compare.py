"""``newsmint compare``: what another extractor would make of the stored pages, before anyone switches."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from crawler.cli.common import err, json_option, out, print_json, rules_option, store_option
from crawler.cli.plain import cell, plain_table
from pipelines.errors import CannotWrite
from pipelines.store import open_store
from pipelines.store.database import located
from pipelines.store.engine import Location
from pipelines.store.times import epoch_asked_for, utc_text

if TYPE_CHECKING:
    from crawler.compare import Compared
    from pipelines.compare.difference import Difference
    from pipelines.compare.tally import SourceTally, Tally

WORST = 5
"""Pages listed on the terminal."""


@click.command()
@click.option("--with", "other", required=True, metavar="REV|MODEL|RULES", help="The extractor to compare with.")
@click.option("--source", metavar="KEY", help="Only pages of this source.")
@click.option("--since", metavar="DATE", help="Only pages fetched since this day.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the newest N pages of each source.")
@click.option("--reverse", is_flag=True, help="Show what the present extractor changes against the other.")
@click.option(
    "-o",
    "output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="DIFF.html",
    help="The page to look at.  [default: beside the store; none with --json]",
)
@rules_option
@json_option
@store_option
@click.pass_context
def compare(
    ctx: click.Context,
    other: str,
    source: str | None,
    since: str | None,
    limit: int | None,
    reverse: bool,
    output: Path | None,
    rules: Path | None,
    as_json: bool,
    database: str,
) -> None:
    """Extract stored pages with another extractor too, and say what would change. Nothing is stored.

    REV is a git revision, where newsmint runs from a checkout; MODEL a model file or folder; RULES a rules file, which
    is added or takes the place of the one of its name, or a folder of rules, which takes the place of all.

    \b
    newsmint compare --with rules.toml --limit 200
    newsmint compare --with HEAD~3 --source coindesk -o diff.html
    """
    from crawler.compare import Selection
    from crawler.compare import compare as start
    from pipelines.compare.tally import Tally

    seconds = epoch_asked_for(since, "--since")
    oldest = utc_text(datetime.fromtimestamp(seconds, UTC)) if seconds is not None else None
    path = output or (None if as_json else _beside(located(database)))
    if path:
        _check_writable(path)
    tally = Tally()
    with ExitStack() as stack:
        store = stack.enter_context(open_store(database, readonly=True))
        compared = start(stack, store, other, rules, Selection(source, oldest, limit), reverse=reverse)
        for difference in _with_progress(compared):
            tally.add(difference)
    if not tally.sources:
        err.print("no stored page matches")
        ctx.exit(1)
    if as_json:
        print_json(each.as_dict() for each in tally.sources)
    else:
        _report(compared, tally)
    if path:
        _write(path, compared, tally)


def _beside(database: Location) -> Path:
    """``news.sqlite3`` gets ``news.compare.html`` beside it, a database ``news`` on a server in this folder."""
    file = database if isinstance(database, Path) else Path(database.database or "news")
    return file.with_name(f"{file.stem}.compare.html")


def _check_writable(path: Path) -> None:
    """Refuse before the work is done, not after."""
    if not path.parent.is_dir():
        raise CannotWrite(f"{path}: there is no folder {path.parent}")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise CannotWrite(f"{path}: no permission to write it; -o names another file")


def _write(path: Path, compared: Compared, tally: Tally) -> None:
    from pipelines.compare.page import render

    try:
        path.write_text(render(tally, compared.before, compared.after), encoding="utf-8", errors="replace")
    except OSError as error:
        raise CannotWrite(f"{path}: {error.strerror}; -o names another file") from None
    err.print(Text.assemble("what changes, to look at: ", cell(path, "blue")))


def _with_progress(compared: Compared) -> Iterator[Difference]:
    """A bar on a terminal, nothing in a log."""
    columns = (TextColumn("comparing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("comparing", total=compared.total)
        for difference in compared.differences:
            yield difference
            progress.advance(task)


def _report(compared: Compared, tally: Tally) -> None:
    out.print(Text.assemble(cell(compared.before, "bold"), " → ", cell(compared.after, "bold")))
    out.print(_source_table(tally.sources), soft_wrap=False)
    if not tally.changed:
        out.print("nothing changes")
        return
    out.print(_field_table(tally.sources), soft_wrap=False)
    out.print(_worst_table(tally.worst(WORST)), soft_wrap=False)


def _source_table(sources: Iterable[SourceTally]) -> Table:
    sources = list(sources)
    names = ("pages", "articles", "changed", "bodies", "words", "lost", "gained", "failed")
    table = plain_table("source", *names, right=names, footer=len(sources) > 1)
    rows = [_numbers(each) for each in sources]
    for each, numbers in zip(sources, rows, strict=True):
        table.add_row(cell(each.source or "—"), *(f"{number:,}" if number else "·" for number in numbers))
    sums = [sum(column) for column in zip(*rows, strict=True)]
    for column, text in zip(table.columns, ("all", *(f"{total:,}" for total in sums)), strict=True):
        column.footer = text
    return table


def _numbers(each: SourceTally) -> tuple[int, ...]:
    failed = each.failed["before"] + each.failed["after"]
    return each.pages, each.articles, each.changed, each.bodies, each.words, each.lost, each.gained, failed


def _field_table(sources: Iterable[SourceTally]) -> Table:
    """How many articles differ in each field, and which verdicts change."""
    table = plain_table("source", "what differs")
    for each in sources:
        fields = [f"{name} {number:,}" for name, number in each.as_dict()["fields"].items() if name != "verdict"]
        verdicts = [f"{before} → {after} {number:,}" for (before, after), number in each.verdicts.most_common()]
        if fields or verdicts:
            table.add_row(cell(each.source or "—"), cell(", ".join([*verdicts, *fields])))
    return table


def _worst_table(worst: Iterable[Difference]) -> Table:
    table = plain_table("lost", "gained", "the pages that change most", right=("lost", "gained"))
    for each in worst:
        changed = (f"\n{', '.join(each.changed)}", "dim")
        about = Text.assemble(cell(each.title or "—"), "\n", cell(each.url, "blue"), changed)
        table.add_row(f"{each.lost:,}", f"{each.gained:,}", about)
    return table
