"""Articles that are gone from their site: how that is told, and how sure one must be. Their text stays.

A 410 is the site's word. All else is believed when it is met twice, ``CONFIRM`` apart: sites hiccup. A tombstone is
lifted as soon as the article is there again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from pipelines.stages.items import Fetched, Lease
from pipelines.store import frontier
from pipelines.store.frontier import FrontierEntry
from pipelines.store.gone import gone, mark_gone
from pipelines.store.pages import shown_by
from pipelines.store.times import utc_text
from pipelines.urls import identity

CONFIRM = timedelta(hours=6)
LOOK_AGAIN = timedelta(days=30)
"""After which it is looked whether an article has come back."""
FAILURES = {"http_404": "http_404", "http_410": "http_410", "off_site": "redirected"}
"""Kind of failure → reason of a tombstone."""
UNPUBLISHED = frozenset({"listing", "password", "too_short", "soft_404"})
"""Reasons of rejection by which a page that was an article is one no more."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """An article seems to be gone, for a reason; ``is_sure`` where that is certain by now."""

    article_id: str
    reason: str
    is_sure: bool


def after_failure(conn: Connection, lease: Lease | None, kind: str) -> Suspicion | None:
    """What a failed visit says of the article that the URL led to; None where it says nothing, or none is stored."""
    return _suspicion(conn, _stored(conn, lease), FAILURES.get(kind), kind)


def after_rejection(conn: Connection, fetched: Fetched, reason: str, page_id: int) -> Suspicion | None:
    """What a page that is no article says of the one that was there; nothing where it is the very page of that one."""
    entry = _stored(conn, fetched.lease)
    if entry is None or reason not in UNPUBLISHED or shown_by(conn, page_id) == entry.article_id:
        return None
    return _suspicion(conn, entry, "redirected" if _is_redirected(fetched) else "unpublished")


def after_arrival(conn: Connection, entry: FrontierEntry | None, fetched: Fetched, article_id: str) -> Suspicion | None:
    """What another article says of the one that was there (``entry``): the site leads from that to this."""
    if entry is None or entry.article_id in (None, article_id) or not _is_redirected(fetched):
        return None
    stands_elsewhere = frontier.has_other_address(conn, entry.url, str(entry.article_id))
    return None if stands_elsewhere else Suspicion(str(entry.article_id), "redirected", is_sure=True)


def bury(conn: Connection, suspicion: Suspicion, at: datetime) -> datetime:
    """Set the tombstone; when to look again."""
    mark_gone(conn, suspicion.article_id, suspicion.reason, utc_text(at))
    return at + LOOK_AGAIN


def is_stored(conn: Connection, lease: Lease | None) -> bool:
    """Whether the URL led to an article that is stored."""
    return _stored(conn, lease) is not None


def _stored(conn: Connection, lease: Lease | None) -> FrontierEntry | None:
    entry = frontier.known(conn, lease.url) if lease is not None else None
    return entry if entry is not None and entry.article_id is not None else None


def _suspicion(
    conn: Connection, entry: FrontierEntry | None, reason: str | None, error: str | None = None
) -> Suspicion | None:
    """``error`` is the word that the URL's row keeps of a first time; the reason itself by default."""
    if entry is None or entry.article_id is None or reason is None:
        return None
    if frontier.has_other_address(conn, entry.url, entry.article_id):
        return None
    known = entry.error == (error or reason) or gone(conn, entry.article_id) is not None
    return Suspicion(entry.article_id, reason, is_sure=known or reason == "http_410")


def _is_redirected(fetched: Fetched) -> bool:
    asked = fetched.page.requested_url
    return asked is not None and identity(asked) != identity(fetched.page.url)
