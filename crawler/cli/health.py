"""``newsmint health`` and ``newsmint notify``: whether the sources are well, and telling people where they are not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from crawler.cli.common import err, json_option, out, print_json, store_option
from crawler.cli.plain import cell, plain_table
from crawler.sources import Source, SourceRegistry
from pipelines.errors import MissingInput, Unreachable, UsageError
from pipelines.health import ADVICE, Health, Kind, Trouble
from pipelines.health.pace import spoken
from pipelines.store import open_store
from pipelines.store.alarms import open_alarms
from pipelines.store.health import Report, report
from pipelines.store.times import now, utc_text

COVERED = 0.9
"""A field that more of the articles have is not worth a word."""


def sources_option(command: Any) -> Any:
    """``--sources``: for the ``healthy_minimum`` of the entries."""
    return click.option(
        "--sources",
        "sources_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Sources file of your own: its `healthy_minimum` counts.",
    )(command)


@click.command()
@click.argument("keys", nargs=-1, metavar="[KEY...]")
@sources_option
@json_option
@store_option
@click.pass_context
def health(ctx: click.Context, keys: tuple[str, ...], sources_file: Path | None, as_json: bool, database: str) -> None:
    """Say of each source whether it is well, judged against its own history. Exit code 1 when one is not.

    \b
    newsmint health
    newsmint health coindesk --json

    Problems come first, each with what to do. Columns: articles a day; time since the last one (and what would be
    unusual); pages that became articles (and how many do usually); words of a body (and how many are usual); failed
    ones of the last 30 visits; fields that fewer than nine of ten of the last articles have.
    """
    from crawler.health import minimums

    least = minimums(_registry(sources_file))
    with open_store(database, readonly=True) as store, store.connect() as conn:
        found = report(conn, now(), least, keys)
        since = {(each.source, each.kind): each.raised_at for each in open_alarms(conn)}
    known = {each.source for each in found.sources} | set(found.idle)
    if missing := sorted(set(keys) - known):
        raise MissingInput(f"nothing is stored of {', '.join(missing)}; `newsmint stats` lists the sources that are")
    if as_json:
        print_json(_rows(found))
    else:
        _print(found, since)
    if not known:
        err.print("no source was crawled yet; `newsmint crawl` does")
    ctx.exit(1 if found.troubles or not known else 0)


@click.command()
@click.option("--test", is_flag=True, help="Send a message that only says that it works.")
@sources_option
@store_option
@click.pass_context
def notify(ctx: click.Context, test: bool, sources_file: Path | None, database: str) -> None:
    """Judge the sources' health and tell what is new, or over, to the addresses in $NEWSMINT_NOTIFY.

    \b
    export NEWSMINT_NOTIFY="tgram://TOKEN/CHAT mailto://user:password@example.com"
    newsmint notify --test
    newsmint notify

    Every crawl does so at its end; from a timer of its own it also tells when no crawl runs any more. Needs the extra
    `notify`. Addresses are Apprise's, separated by spaces.
    """
    from crawler.health import check_health
    from crawler.notify import addresses, send

    urls = addresses()
    if not urls:
        raise UsageError("NEWSMINT_NOTIFY is not set: give it Apprise addresses, such as json://localhost:8080/alarms")
    if test:
        if not send("Newsmint: a test", "Alarms of the crawl will reach you here.", urls):
            raise Unreachable("none of the addresses in NEWSMINT_NOTIFY took the message")
        out.print(f"sent to {len(urls)} address{'' if len(urls) == 1 else 'es'}")
        return
    with open_store(database, create=False) as store:
        news = check_health(store, _registry(sources_file))
    out.print(f"{len(news)} alarm{'' if len(news) == 1 else 's'} to tell" if news else "nothing new to tell")


def _registry(file: Path | None) -> Iterable[Source]:
    named = file or os.environ.get("NEWSMINT_SOURCES")
    return SourceRegistry.load(Path(named) if named else None)


def _rows(found: Report) -> Iterable[dict[str, Any]]:
    if found.crawl:
        yield {"source": None, "troubles": [_trouble(each, None) for each in found.crawl]}
    for health in found.sources:
        times = {name: _moment(getattr(health, name)) for name in ("looked_at", "last_new", "last_published")}
        yield health.as_dict() | times | {"troubles": [_trouble(each, health.source) for each in health.troubles]}


def _moment(seconds: int | None) -> str | None:
    return None if seconds is None else utc_text(datetime.fromtimestamp(seconds, UTC))


def _trouble(trouble: Trouble, source: str | None) -> dict[str, Any]:
    return asdict(trouble) | {"todo": _advice(trouble, source)}


def _advice(trouble: Trouble, source: str | None) -> str:
    return ADVICE[trouble.kind].replace("KEY", source or "KEY")


def _print(found: Report, since: dict[tuple[str | None, str], str]) -> None:
    gravest = list(Kind)
    for source, trouble in sorted(found.troubles, key=lambda it: gravest.index(it[1].kind)):
        began = since.get((source, trouble.kind))
        name = cell(source or "the crawl", "bold red")
        when = (f" (since {began[:16].replace('T', ' ')})", "dim") if began else ""
        out.print(Text.assemble(name, ": ", (trouble.kind, "red"), ": ", cell(trouble.detail), when))
        for url in trouble.examples:
            out.print(Text.assemble("    ", cell(url, "blue")))
        out.print(Text.assemble("  → ", _advice(trouble, source)))
    if found.sources:
        out.print(_table(found.sources), soft_wrap=False)
    well = sum(1 for each in found.sources if not each.troubles)
    idle = f", {len(found.idle)} not crawled lately" if found.idle else ""
    out.print(f"{well} of {len(found.sources)} sources well{idle}")


def _table(sources: Iterable[Health]) -> Table:
    right = ("a day", "silent", "stored", "words", "failed")
    table = plain_table("source", *right, "fields", "trouble", right=right)
    table.columns[0].no_wrap = True
    for each in sorted(sources, key=lambda it: (not it.troubles, it.source)):
        table.add_row(
            cell(each.source),
            _said(each.articles_a_day, "{:.1f}".format),
            _said(each.silent_seconds, spoken, each.allowed_seconds),
            _said(each.stored, "{:.0%}".format, each.usually_stored),
            _said(each.words, "{:,.0f}".format, each.usual_words),
            str(sum(each.failures.values()) or "·"),
            _coverage(each) if each.fields else "·",
            cell(", ".join(trouble.kind for trouble in each.troubles), "red"),
        )
    return table


def _said(value: float | None, form: Callable[[float], str], usual: float | None = None) -> str:
    """``86% (93%)``: the value, and the usual one where that is known."""
    if value is None:
        return "·"
    return form(value) if usual is None else f"{form(value)} ({form(usual)})"


def _coverage(each: Health) -> str:
    """``authors 40%, tags 0%``: the fields that not nearly all of the last articles have."""
    return ", ".join(f"{name} {share:.0%}" for name, share in each.fields.items() if share < COVERED) or "all"
