"""``newsmint restore`` and ``newsmint remove``: a person puts right what is body, for all pages of the source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from crawler.cli.common import err, out, program, rules_option, store_option
from crawler.cli.plain import cell, plain
from crawler.cli.query import find_article
from pipelines.chrome import fingerprint
from pipelines.corrections import OWN_RULES, REASONS, Action, Correction, can_be_off, is_distinct
from pipelines.errors import MissingInput, StoreBusy, UsageError
from pipelines.items import Article, Reason, RemovedBlock
from pipelines.store import open_store

T = TypeVar("T")
DONE = {Action.KEEP: "kept at", Action.REMOVE: "removed at", Action.RULE_OFF: "switched off at"}
SHOWN = 100
"""Characters of a block that a message repeats."""


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What both verbs share, behind their own options."""
    shared: tuple[Callable[..., Any], ...] = (
        click.pass_context,
        store_option,
        rules_option,
        click.option(
            "--no-reextract", "only_write", is_flag=True, help="Leave the stored articles as they are for now."
        ),
        click.option("--why", metavar="TEXT", help="Your reason, for whoever reads the file later."),
    )
    for decorate in shared:
        command = decorate(command)
    return command


@click.command()
@click.argument("article", metavar="ID|URL")
@click.argument("number", metavar="N", type=click.IntRange(min=1))
@click.option("--whole-rule", is_flag=True, help="Switch the rule off that took it, for all pages of the source.")
@_options
def restore(
    ctx: click.Context,
    article: str,
    number: int,
    whole_rule: bool,
    why: str | None,
    rules: Path | None,
    only_write: bool,
    database: str,
) -> None:
    """Bring removed block N back into the body, on every page of the source that has it.

    N is the number that `newsmint show ID --removed` prints. What you say is written into your rules file, and the
    stored pages of the source are read again with it. In a short line numbers and dates do not count.

    \b
    newsmint restore 3fa9c2 4
    newsmint restore 3fa9c2 4 --whole-rule --why "this site's asides are part of its articles"
    """
    found = _article(database, article)
    block = _numbered(found.removed, number, "removed block", "--removed")
    if whole_rule:
        correction = Correction(_source(found), Action.RULE_OFF, rule=_rule(block, article, number))
    else:
        correction = Correction(_source(found), Action.KEEP, text=_text(block.text))
    _carry_out(ctx, found, block.text, replace(correction, why=why, added=date.today()), rules, database, only_write)


@click.command()
@click.argument("article", metavar="ID|URL")
@click.argument("number", metavar="N", type=click.IntRange(min=1))
@click.option(
    "--reason",
    type=click.Choice([str(reason) for reason in REASONS]),
    default=str(Reason.SITE_CHROME),
    show_default=True,
    metavar="REASON",
    help="What the block is, as `newsmint show --removed` names it: disclaimer, newsletter, related_inline …",
)
@_options
def remove(
    ctx: click.Context,
    article: str,
    number: int,
    reason: str,
    why: str | None,
    rules: Path | None,
    only_write: bool,
    database: str,
) -> None:
    """Take block N out of the body, on every page of the source that has it.

    N is the number that `newsmint show ID --numbered` prints. What you say is written into your rules file, and the
    stored pages of the source are read again with it. In a short line numbers and dates do not count.

    \b
    newsmint remove 3fa9c2 12 --reason disclaimer
    """
    found = _article(database, article)
    text = _numbered(_blocks(found), number, "body block", "--numbered")
    correction = Correction(_source(found), Action.REMOVE, text=_text(text), reason=Reason(reason))
    _carry_out(ctx, found, text, replace(correction, why=why, added=date.today()), rules, database, only_write)


