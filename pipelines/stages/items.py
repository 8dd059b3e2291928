"""What travels through the stages: a fetched page, then the same page with its article. Frozen."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.enrich.values import Enrichment
from pipelines.items import Article, RawPage, Validators
from pipelines.quality.values import Quality
from pipelines.rights import Notice
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
    validators: Validators | None = None
    fresh_seconds: float = 0.0
    """For how long the server calls the page fresh."""
    again: bool = False
    """Whether a stored page is only read again because more is known of its site by now."""
    notices: tuple[Notice, ...] | None = field(default=None, repr=False)
    """What its headers and its host say of its use; None where that is not recorded."""

    @property
    def source(self) -> str:
        """Key of the page's source."""
        return self.page.source or ""


@dataclass(frozen=True, slots=True)
class NotModified:
    """A server's word that a stored article's page is what it was."""

    lease: Lease
    entry: FrontierEntry
    seconds: float | None = None
    validators: Validators | None = None
    fresh_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Extracted:
    """A page and the article that came of it."""

    fetched: Fetched
    article: Article
    seconds: float | None = None
    """How long the extraction took."""
    enrichment: Enrichment | None = field(default=None, repr=False)
    notices: tuple[Notice, ...] = field(default=(), repr=False)
    """What the page itself says of its use."""
    quality: Quality | None = field(default=None, repr=False)
