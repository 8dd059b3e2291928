"""What travels through the stages: a fetched page, then the same page with its article. Frozen."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.items import Article, RawPage
from pipelines.store.frontier import FrontierEntry


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to settle one URL of the frontier, as long as ``owner`` still holds it."""

    url: str
    owner: str
    tries: int = 0
    """How often it failed since it last went well."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page on its way in."""

    page: RawPage
    lease: Lease | None = None
    """None for a page that no frontier row stands for: a replay from the archive."""
    page_id: int | None = None
    """The page's row, where it has one already: a replay from the archive."""
    seconds: float | None = None
    found: tuple[FrontierEntry, ...] = ()
    """URLs that the page brought; they are queued in the transaction that settles it."""
    again: bool = False
    """Whether a stored page is only read again because more is known of its site by now."""

    @property
    def source(self) -> str:
        """Key of the page's source."""
        return self.page.source or ""


@dataclass(frozen=True, slots=True)
class Extracted:
    """A page and the article that came of it."""

    fetched: Fetched
    article: Article
    seconds: float | None = None
    """How long the extraction took."""
