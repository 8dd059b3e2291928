"""``newsmint sql``: any question, in SQL that can only read."""

from __future__ import annotations

import sys

import click

from crawler.cli.answers import ROWS, form_options, print_result
from crawler.cli.common import as_of_option, err, out, store_option
from crawler.cli.plain import plain_table
from pipelines.errors import UsageError
from pipelines.store import open_store
from pipelines.store.database import Store
from pipelines.store.reading import driver
from pipelines.store.sql import SECONDS, column_names, table_names

LONGEST = 100_000
"""Characters of a statement that are read from standard input."""


@click.command()
@click.argument("statement", required=False)
@click.option("-p", "given", multiple=True, metavar="NAME=VALUE", help="A value for :NAME in the statement.")
@click.option("--limit", type=click.IntRange(min=1), help=f"How many rows.  [default: all; {ROWS} in a table]")
@click.option(
    "--seconds", type=click.FloatRange(min=0.01), default=SECONDS, show_default=True, help="Stop it after so long."
)
@click.option("--tables", is_flag=True, help="List the tables and views with their columns.")
@form_options
@as_of_option
@store_option
@click.pass_context
def sql(
    ctx: click.Context,
    /,
    statement: str | None,
    given: tuple[str, ...],
    limit: int | None,
    seconds: float,
    tables: bool,
    form: str | None,
    as_of: str | None,
    database: str,
) -> None:
    """Run one SQL statement that reads, and print what it finds; - reads it from standard input.

    docs/schema.md explains every table, view and column. Nothing can be changed by it.

    \b
    newsmint sql "SELECT source, count(*) AS articles FROM article GROUP BY source ORDER BY 2 DESC" --plot
    newsmint sql "SELECT title FROM news WHERE source = :key" -p key=coindesk --csv > titles.csv
    newsmint sql --as-of 2026-11-01 "SELECT count(*) FROM article"
    """
    with open_store(database, readonly=True, as_of=as_of) as store:
        if tables:
            _print_tables(store)
            return
        asked = sys.stdin.read(LONGEST) if statement == "-" else statement
        if not asked or not asked.strip():
            raise UsageError("no statement; write one in quotes, or - to read it from standard input")
        rows = limit or (ROWS if form is None else None)
        result = store.sql(asked, _values(given), limit=rows, seconds=seconds)
    print_result(result, form)
    if not result.rows:
        err.print("no rows", markup=False)
        ctx.exit(1)


def _values(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given]
    wrong = next((name for name, equals, _ in pairs if not equals), None)
    if wrong is not None:
        raise UsageError(f"-p {wrong}: write -p NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _print_tables(store: Store) -> None:
    table = plain_table("table or view", "columns")
    with store.connect() as conn:
        connection = driver(conn)
        for name in table_names(connection):
            table.add_row(name, ", ".join(column_names(connection, name)))
    out.print(table, soft_wrap=False)
