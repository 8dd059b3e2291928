"""What is judged: a source's latest articles, its latest visits, its listings. Times are whole seconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass

FIELDS = ("title", "description", "authors", "published_at", "language", "section", "tags", "image_url")
"""Of an article, those that a page may or may not give."""


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """An article as the judgement sees it. ``given``: those of ``FIELDS`` that it has."""

    url: str
    words: int
    path: str | None
    given: frozenset[str]
    published: int = 0
    seen: int = 0
    """When it was first fetched."""
    extractor: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request and what came of it. ``reason``: kind of the failure, or reason of the rejection."""

    url: str
    outcome: str
    at: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """A feed, sitemap, REST address or listing page. ``failures``: in a row, since it last went well."""

    url: str
    route: str
    failures: int
    error: str | None = None


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """All that is judged of one source; the newest first."""

    source: str
    watched_since: int
    """When the source was first crawled."""
    published: tuple[int, ...] = ()
    articles: tuple[ArticleFacts, ...] = ()
    visits: tuple[Visit, ...] = ()
    listings: tuple[ListingFacts, ...] = ()
    healthy_minimum: float | None = None
    """Articles a day, as the sources file has it."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A crawl. ``finished`` is None while it goes on."""

    id: int
    state: str
    started: int
    finished: int | None