def _carry_out(
    ctx: click.Context,
    article: Article,
    text: str,
    correction: Correction,
    rules: Path | None,
    database: str,
    only_write: bool,
) -> NoReturn:
    """Write the correction, read the source's pages again, and say what became of the block of this ``text``."""
    from crawler.correction_writer import add_correction

    path = rules or OWN_RULES
    is_new = add_correction(path, correction)
    err.print(
        cell(
            f"{path}: {'' if is_new else 'already '}{DONE[correction.action]} {correction.source}: {_what(correction)}"
        )
    )
    if only_write:
        err.print(f"stored articles are as before; {_again(correction)} brings them up to date", markup=False)
        ctx.exit(0)
    changed, read = _reextract(correction, path, database)
    if not read:
        err.print(
            f"no page of {correction.source} is stored: the correction counts from the next crawl on", markup=False
        )
        ctx.exit(1)
    out.print(f"{changed:,} of {read:,} pages of {correction.source} gave another article", markup=False)
    ctx.exit(0 if _report(_article(database, article.id), text, correction) else 1)


def _reextract(correction: Correction, path: Path, database: str) -> tuple[int, int]:
    """How many articles changed, of how many pages read."""
    from crawler.run import reextract

    try:
        result = reextract(database, sources=[correction.source], rules=path)
    except StoreBusy as error:
        raise StoreBusy(f"{error}; the correction is written: run {_again(correction)} later") from None
    return sum(each.new + each.updated for each in result.summaries), sum(each.fetched for each in result.summaries)


def _report(article: Article, text: str, correction: Correction) -> bool:
    """Say where the block is now; whether it is where it was wanted."""
    name = fingerprint(text)
    inside = _place([fingerprint(block) for block in _blocks(article)], name)
    outside = _place([fingerprint(block.text) for block in article.removed], name)
    is_wanted = bool(inside) is (correction.action is not Action.REMOVE)
    if inside:
        out.print(f"it is {'' if is_wanted else 'still '}block {inside} of the body of {article.id}", markup=False)
    elif outside:
        block = article.removed[outside - 1]
        still = "" if is_wanted else "still "
        out.print(f"it is {still}removed block {outside} of {article.id}: {block.reason}, {block.rule}", markup=False)
    else:
        out.print(f"it is no longer a block of {article.id}", markup=False)
    if not is_wanted and correction.action is Action.RULE_OFF:
        err.print("another rule or the model takes it out as well; without --whole-rule it is kept for its text")
    return is_wanted


def _article(database: str, wanted: str) -> Article:
    with open_store(database, readonly=True) as store:
        found, _ = find_article(store, wanted)
    if found is None:
        raise MissingInput(f"no article {plain(wanted)}: `newsmint search` finds ids")
    return found


def _source(article: Article) -> str:
    if article.source is None:
        raise UsageError(f"{article.id} is of no source, and corrections are made by source")
    return article.source


def _numbered(blocks: Sequence[T], number: int, what: str, option: str) -> T:
    if number > len(blocks):
        count = f"the last is {len(blocks)}" if blocks else "there is none"
        raise UsageError(f"no {what} {number}, {count}: `newsmint show ID {option}` prints the numbers")
    return blocks[number - 1]


def _rule(block: RemovedBlock, article: str, number: int) -> str:
    if not can_be_off(block.rule):
        raise UsageError(
            f"{block.rule} is no rule to switch off: `newsmint restore {article} {number}` keeps the text alone"
        )
    return block.rule


def _text(text: str) -> str:
    """What of the block goes into the file: nothing that an editor or a terminal would obey."""
    if not is_distinct(text):
        raise UsageError(f"{plain(text)[:SHOWN]!r} has no words to be known by: numbers and dates do not count")
    return plain(text, " ")


def _blocks(article: Article) -> list[str]:
    return article.body.split("\n\n") if article.body else []


def _place(names: Sequence[int], name: int) -> int | None:
    """The number, from 1, of the first block of this fingerprint."""
    return names.index(name) + 1 if name in names else None


def _what(correction: Correction) -> str:
    text = correction.text or f"rule {correction.rule}"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _again(correction: Correction) -> str:
    return f"`{program()} reextract --source {correction.source}`"
