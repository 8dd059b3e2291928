"""``newsmint extract`` reads files, folders, addresses and manifests; ``newsmint reextract`` reads the store."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from crawler.cli.common import err, out, print_json, report_error, rules_option, store_option
from crawler.cli.inputs import Entry, read_inputs, read_manifest
from crawler.cli.plain import plain
from crawler.cli.together import Result, learned_together
from pipelines.items import Article, RawPage, Verdict, article_id
from pipelines.pool import ExtractionFailure, ExtractionPool
from pipelines.store.times import epoch_asked_for, utc_text

SHOWN = 5
"""Skipped files that are named."""


@click.command()
@click.argument("inputs", nargs=-1, metavar="PATH|URL|-…")
@click.option("--manifest", type=click.Path(path_type=Path), help="Read lines of {id, url, html_file} from this file.")
@click.option("--url", help="The address of the page, where the input is one file or standard input.")
@click.option("--text", "form", flag_value="text", help="Print the clean body only, as plain text.")
@click.option("--markdown", "form", flag_value="markdown", help="Print title and body as Markdown.")
@click.option("--allow-private", is_flag=True, help="Let addresses lead to this machine or the local network.")
@click.option("--alone", is_flag=True, help="Read each page on its own; print it as soon as it is read.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes to use.  [default: one a core]")
@click.pass_context
def extract(
    ctx: click.Context,
    inputs: tuple[str, ...],
    manifest: Path | None,
    url: str | None,
    form: str | None,
    allow_private: bool,
    alone: bool,
    workers: int | None,
) -> None:
    """Print the article of each page, one JSON object a line.

    Reads HTML files (also .gz), plain text dumps, folders of them, web addresses, and standard input (-).
    A page that gives no article is one line on standard error; the rest go on, and the exit code is 1. Five or more
    pages of one site show each other what the site repeats, and it leaves their bodies; print each on its own with
    --alone. Files of a folder that are no pages, such as robots.txt, are skipped and named.
    """
    if bool(inputs) == bool(manifest):
        raise click.UsageError("Give either files, folders or addresses, or --manifest FILE.")
    if url and (len(inputs) != 1 or Path(inputs[0]).is_dir()):
        raise click.UsageError("--url names the address of one page: give exactly one file, or -.")
    found = read_manifest(manifest) if manifest else read_inputs(inputs, url, allow_private=allow_private)
    skipped: list[str] = []
    entries = _pages_of(found, skipped)
    if not manifest and len(inputs) == 1 and not Path(inputs[0]).is_dir():
        results = _here(entries)
    else:
        results = _in_pool(entries, workers or os.cpu_count() or 1, alone=alone)
    failed = 0
    for entry, result in results:
        failed += _print(entry, result, form, is_manifest=manifest is not None)
    if skipped:
        err.print(escape(_skipped_line(skipped)))
    ctx.exit(1 if failed else 0)


def _pages_of(entries: Iterable[Entry], skipped: list[str]) -> Iterator[Entry]:
    """The entries that are pages; the names of the others go to ``skipped``."""
    for entry in entries:
        if entry.is_skipped:
            skipped.append(entry.label)
        else:
            yield entry


def _skipped_line(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    files = "1 file that is no page" if len(names) == 1 else f"{len(names):,} files that are no pages"
    return f"skipped {files}: {', '.join(map(plain, names[:SHOWN]))}{more}"


def _here(entries: Iterable[Entry]) -> Iterator[Result]:
    """One page needs no process of its own."""
    from pipelines.extraction import extract_article
    from pipelines.pool import oversize

    for entry in entries:
        if entry.page is None:
            yield entry, entry.error or ""
            continue
        refusal = oversize(entry.page)
        yield entry, _line(entry, refusal) if refusal else extract_article(entry.page)


def _in_pool(entries: Iterable[Entry], workers: int, *, alone: bool) -> Iterator[Result]:
    """All entries in order, pages in worker processes."""
    with ExtractionPool(workers) as pool:
        results = _with_progress(_one_by_one(entries, pool))
        yield from results if alone else learned_together(results, pool)


def _one_by_one(entries: Iterable[Entry], pool: ExtractionPool) -> Iterator[Result]:
    waiting: deque[Entry] = deque()

    def pages() -> Iterator[RawPage]:
        for entry in entries:
            waiting.append(entry)
            if entry.page:
                yield entry.page

    def without_page() -> Iterator[Result]:
        while waiting and waiting[0].page is None:
            entry = waiting.popleft()
            yield entry, entry.error or ""

    for _, outcome in pool.map(pages()):
        yield from without_page()
        entry = waiting.popleft()
        yield entry, _line(entry, outcome) if isinstance(outcome, ExtractionFailure) else outcome
    yield from without_page()


def _line(entry: Entry, failure: ExtractionFailure) -> str:
    return f"{entry.label}: {failure.kind.replace('_', ' ')}: {failure.detail}"


def _with_progress(results: Iterable[Result]) -> Iterator[Result]:
    """A count on a terminal, nothing in a log."""
    columns = (SpinnerColumn(), TextColumn("extracting"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("extracting", total=None)
        for result in results:
            yield result
            progress.advance(task)


def _print(entry: Entry, result: Article | str, form: str | None, *, is_manifest: bool) -> int:
    """Print one result; 1 where it is a failure."""
    if isinstance(result, str):
        report_error(result)
        if is_manifest:
            print_json([_named(entry, _failed(entry))])
        return 1
    if form is None:
        print_json([_named(entry, result.as_dict())])
    else:
        click.echo(_readable(result, form))
    if result.verdict == Verdict.ERROR:
        report_error(f"{entry.label}: no page in it: empty, binary or too large")
        return 1
    return 0


def _named(entry: Entry, article: dict[str, Any]) -> dict[str, Any]:
    return article if entry.id is None else article | {"id": entry.id}


def _failed(entry: Entry) -> dict[str, Any]:
    url = entry.page.url if entry.page else entry.label
    return Article(id=article_id(url), url=url, canonical_url=url, verdict=Verdict.ERROR).as_dict()


def _readable(article: Article, form: str) -> str:
    if form == "text":
        return f"{article.body}\n"
    return f"# {article.title}\n\n{article.body_markdown}\n" if article.title else f"{article.body_markdown}\n"


@click.command()
@store_option
@click.option("--source", "sources", multiple=True, metavar="KEY", help="Only pages of this source; may repeat.")
@click.option("--since", metavar="DATE", help="Only pages fetched since this day.")
@rules_option
@click.pass_context
def reextract(
    ctx: click.Context, database: str, sources: tuple[str, ...], since: str | None, rules: Path | None
) -> None:
    """Run the extraction again over the stored pages; nothing is fetched."""
    from crawler.cli.runs import run_table
    from crawler.run import reextract as run_again

    seconds = epoch_asked_for(since, "--since")
    oldest = utc_text(datetime.fromtimestamp(seconds, UTC)) if seconds is not None else None
    result = run_again(database, sources=sources, since=oldest, rules=rules)
    if result.summaries:
        out.print(run_table(result.summaries), soft_wrap=False)
    else:
        err.print("no stored page matches")
    ctx.exit(0 if result.summaries and result.state == "done" else 1)
