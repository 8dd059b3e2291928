"""Which of the addresses that a listing names are taken up: those of the source, as many as the crawl reaches for."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.budgets import Budgets
from crawler.discovery import Discovered
from crawler.sources import Source
from crawler.spiders.routes import Depth
from pipelines.stages.revisit import Bounds
from pipelines.store.frontier import FrontierEntry
from pipelines.urls import is_internal, is_trap


@dataclass(frozen=True, slots=True)
class Reach:
    """How far listings are read: how deep, how many pages of a route, how many new URLs of a source at a time."""

    depth: Depth
    pages: int
    new: int
    bounds: Bounds
    """Of the pause between two visits."""

    def taken(self, entries: list[FrontierEntry], new: int, most: int) -> list[FrontierEntry]:
        """As many as may be, after ``new`` URLs before them: ``most`` in any case."""
        if self.depth.deep:
            return entries[:most]
        left = min(most, max(0, self.new - new))
        if self.depth.since is None:
            return entries[:left]
        dated: list[FrontierEntry] = []
        undated: list[FrontierEntry] = []
        for each in entries:
            is_dated = each.hint is not None and (each.hint.published_at or each.hint.modified_at)
            (dated if is_dated else undated).append(each)
        return (dated + undated[:left])[:most]


def of_source(source: Source, found: Discovered, budgets: Budgets, depth: int = 0) -> list[FrontierEntry]:
    """The candidates that may be articles of the source, found so many links from a listing."""
    return [
        FrontierEntry(each.url, source.key, each.hint, depth=depth)
        for each in found.candidates
        if is_internal(each.url, source.domain)
        and source.may_be_article(each.url)
        and not is_trap(each.url)
        and (each.hint.route != "listing" or budgets.may_follow(source.key, each.url, depth))
    ]
