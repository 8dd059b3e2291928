"""A visit to a listing and to the pages it goes on to, while it is under way. What it remembers ends with it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from crawler.discovery import Candidate
from crawler.sources import Source
from crawler.spiders.routes import Route
from pipelines.stages.polls import Page, Poll
from pipelines.store.listings import Listing


@dataclass(slots=True)
class Round:
    """What the visits of one source's listings that are under way at the same time share."""

    asked: set[str] = field(default_factory=set)
    """Addresses that one of them has asked for: routes lead to each other's."""
    new: int = 0
    """URLs that they made pending."""
    began: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Walk:
    """One visit: from ``root``, page by page. ``was_whole``: whether the last visit took up all that it found."""

    source: Source
    route: Route
    root: str
    round: Round
    was_whole: bool = False
    began: float = field(default_factory=time.monotonic)
    open: int = 0
    """Requests that have not been answered."""
    pages: int = 0
    found: int = 0
    whole: bool = True
    fresh_seconds: float = 0.0
    answered: list[Page] = field(default_factory=list)
    trouble: tuple[str, int | None, float] | None = None
    _named: set[int] = field(default_factory=set)

    def repeats(self, candidates: Iterable[Candidate]) -> bool:
        """Whether a page names just what an earlier one named: a server may answer every page number the same."""
        named = hash(frozenset(each.url for each in candidates))
        if named in self._named:
            return True
        self._named.add(named)
        return False

    def failed(self, url: str, kind: str, status: int | None, wait: float) -> None:
        """One of its pages could not be read."""
        self.whole = False
        if url == self.root:
            self.trouble = (kind, status, wait)

    def poll(self) -> Poll:
        """How it went."""
        kind, status, wait = self.trouble or (None, None, 0.0)
        return Poll(
            self.source.key,
            self.route.name,
            self.root,
            tuple(self.answered),
            self.found,
            self.whole,
            self.fresh_seconds,
            kind,
            status,
            wait,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a walk, and what was known of its address."""

    walk: Walk
    url: str
    known: Listing | None
