"""Articles and pages to store, made from as little as a test needs to say."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL

from pipelines.items import Article, Heading, Link, RawPage, RemovedBlock, article_id
from pipelines.store import Store

BODY = (
    "The exchange said on Monday that it would list the token after a review of four weeks.\n\n"
    "What changes for holders\n\n"
    "Deposits open on Tuesday, trading follows a day later, and withdrawals on Friday."
)


def location_of(store: Store) -> str:
    """What another process opens the store by."""
    place = store.location
    return place.render_as_string(hide_password=False) if isinstance(place, URL) else str(place)


def url(slug: str, host: str = "daily.example") -> str:
    return f"https://{host}/news/{slug}"


def an_article(slug: str = "token-listed", host: str = "daily.example", **fields: Any) -> Article:
    """An article at ``https://daily.example/news/<slug>``, with one of everything unless ``fields`` says otherwise."""
    address = url(slug, host)
    usual: dict[str, Any] = {
        "source": host.partition(".")[0],
        "title": "Exchange lists token",
        "authors": ("Ada Field",),
        "published_at": "2026-11-20T09:00:00+01:00",
        "tags": ("Exchanges",),
        "body": BODY,
        "headings": (Heading(2, "What changes for holders", 1),),
        "links": (Link("related_block", url("earlier-story"), "An earlier story", "It began in May.", 3),),
        "removed": (RemovedBlock("newsletter", "newsletter.signup", "Get our letter", "div/p"),),
        "fetched_at": "2026-11-20T10:00:00Z",
        "extractor": "newsmint 0.1.0",
    }
    return Article(id=article_id(address), url=address, canonical_url=address, **(usual | fields))


def a_page(slug: str = "token-listed", host: str = "daily.example", **fields: Any) -> RawPage:
    """The page of ``an_article``."""
    usual: dict[str, Any] = {
        "body": b"<p>The exchange said</p>",
        "fetched_at": "2026-11-20T10:00:00Z",
        "source": "daily",
    }
    return RawPage(url=url(slug, host), **(usual | fields))
