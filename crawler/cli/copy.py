"""``newsmint copy``: a store from a file or a server to a file or a server."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click
from rich.table import Table

from crawler.cli.common import err, json_option, out, print_json
from crawler.cli.plain import cell, duration, plain, plain_table, size
from crawler.cli.progress import line
from pipelines.store.copying import Compared, Report, Watcher, compare_stores, copy_store, crawling
from pipelines.store.database import located
from pipelines.store.engine import label


@click.command()
@click.argument("source", metavar="SRC_URL")
@click.argument("destination", metavar="DST_URL")
@click.option("--verify-only", is_flag=True, help="Copy nothing: compare two stores row by row.")
@json_option
@click.pass_context
def copy(ctx: click.Context, source: str, destination: str, verify_only: bool, as_json: bool) -> None:
    """Copy a whole store, raw pages included: from SQLite to PostgreSQL, back, or to another of its kind.

    SRC_URL and DST_URL are files or database URLs. DST_URL must be new or empty, or an unfinished copy of SRC_URL: a
    copy that was stopped or killed goes on when it is started again. All rows and page bodies are compared by hash on
    both sides before the copy can be opened; what differs is named, and the exit code is 1. SRC_URL is only read, in
    its state of this moment: a crawl may go on in it, and what comes in later is not in the copy.

    \b
    newsmint copy data/news.sqlite3 postgresql+psycopg://newsmint@db.example/newsmint
    newsmint copy postgresql+psycopg://newsmint@db.example/newsmint data/copy.sqlite3
    """
    one, other = located(source), located(destination)
    began = time.monotonic()
    if who := crawling(one):
        err.print(f"{label(one)}: {plain(who)}; its state of now is taken", markup=False)
    with watched() as watcher:
        if verify_only:
            found = Report(compare_stores(one, other, watcher), copied=False, fitted=0)
        else:
            found = copy_store(one, other, watcher)
    if as_json:
        print_json({**asdict(each), "ok": each.ok} for each in found.parts)
    else:
        out.print(_table(found.parts), soft_wrap=False)
    for words in _said(found, label(other), verify_only):
        err.print(words, markup=False)
    if found.ok:
        err.print(f"equal, in {duration(time.monotonic() - began)}", markup=False)
    ctx.exit(0 if found.ok else 1)


def _table(parts: Iterable[Compared]) -> Table:
    table = plain_table("table", "rows", "bytes", "seconds", "equal", right=("rows", "bytes", "seconds"), footer=True)
    rows, total = 0, 0
    for each in parts:
        rows, total = rows + each.rows, total + each.size
        if each.rows or each.copied:
            style = "" if each.ok else "bold red"
            equal = "yes" if each.ok else "damaged" if each.equal else f"no: {each.copied:,} rows there"
            table.add_row(each.name, f"{each.rows:,}", size(each.size), f"{each.seconds:.1f}", cell(equal, style))
    table.columns[0].footer, table.columns[1].footer, table.columns[2].footer = "all", f"{rows:,}", size(total)
    return table


def _said(found: Report, destination: str, verify_only: bool) -> Iterator[str]:
    for part in found.parts:
        yield from (f"{part.name}: {plain(it)}" for it in part.differing)
        yield from (f"{part.name}: {plain(key)} is not what its key says" for key in part.damaged[:5])
    if found.fitted:
        yield f"{found.fitted:,} rows had NUL characters or half characters, which PostgreSQL does not hold"
    if not found.copied and not verify_only:
        yield f"{destination} has as many rows as its source already: nothing was copied, both were compared"
    if found.copied and not found.ok:
        yield f"{destination} stays unfinished; started again, the copy takes the tables that differ anew"


@contextmanager
def watched() -> Iterator[Watcher]:
    """What tells how a copy goes."""
    with line() as course:
        course.begin("reading")
        yield Watcher(lambda work: course.begin("reading", work), course.rename, course.advance)
