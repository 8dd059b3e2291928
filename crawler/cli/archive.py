"""``newsmint archive``: stored pages as web archives (WARC), and web archives as pages."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

import click
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crawler.cli.common import err, out, report_error, store_option
from crawler.cli.plain import plain, size
from pipelines.errors import MissingInput, UsageError
from pipelines.export.files import whole_file
from pipelines.items import RawPage
from pipelines.store import open_store
from pipelines.store.captures import Headers, captures, count_captures
from pipelines.store.times import epoch_asked_for, normalised
from pipelines.warc.writing import ArchiveWriter, Record, StoredPage, write_index

SHOWN = 20
"""Pages without a body that are named."""


@click.group()
def archive() -> None:
    """Write the raw pages as a web archive (WARC), or read pages out of one.

    \b
    newsmint archive export -o pages.warc.gz
    newsmint archive import CC-NEWS-20260101000000-00001.warc.gz
    """


@archive.command("export")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="FILE", help="….warc.gz")
@click.option("--source", "sources", multiple=True, metavar="KEY", help="Only pages of this source; may repeat.")
@click.option("--since", metavar="DATE", help="Only fetched at or after this day or time.")
@click.option("--until", metavar="DATE", help="Only fetched before this day or time.")
@store_option
@click.pass_context
def export_archive(
    ctx: click.Context, output: Path, sources: tuple[str, ...], since: str | None, until: str | None, database: str
) -> None:
    """Write the stored pages to a WARC file, and its index (CDXJ) beside it.

    Each different answer of each address is a record: pages that are articles, and those that were refused. The same
    store gives the same bytes. A page whose body the store has lost is named, and the exit code is 1.
    """
    if not output.name.endswith(".warc.gz"):
        raise UsageError(f"{output}: a WARC file that is read everywhere is named ….warc.gz")
    epoch_asked_for(since, "--since"), epoch_asked_for(until, "--until")
    selection = (sources, normalised(since), normalised(until))
    lost: list[str] = []
    with open_store(database, readonly=True) as store, store.connect() as conn:
        total, newest = count_captures(conn, *selection)
        if newest is None:
            raise MissingInput("no stored page matches")
        index = output.with_name(f"{output.name.removesuffix('.warc.gz')}.cdxj")
        found = _with_progress(captures(conn, store.archive, *selection), total)
        with whole_file(index) as lines, whole_file(output) as file:
            writer = ArchiveWriter(file.binary, output.name, f"newsmint {version('newsmint')}")
            writer.begin(newest)
            count = write_index(_written(writer, found, lost), output.name, lines.binary)
    out.print(f"{count:,} pages, {size(file.size)}: {escape(str(output))}, {escape(index.name)}")
    for url in lost[:SHOWN]:
        report_error(f"{plain(url)}: its body is not in the archive of pages, or damaged")
    ctx.exit(1 if lost else 0)


@archive.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--source", "keys", multiple=True, metavar="KEY", help="Only pages of this source; may repeat.")
@click.option("--all-hosts", is_flag=True, help="Hosts of no source as well; their domain is then the source's key.")
@click.option(
    "--sources",
    "sources_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    default=lambda: os.environ.get("NEWSMINT_SOURCES") or None,
    show_default="$NEWSMINT_SOURCES; else the bundled list and your own",
    help="A sources file of your own.",
)
@store_option
@click.pass_context
def import_archive(
    ctx: click.Context,
    files: tuple[Path, ...],
    keys: tuple[str, ...],
    all_hosts: bool,
    sources_file: Path | None,
    database: str,
) -> None:
    """Read the pages of WARC (.warc, .warc.gz) and WACZ files into the store, as a crawl would.

    A page belongs to the source whose domain it is of; pages of other hosts are passed over. What is stored already is
    passed over too: started again, an import goes on where it was. Give older files first. A record that is broken is a
    failure (`newsmint failures`), the rest of its file goes on, and the exit code is 1.
    """
    from crawler.cli.runs import run_table
    from crawler.run import import_archives
    from crawler.sources import SourceRegistry

    if keys and all_hosts:
        raise click.UsageError("--source names the hosts to read, --all-hosts means every one: give one of them.")
    missing = next((each for each in files if not each.is_file()), None)
    if missing:
        raise MissingInput(f"{missing}: no such file")
    registry = SourceRegistry.load(sources_file)
    result, passed = import_archives(database, files, registry.select(keys or ("all",)), all_hosts=all_hosts)
    if result.summaries:
        out.print(run_table(result.summaries), soft_wrap=False)
    if passed:
        err.print(escape(_passed_line(passed)))
    if not result.summaries:
        err.print("no page of a source is in it; --all-hosts reads those of every host")
    failed = any(each.failures for each in result.summaries)
    ctx.exit(0 if result.summaries and result.state == "done" and not failed else 1)


_SAID = {
    "other_host": "of other hosts",
    "stored": "stored already",
    "older": "older than what is stored",
    "redirect": "redirects",
    "not_html": "no HTML",
    "excluded": "no articles by their address",
    "robots_txt": "robots.txt, read for rights",
    "revisit": "revisits without a body",
    "resource": "resources",
    "not_http": "of no web address",
}


def _passed_line(passed: Counter[str]) -> str:
    parts = (
        f"{count:,} {_SAID.get(reason, plain(reason.replace('_', ' ')))}" for reason, count in passed.most_common()
    )
    return f"passed over: {', '.join(parts)}"


def _written(
    writer: ArchiveWriter, found: Iterable[tuple[str, RawPage | None, Headers]], lost: list[str]
) -> Iterator[Record]:
    for url, page, headers in found:
        if page is None:
            lost.append(url)
        else:
            yield writer.add(StoredPage(page, headers))


def _with_progress(
    found: Iterable[tuple[str, RawPage | None, Headers]], total: int
) -> Iterator[tuple[str, RawPage | None, Headers]]:
    """A bar on a terminal, nothing in a log."""
    columns = (TextColumn("writing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("writing", total=total)
        for each in found:
            yield each
            progress.advance(task)
