"""``newsmint search``, ``show`` and ``stats``: questions to the store, answered in the terminal."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from typing import Any

import click
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crawler.cli.common import as_of_option, err, json_option, out, print_json, store_option
from crawler.cli.edits import edit_data, print_edit
from crawler.cli.plain import cell, moment, plain, plain_table, size
from crawler.cli.story import print_story
from pipelines.errors import UsageError
from pipelines.items import Article
from pipelines.store import open_store
from pipelines.store.articles import find_id, ids_with_prefix, load_article
from pipelines.store.database import Store
from pipelines.store.gone import Gone, gone
from pipelines.store.search import Hit
from pipelines.store.stats import Sizes, SourceStats, sizes, source_stats
from pipelines.store.story import Story, story_of
from pipelines.store.texts import MATCH_END, MATCH_START
from pipelines.store.versions import Version, edit, versions

_LEAST_PREFIX = 4


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--source", metavar="KEY", help="Only articles of this source.")
@click.option("--since", metavar="DATE", help="Only articles published at or after this day or time.")
@click.option("--until", metavar="DATE", help="Only articles published before this day or time.")
@click.option("--asset", metavar="NAME", help="Only articles that speak of this coin, chain, company or person.")
@click.option("--label", metavar="LABEL", help="Only articles with this label: sponsored, press_release, opinion, …")
@click.option("--language", metavar="CODE", help="Only articles in this language: en, de, …")
@click.option("--story", type=int, metavar="NUMBER", help="Only articles of this story.")
@click.option("--fold", is_flag=True, help="Of articles that tell the same, only the first hit, with how many others.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many articles.")
@click.option("--newest", is_flag=True, help="Newest first instead of best first.")
@as_of_option
@json_option
@store_option
@click.pass_context
def search(
    ctx: click.Context,
    /,
    query: tuple[str, ...],
    newest: bool,
    as_of: str | None,
    as_json: bool,
    database: str,
    **filters: Any,
) -> None:
    """Find articles that have all words of QUERY.

    Words in double quotes are a phrase, "layer*" is a beginning; ERC-6551, $BTC and C++ mean themselves. In a QUERY
    in single quotes, -word must not occur, OR stands between words of which one is enough, NEAR(hack bridge, 5) wants
    words close together, and title:etf looks in titles only.

    \b
    newsmint search bitcoin etf --since 2026-11-01
    newsmint search '"proof of stake" ERC-6551' --source coindesk --json
    newsmint search 'title:hack OR exploit -bounty' --asset ethereum --fold
    """
    with open_store(database, readonly=True, as_of=as_of) as store:
        hits = store.search(" ".join(query), order="date" if newest else "rank", **filters)
    if as_json:
        print_json(hit.as_dict() for hit in hits)
    for hit in [] if as_json else hits:
        _print_hit(hit)
    if not hits:
        err.print("nothing found; fewer words find more")
        ctx.exit(1)
    if len(hits) == filters["limit"]:
        err.print(f"the first {len(hits)}; --limit shows more")


@click.command()
@click.argument("article", metavar="ID|URL")
@click.option("--removed", is_flag=True, help="Also what was taken out of the page, and why.")
@click.option("--numbered", is_flag=True, help="With the number of each block of the body.")
@click.option("--versions", "with_versions", is_flag=True, help="Also the versions of the article.")
@click.option("--diff", "with_diff", is_flag=True, help="What its last edit changed, in place of the text.")
@click.option("--between", nargs=2, type=int, metavar="V1 V2", help="What changed between these versions.")
@click.option("--story", "with_story", is_flag=True, help="Also who else has this story, and who had it first.")
@as_of_option
@json_option
@store_option
@click.pass_context
def show(
    ctx: click.Context,
    article: str,
    removed: bool,
    numbered: bool,
    with_versions: bool,
    with_diff: bool,
    between: tuple[int, int] | None,
    with_story: bool,
    as_of: str | None,
    as_json: bool,
    database: str,
) -> None:
    """Show one article: by its id, the first few characters of its id, or its URL.

    \b
    newsmint show 3fa9c2
    newsmint show https://example.com/news/a-story --removed
    newsmint show 3fa9c2 --between 1 3

    What is wrong, `newsmint restore` and `newsmint remove` put right, by the numbers of --removed and --numbered.
    """
    with open_store(database, readonly=True, as_of=as_of) as store:
        found, history = find_article(store, article)
        tombstone = _tombstone(store, found)
        story = _story(store, found) if with_story else None
    if found is None:
        err.print("no such article; `newsmint search` finds ids", markup=False)
        ctx.exit(1)
    with_diff = with_diff or between is not None
    change = edit(history, *between or ()) if with_diff else None
    if as_json:
        about: dict[str, Any] = {"gone": asdict(tombstone)} if tombstone else {}
        about |= {"versions": [asdict(it) for it in history]} if with_versions else {}
        about |= {"diff": edit_data(change) if change else None} if with_diff else {}
        about |= {"story": story.as_dict() if story else None} if with_story else {}
        print_json([{**found.as_dict(), **about}])
        return
    if with_diff:
        print_edit(found, change)
    else:
        _print_article(found, numbered=numbered)
    _print_changes(tombstone, history)
    if with_versions:
        _print_versions(history)
    if removed:
        _print_removed(found)
    if with_story:
        print_story(story, found.id)


@click.command()
@json_option
@store_option
@click.pass_context
def stats(ctx: click.Context, as_json: bool, database: str) -> None:
    """Say what is stored: articles, versions, dates, lengths and links of each source, and sizes."""
    with open_store(database, readonly=True) as store, store.connect() as conn:
        found = source_stats(conn)
        taken = sizes(conn, store.location)
    if as_json:
        print_json([*(each.as_dict() for each in found), asdict(taken)])
    else:
        out.print(_stats_table(found), soft_wrap=False)
        _print_sizes(taken)
        _print_not_enriched(sum(each.not_enriched for each in found))
    if not found:
        err.print("no articles yet; `newsmint crawl` fetches some")
        ctx.exit(1)


def find_article(store: Store, wanted: str) -> tuple[Article | None, list[Version]]:
    """The article that an id, the first characters of an id, or a URL names, with its versions."""
    with store.connect() as conn:
        found = find_id(conn, wanted)
        if found is None and len(wanted) >= _LEAST_PREFIX and "/" not in wanted:
            ids = ids_with_prefix(conn, wanted.lower())
            if len(ids) > 1:
                raise UsageError(f"{wanted} begins more than one id: {', '.join(ids)}")
            found = ids[0] if ids else None
        return (load_article(conn, found), versions(conn, found)) if found else (None, [])


def _tombstone(store: Store, article: Article | None) -> Gone | None:
    with store.connect() as conn:
        return gone(conn, article.id) if article else None


def _story(store: Store, article: Article | None) -> Story | None:
    with store.connect() as conn:
        return story_of(conn, article.id) if article else None


def _print_changes(tombstone: Gone | None, history: list[Version]) -> None:
    """What a reader of the text should know: its page is gone, or was changed without a word."""
    if tombstone:
        out.print()
        out.print(cell(f"gone from its site since {moment(tombstone.at)}: {tombstone.reason}", "red"))
    silent = [each.version for each in history if each.silent]
    if silent:
        numbers = ", ".join(map(str, silent))
        out.print()
        out.print(cell(f"changed without a new date: version {numbers} (--versions lists them)", "yellow"))


def _print_hit(hit: Hit) -> None:
    head = Text.assemble((hit.id, "cyan"), "  ", cell(hit.title or "(no title)", "bold"))
    others = f"  and {hit.others} more of story {hit.story}" if hit.story else ""
    where = cell(f"{hit.source or '—'}  {moment(hit.published_at)}{others}", "dim")
    out.print(head, soft_wrap=False)
    out.print(where)
    snippet = _marked(hit.snippet)
    if snippet.plain != hit.title:
        out.print(Padding(snippet, (0, 0, 0, 2)), soft_wrap=False)
    out.print()


def _marked(snippet: str) -> Text:
    """The snippet with its matches in bold."""
    text = Text()
    for place, piece in enumerate(" ".join(snippet.split()).split(MATCH_START)):
        match, _, rest = piece.rpartition(MATCH_END) if place else ("", "", piece)
        text.append(plain(match), "bold yellow").append(plain(rest))
    return text


def _print_article(article: Article, *, numbered: bool) -> None:
    out.print(cell(article.title or "(no title)", "bold"), soft_wrap=False)
    who = ", ".join(article.authors)
    about = (article.source, who, moment(article.published_at), article.section, *article.labels)
    out.print(cell("  ·  ".join(each for each in about if each), "dim"), soft_wrap=False)
    out.print(cell(f"{article.id}  {article.canonical_url}", "dim"))
    for each in article.evidence:
        out.print(cell(f"{each.label.replace('_', ' ')}, by its {each.text}", "yellow"), soft_wrap=False)
    headings = {heading.position: heading for heading in article.headings}
    for position, block in enumerate(article.body.split("\n\n") if article.body else []):
        heading = headings.get(position)
        style = ("bold underline" if heading.level <= 2 else "bold") if heading else ""
        out.print()
        number = (f"{position + 1}  ", "cyan") if numbered else ""
        out.print(Text.assemble(number, (plain(block), style)), soft_wrap=False)
    _print_links(article)


def _print_links(article: Article) -> None:
    for kind, group in groupby(sorted(article.links, key=lambda link: link.kind), key=lambda link: link.kind):
        out.print()
        out.print(cell(kind.replace("_", " "), "bold cyan"))
        for link in group:
            out.print(Text.assemble("  ", cell(link.text or "—"), "  ", cell(link.url, "blue")))
            if link.teaser:
                out.print(Padding(cell(link.teaser, "dim"), (0, 0, 0, 4)), soft_wrap=False)


def _print_versions(history: list[Version]) -> None:
    table = plain_table("version", "seen", "modified", "words", "title", right=("version", "words"), title="versions")
    for each in history:
        times = (moment(each.seen_at), moment(each.modified_at))
        number = f"{each.version}{' silent' if each.silent else ''}"
        table.add_row(number, *times, f"{each.word_count:,}", cell(each.title))
    out.print()
    out.print(table, soft_wrap=False)


def _print_removed(article: Article) -> None:
    table = plain_table("#", "reason", "rule", "text", right=("#",), title="removed")
    for number, block in enumerate(article.removed, 1):
        table.add_row(str(number), cell(block.reason), cell(block.rule, "dim"), cell(block.text))
    out.print()
    out.print(table if article.removed else "nothing was removed", soft_wrap=False)


def _stats_table(found: list[SourceStats]) -> Table:
    counts = ("articles", "edits", "copies", "links", "known")
    columns = ("source", *counts[:3], "since", "newest", "words", *counts[3:])
    table = plain_table(*columns, right=(*counts, "words"), footer=len(found) > 1)
    for each in found:
        dates = (moment(each.first_published_at)[:7], moment(each.last_published_at)[:10])
        numbers = [f"{number:,}" for number in _counts(each)]
        table.add_row(cell(each.source or "—"), *numbers[:3], *dates, f"{each.mean_words:,.0f}", *numbers[3:])
    sums = [f"{sum(column):,}" for column in zip(*map(_counts, found), strict=True)] or [""] * len(counts)
    for column, total in zip(table.columns, ("all", *sums[:3], "", "", "", *sums[3:]), strict=True):
        column.footer = total
    return table


def _counts(each: SourceStats) -> tuple[int, ...]:
    return each.articles, each.versions - each.articles, each.duplicates, each.links, each.resolved_links


def _print_sizes(taken: Sizes) -> None:
    out.print(
        f"database {size(taken.database_bytes)}, {taken.pages:,} raw pages in an archive of {size(taken.archive_bytes)}"
    )
    out.print("[dim]copies: articles another one had first; words: mean of a body; known: links to a stored article[/]")


def _print_not_enriched(articles: int) -> None:
    if articles:
        out.print(f"[yellow]{articles:,} articles were enriched by another version, or not yet: `newsmint enrich`[/]")
