"""``newsmint export``: the clean articles as files, for machines and for spreadsheets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crawler.cli.common import err, store_option
from crawler.cli.plain import size
from pipelines.enrich.assets import asset_key
from pipelines.errors import UsageError
from pipelines.export import FORMATS, Exported, Request, Selection, export_since_last
from pipelines.export import export as write_export
from pipelines.export.picking import DEDUPE, Splits
from pipelines.export.presets import preset, presets
from pipelines.store import open_store
from pipelines.store.engine import Location
from pipelines.store.times import epoch_asked_for, normalised


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which articles."""
    for option in reversed(_SELECTION):
        command = option(command)
    return command


_SELECTION = (
    click.option("--source", "sources", metavar="KEY", multiple=True, help="Only of this source; may repeat."),
    click.option("--since", metavar="DATE", help="Only published at or after this day or time."),
    click.option("--until", metavar="DATE", help="Only published before this day or time."),
    click.option("--language", "languages", metavar="CODE", multiple=True, help="Only in this language; may repeat."),
    click.option("--asset", "assets", metavar="NAME", multiple=True, help="Only on this asset; may repeat."),
    click.option("--verdict", "verdicts", type=click.Choice(["article", "paywalled"]), multiple=True,
                 help="Only these."),
    click.option("--label", "labels", metavar="LABEL", multiple=True, help="Only with this label; may repeat."),
    click.option("--without-label", "without_labels", metavar="LABEL", multiple=True, help="Not with this label."),
    click.option("--min-words", type=click.IntRange(min=1), metavar="N", help="Only bodies of so many words."),
    click.option("--quality", metavar="RULES", multiple=True,
                 help="Only what passes gopher, repetition, fineweb or c4; may repeat."),
    click.option("--respect-rights", "rights", is_flag=True, help="Not what reserves itself against training."),
    click.option("--gone", type=click.Choice(["keep", "drop"]), help="Articles whose page is gone.  [default: keep]"),
    click.option("--as-of", metavar="TIME", help="Only what was known then, in its version of then."),
    click.option("--where", metavar="SQL", help="Only where this condition on `article` holds."),
    click.option("--query", metavar="NAME", help="Only what this saved question finds (`newsmint ask`)."),
    click.option("-p", "--param", "values", metavar="NAME=VALUE", multiple=True, help="A parameter of --query."),
    click.option("--sql", metavar="SELECT", help="Only the ids that this statement gives."),
)  # fmt: skip


@click.command()
@click.option("--format", "name", type=click.Choice(list(FORMATS)), help="Default: by the ending of -o, else jsonl.")
@click.option("--preset", type=click.Choice(list(presets())), help="Options for a purpose; others given hold.")
@selection_options
@click.option("--dedupe", type=click.Choice(DEDUPE), help="Keep the first published of the same, or of much the same.")
@click.option("--split", metavar="time:DATE,DATE", help="Train, validation and test by time of publication.")
@click.option("--body", metavar="FORM,…", help="The body as text, markdown, blocks.")
@click.option("--include", metavar="GROUP,…", help="More columns or tables: record, assets, versions, …")
@click.option("--columns", metavar="NAME,…", help="Exactly these columns.")
@click.option("--tables", type=click.Choice(["nested", "side"]), help="Headings, links … in the row, or beside.")
@click.option("--authors", type=click.Choice(["keep", "drop", "hash"]), help="What becomes of names.")
@click.option("--author-key", metavar="SECRET", help="With --authors hash: without it nobody finds a name by trying.")
@click.option(
    "--shard-size", type=click.IntRange(min=1), metavar="MB", help="Of the files in a folder.  [default: 500]"
)
@click.option(
    "--since-last", is_flag=True, help="Add to the folder what is new, changed or withdrawn since the last time."
)
@click.option("-o", "--output", default="-", metavar="PATH", help="A file or folder. Default: standard output.")
@store_option
@click.pass_context
def export(ctx: click.Context, /, name: str | None, output: str, database: str, since_last: bool, **asked: Any) -> None:
    """Write articles to a file or folder, by time of publication. A file appears whole or not at all.

    \b
    newsmint export --since 2026-11-01 -o november.jsonl
    newsmint export --format csv --source coindesk > coindesk.csv
    newsmint export --where "word_count > 300" --dedupe near -o long.parquet
    """
    target = None if output == "-" else Path(output)
    with open_store(database, readonly=True) as store:
        place = store.location
    usual = preset(asked["preset"]) if asked["preset"] else {}
    request = request_of(name or _format_of(target) or usual.get("format", "jsonl"), usual | _given(asked))
    if since_last:
        _bring_up_to_date(place, request, target)
        return
    with _progress() as start:
        done = write_export(place, request, target, as_folder=output.endswith("/"), start=start)
    _report(done, target)
    if not done.articles:
        ctx.exit(1)


