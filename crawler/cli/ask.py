"""``newsmint ask``: the saved questions, by name."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import click
from rich.text import Text

from crawler.cli.answers import ROWS, form_options, print_result
from crawler.cli.common import as_of_option, err, out, store_option
from crawler.cli.plain import plain_table
from pipelines.errors import UsageError
from pipelines.store import open_store
from pipelines.store.questions import Parameter, Question, question, questions, run
from pipelines.store.reading import driver


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", required=False)
@click.argument("values", nargs=-1, type=click.UNPROCESSED, metavar="[--PARAMETER VALUE]...")
@click.option("-p", "given", multiple=True, metavar="PARAMETER=VALUE", help="The same as --PARAMETER VALUE.")
@click.option("--limit", type=click.IntRange(min=1), help="How many rows.")
@click.option("--about", is_flag=True, help="Say what the question tells, its parameters and its SQL.")
@form_options
@as_of_option
@store_option
@click.pass_context
def ask(
    ctx: click.Context,
    /,
    name: str | None,
    values: tuple[str, ...],
    given: tuple[str, ...],
    limit: int | None,
    about: bool,
    form: str | None,
    as_of: str | None,
    database: str,
) -> None:
    """Answer a saved question; without NAME, list them.

    Dates are 2026-11-22, or -30d for 30 days before the newest article.

    \b
    newsmint ask
    newsmint ask latest-on --asset BTC --limit 5
    newsmint ask articles-per-day --since -90d --plot
    newsmint ask who-was-first --article 3fa9c2 --as-of 2026-11-01 --json
    """
    if name is None:
        _list(form)
        return
    asked = question(name)
    if about:
        _describe(asked)
        return
    has_own = any(each.name == "limit" for each in asked.parameters)
    rows = limit or (ROWS if form is None and not has_own else None)
    with open_store(database, readonly=True, as_of=as_of) as store, store.connect() as conn:
        result = run(driver(conn), asked, _read(asked, values, given), limit=rows, now=store.moment)
    print_result(result, form, asked.plot)
    if not result.rows:
        err.print("no rows; `newsmint ask NAME --about` says what it looks for", markup=False)
        ctx.exit(1)


def _read(asked: Question, values: Sequence[str], given: Sequence[str]) -> dict[str, str]:
    """The parameters as they were typed: ``--name value``, ``--name=value`` or ``-p name=value``."""
    told: dict[str, str] = {}
    rest = list(values)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            raise UsageError(f"{word!r}: write --PARAMETER VALUE; {_names(asked)}")
        key, equals, value = word[2:].partition("=")
        if not equals and not rest:
            raise UsageError(f"{word} needs a value; {_names(asked)}")
        told[key.replace("-", "_")] = value if equals else rest.pop(0)
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"-p {pair}: write -p PARAMETER=VALUE; {_names(asked)}")
        told[key.replace("-", "_")] = value
    return told


def _names(asked: Question) -> str:
    names = ", ".join(f"--{each.name}" for each in asked.parameters)
    return f"{asked.name} has {names}" if names else f"{asked.name} has no parameters"


def _list(form: str | None) -> None:
    table = plain_table("question", "what it tells", "parameters")
    for each in questions().values():
        table.add_row(Text(each.name, "cyan"), each.title, " ".join(map(_short, each.parameters)))
    if form is None:
        out.print(table, soft_wrap=False)
        return
    for each in questions().values():
        out.print(each.name)


def _short(parameter: Parameter) -> str:
    return f"--{parameter.name}" if parameter.default is None else f"[--{parameter.name}]"


def _describe(asked: Question) -> None:
    out.print(Text.assemble((asked.name, "bold cyan"), "  ", (asked.title, "bold")))
    out.print(asked.about, soft_wrap=False, markup=False)
    for is_needed, some in groupby(asked.parameters, key=lambda each: each.default is None):
        for each in some:
            default = "" if is_needed or each.default == "" else f" [default: {each.default}]"
            choices = f" One of {', '.join(each.choices)}." if each.choices else ""
            text = Text.assemble((f"--{each.name}", "cyan"), f"  {each.help}{choices}{default}")
            out.print(text, soft_wrap=False)
    out.print()
    out.print(asked.sql, markup=False)
