"""``newsmint sources``: list the sites, add one, see which of them answer."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, replace
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from crawler.cli.common import err, json_option, out, print_json
from crawler.cli.plain import cell, plain, plain_table
from crawler.prospect import find, key_of
from crawler.source_writer import add_entry, entry
from crawler.sources import OWN_FILE, Source, SourceRegistry
from crawler.survey import Answer, age, check
from pipelines.errors import UsageError
from pipelines.items import SOURCE_KEY
from pipelines.urls import fetchable

AT_A_TIME = 8
"""Sources that are asked at the same time; each of them gets one request after the other."""

SHORT = {
    "feed": "feed",
    "news_sitemap": "news",
    "wordpress": "rest",
    "sitemap": "sitemap",
    "listing": "listing",
    "site": "site",
}
"""Routes as the table names them: four of them and the site's name stand in 80 columns."""

_sources_option = click.option(
    "--sources",
    "sources_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    default=lambda: os.environ.get("NEWSMINT_SOURCES") or None,
    show_default=f"$NEWSMINT_SOURCES; else the bundled list and {OWN_FILE}",
    help="A sources file of your own.",
)


@click.group(invoke_without_command=True)
@json_option
@_sources_option
@click.pass_context
def sources(ctx: click.Context, as_json: bool, sources_file: Path | None) -> None:
    """List the sources; add one; check which of them answer.

    \b
    newsmint sources
    newsmint sources add https://example.com
    newsmint sources check coindesk decrypt
    """
    ctx.obj = sources_file
    if ctx.invoked_subcommand is None:
        _list(SourceRegistry.load(sources_file), as_json)


def _list(registry: SourceRegistry, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(source), "routes": source.routes} for source in registry)
        return
    table = plain_table("key", "site", "lang", "routes")
    for source in registry:
        routes = " ".join(SHORT[route] for route in source.routes)
        table.add_row(cell(source.key), cell(source.domain), source.language, routes)
    out.print(table, soft_wrap=False)
    languages = len({source.language for source in registry})
    err.print(f"{len(registry)} sources in {languages} languages; `newsmint crawl KEY` fetches one")


@sources.command()
@click.argument("url")
@click.option("--key", metavar="KEY", help="What to call it; made from the address otherwise.")
@click.option("--allow-private", is_flag=True, help="The site may be on a private network or this machine.")
@_sources_option
@click.pass_obj
def add(group_file: Path | None, url: str, key: str | None, allow_private: bool, sources_file: Path | None) -> None:
    """Find the feeds, sitemaps and REST API of the site at URL and write its entry.

    It goes into --sources FILE, which is made if it is not there; the bundled list is never touched.
    """
    path = sources_file or group_file
    address = fetchable(url if "://" in url else f"https://{url}")
    if address is None:
        raise UsageError(f"{url!r} is not an http or https address")
    key = _free_key(key or key_of(address), path)
    source = find(
        address, key=key, allow_private=allow_private, report=lambda line: err.print(f"[dim]{plain(line)}[/]")
    )
    target = path or OWN_FILE
    add_entry(target, source)
    out.print(entry(source).rstrip(), markup=False)
    option = f" --sources {target}" if path else ""
    err.print(f"written to {target}; next: newsmint crawl {source.key}{option}", markup=False)


def _tell(line: str) -> None:
    err.print(plain(line), style="dim", markup=False)


def _free_key(key: str, path: Path | None) -> str:
    """The key, if it is well-formed and nobody has it: asked before the site is, not after."""
    if not SOURCE_KEY.fullmatch(key):
        raise UsageError(f"{key!r} cannot be a key: lower-case letters, digits, dots, hyphens and underscores, please")
    if key == "all":
        raise UsageError("'all' stands for every source: choose another name with --key")
    known = SourceRegistry.load(path) if path is None or path.exists() else SourceRegistry(())
    if key in known:
        raise UsageError(f"there is a source {key!r} already, {known.get(key).domain}: choose another name with --key")
    return key


@sources.command(name="check")
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@click.option("--allow-private", is_flag=True, help="These sources may be on a private network or this machine.")
@json_option
@_sources_option
@click.pass_context
def check_command(
    ctx: click.Context, keys: tuple[str, ...], allow_private: bool, as_json: bool, sources_file: Path | None
) -> None:
    """Ask every route of the sources, all of them by default: what answers, how many pages, how fresh.

    Exits with 1 when a source answers on none of its routes.
    """
    chosen = SourceRegistry.load(sources_file or ctx.obj).select(keys or ("all",))
    if allow_private:
        chosen = tuple(replace(source, allow_private=True) for source in chosen)
    answers = {source.key: given for source, given in _asked(chosen)}
    ordered = [answers[source.key] for source in chosen]
    if as_json:
        print_json(answer.as_dict() for given in ordered for answer in given)
    else:
        _print_answers(ordered)
    silent = [source.key for source, given in zip(chosen, ordered, strict=True) if not any(each.ok for each in given)]
    if silent:
        err.print(f"nothing answers at {len(silent)} of {len(chosen)} sources: {', '.join(silent)}", markup=False)
        ctx.exit(1)


def _asked(chosen: tuple[Source, ...]) -> Iterator[tuple[Source, list[Answer]]]:
    """Sources with their answers as they come in; progress as a bar on a terminal, as lines in a log."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress,
        ThreadPoolExecutor(AT_A_TIME) as pool,
    ):
        task = progress.add_task("asking", total=len(chosen))
        waiting = {pool.submit(lambda each: list(check(each)), source): source for source in chosen}
        try:
            for number, future in enumerate(as_completed(waiting), 1):
                source = waiting[future]
                progress.update(task, advance=1, description=source.key)
                if not err.is_terminal:
                    err.print(f"{number}/{len(chosen)} {source.key}", markup=False)
                yield source, future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _print_answers(answered: Iterable[list[Answer]]) -> None:
    table = plain_table("source", "route", "answer", "items", "newest", right=("answer", "items", "newest"))
    problems = []
    for given in answered:
        for answer in given:
            style = "green" if answer.ok else "red"
            status = cell(answer.status or "none", style)
            route = answer.route.replace("_", " ")
            table.add_row(cell(answer.source), route, status, f"{answer.items:,}", age(answer.newest))
            if answer.problem:
                problems.append(answer)
    out.print(table, soft_wrap=False)
    for answer in problems:
        text = answer.problem if answer.url in str(answer.problem) else f"{answer.url}: {answer.problem}"
        out.print(f"{answer.source}: {plain(text)}", markup=False, style="red")