def _bring_up_to_date(database: Location, request: Request, target: Path | None) -> None:
    if target is None:
        raise UsageError("--since-last needs a folder of its own: give it with -o")
    with _progress() as start:
        done = export_since_last(database, _kept_up(request), target, start(None))
    if not done.rows:
        err.print(f"nothing new: {target}", markup=False)
        return
    what = f"{done.new:,} new, {done.changed:,} changed, {done.withdrawn:,} withdrawn"
    err.print(f"{what}, {size(done.size)}: {target}", markup=False)


def _kept_up(request: Request) -> Request:
    """In what is kept up to date, an article whose page is gone is withdrawn, unless it is asked for."""
    return request if request.selection.gone else replace(request, selection=replace(request.selection, gone="drop"))


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    """The options that a person gave; lists of names are tuples."""
    given = {key: value for key, value in asked.items() if value not in (None, (), False)}
    return given | {key: tuple(given[key].split(",")) for key in ("body", "include", "columns") if key in given}


def request_of(name: str, given: dict[str, Any]) -> Request:
    """The request that the options say. Raises UsageError for a value that is none."""
    selection = Selection(
        **{key: given[key] for key in _PLAIN if key in given},
        assets=tuple(map(asset_key, given.get("assets", ()))),
        since=epoch_asked_for(given.get("since"), "--since"),
        until=epoch_asked_for(given.get("until"), "--until"),
        as_of=_moment(given.get("as_of")),
        values=dict(_pair(text) for text in given.get("values", ())),
    )
    plain = ("dedupe", "body", "include", "columns", "tables", "authors", "author_key")
    words: dict[str, Any] = {key: given[key] for key in plain if key in given}
    words |= {"shard_bytes": 1_000_000 * given["shard_size"]} if "shard_size" in given else {}
    return Request(name, selection, splits=Splits.read(given.get("split")), **words)


_PLAIN = "sources languages verdicts labels without_labels min_words quality rights gone where sql query".split()


def _moment(text: str | None) -> str | None:
    epoch_asked_for(text, "--as-of")
    return normalised(text)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"-p {text}: write NAME=VALUE")
    return name, value


def _format_of(target: Path | None) -> str | None:
    endings = [name for name, form in FORMATS.items() if target and target.name.endswith(form.ending)]
    return max(endings, key=len, default=None)


def _report(done: Exported, target: Path | None) -> None:
    if target:
        err.print(f"{done.articles:,} articles, {size(done.size)}: {target}", markup=False)
    for reason, count in done.left_out.items():
        if count:
            err.print(f"{count:,} left out: {reason}", markup=False)
    if not done.articles:
        err.print("no article matches")


@contextmanager
def _progress() -> Iterator[Callable[[int | None], Callable[[int], None]]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:

        def start(total: int | None) -> Callable[[int], None]:
            task = progress.add_task("exporting", total=total)
            return lambda count: progress.advance(task, count)

        yield start
