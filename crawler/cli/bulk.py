"""``newsmint bulk``: archives of any size into Parquet, on all cores or on a cluster."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.common import err, out
from crawler.cli.plain import cell, duration, plain, plain_table, size
from pipelines.errors import BadConfig, UsageError

if TYPE_CHECKING:
    from pipelines.bulk.run import Outcome
    from pipelines.bulk.values import Job

_CODE = re.compile("[A-Za-z]{2,3}")
STORES = (".sqlite3", ".sqlite", ".db")
SHOWN = 15
"""Reasons in the summary."""
_SAID = {
    "kept": "articles",
    "request": "requests",
    "other_host": "of other hosts",
    "other_date": "captured at another time",
    "other_language": "in another language",
    "other_mime": "of another kind than HTML",
    "listing": "listings, no articles",
    "time_limit": "failed: took too long",
    "memory": "failed: needed too much memory",
    "crash": "failed: killed their process",
    "error": "failed: error in the extraction",
}


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT…")
@click.option("-o", "--output", required=True, metavar="FOLDER", help="Parquet files go here; a ….sqlite3 is a store.")
@click.option(
    "--hosts", type=click.Path(path_type=Path), metavar="FILE", help="Only these hosts and theirs below; one a line."
)
@click.option(
    "--language", "languages", multiple=True, metavar="CODE", help="Only this language (en, de …); may repeat."
)
@click.option("--since", metavar="DATE", help="Only captured at or after this day or time.")
@click.option("--until", metavar="DATE", help="Only captured before this day or time.")
@click.option("--mime", multiple=True, metavar="TYPE", help="Only this kind; may repeat.  [default: HTML and XHTML]")
@click.option(
    "--status", "statuses", multiple=True, type=int, metavar="NUMBER", help="Only these; may repeat.  [default: 200]"
)
@click.option(
    "--passes", type=click.IntRange(1, 2), default=1, show_default=True, help="2: learn first what each site repeats."
)
@click.option(
    "--duplicates/--no-duplicates", "near", default=True, help="Find near-duplicates over all inputs at the end."
)
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="Processes of this machine.  [default: one a core]"
)
@click.option("--dask", metavar="ADDRESS", help="A cluster's scheduler, tcp://host:8786; local: one for this run.")
@click.option(
    "--part-size",
    type=click.IntRange(min=1),
    default=64,
    show_default=True,
    metavar="MB",
    help="Larger inputs are cut.",
)
@click.option("--time-limit", type=click.FloatRange(min=0.1), metavar="SECONDS", help="For one page.  [default: 30]")
@click.option("--memory-limit", type=click.IntRange(min=200), metavar="MB", help="For one process.  [default: 1500]")
@click.pass_context
def bulk(ctx: click.Context, /, inputs: tuple[str, ...], output: str, **asked: Any) -> None:
    """Extract every article of WARC and WACZ files, folders of HTML, and Parquet files of HTML.

    INPUT is a file, a folder or a pattern. Started again with the same folder, it goes on with what is not done yet,
    and adds what is new. What gave no article is in data/rejected, with the reason. `newsmint verify` compares.

    \b
    newsmint bulk 'CC-NEWS-2026*.warc.gz' --hosts hosts.txt --language en -o data/exports/ccnews
    """
    if output.endswith(STORES):
        _into_store(ctx, inputs, output, asked)
        return
    _need_libraries()
    from crawler.cli.bulk_progress import watched
    from pipelines.bulk.cluster import dask
    from pipelines.bulk.engines import local
    from pipelines.bulk.plan import plan
    from pipelines.bulk.run import run

    job, part_bytes = _job(output, asked), asked["part_size"] * 1_000_000
    tasks = plan(inputs, part_bytes)
    engine = dask(asked["dask"], asked["workers"]) if asked["dask"] else local(asked["workers"])
    began = time.monotonic()
    with watched(len(tasks)) as (watcher, seen):
        found = run(tasks, job, engine, part_bytes=part_bytes, near_duplicates=asked["near"], watcher=watcher)
    _report(found, time.monotonic() - began, seen)
    ctx.exit(0 if found.counts["kept"] and not (found.failed or found.trouble) else 1)


def _need_libraries() -> None:
    try:
        import fastwarc  # noqa: F401
        import pyarrow  # noqa: F401
    except ImportError:
        raise BadConfig("newsmint bulk needs more libraries: pip install 'newsmint[bulk]'") from None


def _job(output: str, asked: dict[str, Any]) -> Job:
    from pipelines.bulk.filters import HTML, Filters, read_hosts
    from pipelines.bulk.values import Job
    from pipelines.store.times import epoch_asked_for, normalised

    epoch_asked_for(asked["since"], "--since"), epoch_asked_for(asked["until"], "--until")
    if other := next((each for each in asked["languages"] if not _CODE.fullmatch(each)), None):
        raise UsageError(f"--language: {other!r} is no code of a language; write en, de, es")
    filters = Filters(
        hosts=read_hosts(asked["hosts"]) if asked["hosts"] else frozenset(),
        languages=tuple(sorted({each.lower() for each in asked["languages"]})),
        since=normalised(asked["since"]),
        until=normalised(asked["until"]),
        mime=tuple(each.lower() for each in asked["mime"]) or HTML,
        statuses=asked["statuses"] or (200,),
    )
    limits: dict[str, Any] = {"time_limit": asked["time_limit"]} if asked["time_limit"] else {}
    limits |= {"memory_limit": asked["memory_limit"] * 1_000_000} if asked["memory_limit"] else {}
    return Job(str(Path(output).absolute()), filters, asked["passes"], **limits)


_ONLY_PARQUET = ("hosts", "languages", "since", "until", "mime", "statuses", "dask")


def _into_store(ctx: click.Context, inputs: Sequence[str], output: str, asked: dict[str, Any]) -> None:
    """What is to be in a store takes the way of ``newsmint archive import``."""
    from crawler.cli.archive import import_archive
    from pipelines.bulk.plan import archives

    given = next((name for name in _ONLY_PARQUET if asked[name]), None)
    if given or asked["passes"] > 1:
        raise UsageError(
            f"-o {output}: a store takes every page, and learns as it goes; filters and passes are for Parquet"
        )
    ctx.invoke(
        import_archive, files=tuple(archives(inputs)), keys=(), all_hosts=True, sources_file=None, database=output
    )


def _report(found: Outcome, seconds: float, seen: Counter[str]) -> None:
    table = plain_table("records", "", right=["records"], title=f"all of {found.tasks:,} parts")
    counts = found.counts.most_common()
    for reason, count in counts[:SHOWN]:
        table.add_row(f"{count:,}", cell(_SAID.get(reason, reason.replace("_", " "))))
    if rest := sum(count for _, count in counts[SHOWN:]):
        table.add_row(f"{rest:,}", cell(f"for {len(counts) - SHOWN} other reasons: manifest.json has them"))
    out.print(table)
    lines = [f"{seen.total():,} records read in {duration(seconds)}, {seen['kept']:,} articles of them"]
    if found.before:
        lines.append(f"{found.before:,} parts were done before")
    if found.cpu and found.counts["kept"]:
        lines.append(
            f"CPU {1000 * found.cpu / found.counts['kept']:.0f} ms an article, {size(found.peak)} a process at most"
        )
    if found.sites:
        lines.append(f"{found.sites:,} sites repeat something on their pages: left out")
    if found.clusters:
        lines.append(f"{found.duplicates:,} near-duplicates of {found.clusters:,} articles")
    lines += found.trouble[:SHOWN]
    if found.failed:
        lines.append(f"{found.failed:,} records failed: data/rejected says which")
    for line in lines:
        err.print(plain(line), markup=False)
    err.print(f"{size(found.size)}: {found.folder}", markup=False)
