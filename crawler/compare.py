"""Stored pages through the present extractor and another: what ``newsmint compare`` prints."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path

from pipelines.compare.difference import Difference, compare_articles
from pipelines.compare.other import Other, other_extractor
from pipelines.compare.runners import OtherPool
from pipelines.compare.sides import Sides
from pipelines.corrections import OWN_RULES, by_source, read_corrections
from pipelines.items import RawPage
from pipelines.pool import ExtractionPool
from pipelines.stages.site_knowledge import SiteKnowledge
from pipelines.store.database import Store
from pipelines.store.pages import count_pages, load_pages, page_sources


@dataclass(frozen=True, slots=True)
class Selection:
    """Which stored pages: of a source, fetched since (ISO 8601), at most so many of each source, the newest."""

    source: str | None = None
    since: str | None = None
    newest: int | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison under way. ``differences`` come as they are made, ``total`` is how many at most, where known."""

    before: str
    after: str
    total: int | None
    differences: Iterator[Difference]


def compare(
    stack: ExitStack, store: Store, other: str, rules: Path | None, selection: Selection, *, reverse: bool = False
) -> Compared:
    """Start both extractors; they stop with the stack. Raises what ``other_extractor`` and ``OtherPool`` raise.

    ``rules`` is the user's file of corrections: it holds for both sides, as does what the store has learned of sites.
    """
    total = _total(store, selection)
    chosen = stack.enter_context(other_extractor(other))
    names = "the present extractor", chosen.name
    if total == 0:
        return Compared(*names, total, iter(()))
    knowledge = _knowledge(store, rules, chosen)
    pool = stack.enter_context(OtherPool(chosen))
    sides = Sides(stack.enter_context(ExtractionPool()), pool, *knowledge)
    pairs = sides.extract(_pages(store, selection))
    if reverse:
        names, pairs = (names[1], names[0]), ((theirs, ours) for ours, theirs in pairs)
    return Compared(*names, total, starmap(compare_articles, pairs))


def _knowledge(store: Store, rules: Path | None, other: Other) -> tuple[SiteKnowledge, SiteKnowledge]:
    """What either side is told of a page's site."""
    own = rules or (OWN_RULES if OWN_RULES.exists() else None)
    entries = read_corrections(own) if own else []
    return SiteKnowledge(store, by_source(entries)), SiteKnowledge(store, by_source([*entries, *other.corrections]))


def _pages(store: Store, selection: Selection) -> Iterator[RawPage]:
    with store.connect() as conn:
        each_source = selection.newest and not selection.source
        for source in page_sources(conn) if each_source else [selection.source]:
            yield from load_pages(conn, store.archive, source, selection.since, newest=selection.newest)


def _total(store: Store, selection: Selection) -> int | None:
    if selection.since:
        return None
    with store.connect() as conn:
        if selection.newest is None or selection.source:
            return min(count_pages(conn, selection.source), selection.newest or sys.maxsize)
        return sum(min(count_pages(conn, source), selection.newest) for source in page_sources(conn))
