"""Stored pages through the present extractor and another one at the same time, a bounded number under way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from pipelines.compare.difference import failure
from pipelines.compare.runners import OtherPool
from pipelines.items import Article, RawPage
from pipelines.pool import ExtractionFailure, ExtractionPool
from pipelines.site import Site

Data = Mapping[str, Any]
UNDER_WAY = 4
"""Pages a worker."""


class SiteLookup(Protocol):
    """Knows what there is to know of a source."""

    def site(self, source: str, /) -> Site: ...


@dataclass(frozen=True, slots=True)
class Sides:
    """Both extractors, each with what it is told of a page's site."""

    present: ExtractionPool
    other: OtherPool
    known: SiteLookup
    other_known: SiteLookup

    def extract(self, pages: Iterable[RawPage]) -> Iterator[tuple[Data, Data]]:
        """The articles of each page, of the present extractor and of the other, in the order of the pages."""
        under_way: deque[tuple[RawPage, Future[Article | ExtractionFailure], Future[dict[str, Any]]]] = deque()
        for page in pages:
            ours = self.present.submit(page, self.known.site(page.source or ""))
            under_way.append((page, ours, self.other.submit(page, self.other_known.site(page.source or ""))))
            if len(under_way) >= UNDER_WAY * self.other.workers:
                yield _both(*under_way.popleft())
        while under_way:
            yield _both(*under_way.popleft())


def _both(
    page: RawPage, ours: Future[Article | ExtractionFailure], theirs: Future[dict[str, Any]]
) -> tuple[Data, Data]:
    outcome = ours.result()
    if isinstance(outcome, ExtractionFailure):
        return failure(page.url, page.source, outcome.kind, outcome.detail), theirs.result()
    return outcome.as_dict(), theirs.result()
