"""The four ways a URL's visit ends, each one work of a transaction: stored, not modified, rejected, or failed.

Every one is conditional on the lease: a crawl that lost it (it hung, another took over) writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from pipelines.archive import PageArchive
from pipelines.errors import NewsmintError
from pipelines.items import Validators
from pipelines.rights import Notice
from pipelines.stages import tombstones
from pipelines.stages.again import due_after
from pipelines.stages.items import Extracted, Fetched, Lease, NotModified
from pipelines.stages.refuse_repeats import refuse_repeat
from pipelines.stages.rejected import Rejected
from pipelines.stages.revisit import retry_after_failure
from pipelines.stages.tombstones import Suspicion
from pipelines.store import frontier
from pipelines.store.articles import content_hash, published, save_article
from pipelines.store.chrome import observe
from pipelines.store.gone import lift
from pipelines.store.links import register
from pipelines.store.pages import keep_page
from pipelines.store.quality import save_first_quality, save_quality
from pipelines.store.rights import read_again, save_rights
from pipelines.store.runs import record_fetch, record_rejection
from pipelines.store.times import normalised, now, utc_text

PASSING = frozenset({"block_page", "crash", "memory", "time_limit"})
"""Reasons of rejection that another visit may not meet."""


class LeaseLost(NewsmintError):
    """The URL is another crawl's by now; what this one made of it is dropped."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where outcomes are written: the run they count for, and the archive of their pages."""

    run_id: int
    archive: PageArchive


def store(conn: Connection, place: Place, item: Extracted) -> str:
    """Save the article and settle its URL; ``new``, ``updated`` or ``unchanged``. Raises LeaseLost, SoftNotFound.

    A page that was only read again is ``recleaned`` or ``unchanged``, and leaves a trace where it is the former.
    """
    refuse_repeat(conn, item.article)
    page_id = _page_id(conn, place, item.fetched)
    outcome = str(save_article(conn, item.article, page_id=page_id, enrichment=item.enrichment))
    _note_rights(conn, item.fetched, item.notices, page_id, item.article.id, is_new=outcome == "new")
    if item.quality is not None and outcome == "new":
        save_first_quality(conn, item.article.id, content_hash(item.article), item.quality)
    elif item.quality is not None and outcome != "unchanged":
        save_quality(conn, item.article.id, item.quality)
    if item.fetched.again:
        return _note_cleaning(conn, place, item.fetched, outcome, page_id)
    asked = item.fetched.page.requested_url
    if asked and outcome == "unchanged":  # a further address of an article that is stored
        register(conn, item.article.id, own=(), redirects=(asked,))
    if outcome == "new":
        observe(conn, item.article, now())
    _record(conn, place, item.fetched, outcome, page_id, item.seconds)
    lease, fetched = item.fetched.lease, item.fetched
    if lease is not None:
        known = frontier.known(conn, lease.url)
        if moved := tombstones.after_arrival(conn, known, fetched, item.article.id):
            tombstones.bury(conn, moved, now())
        if outcome != "new":
            lift(conn, item.article.id)
        edited, fresh = outcome == "updated", fetched.fresh_seconds
        due = due_after(known, item.article.published_at, fetched.page.fetched_at, edited, fresh)
        _settle(conn, lease, outcome, due, item.article.id, fetched.validators)
    frontier.add(conn, fetched.found, patient=True)
    return outcome


def not_modified(conn: Connection, place: Place, same: NotModified) -> str:
    """Note that a stored article's page is what it was, and settle its URL."""
    lease, entry, at = same.lease, same.entry, utc_text(now())
    route = entry.hint.route if entry.hint else None
    record_fetch(conn, place.run_id, entry.source, lease.url, route, 304, 0, same.seconds, "not_modified")
    lift(conn, entry.article_id or "")
    published_at = published(conn, entry.article_id)
    due = due_after(frontier.known(conn, lease.url), published_at, at, fresh_seconds=same.fresh_seconds)
    _settle(conn, lease, "not_modified", due, validators=same.validators)
    return "not_modified"


def reject(conn: Connection, place: Place, fetched: Fetched, rejected: Rejected) -> str:
    """Keep the page, say why it is no article, and settle its URL; ``gone`` where an article was there for certain."""
    page_id, lease = _page_id(conn, place, fetched), fetched.lease
    _note_rights(conn, fetched, rejected.notices, page_id)
    suspicion = tombstones.after_rejection(conn, fetched, rejected.reason, page_id)
    if suspicion is not None and suspicion.is_sure:
        _record(conn, place, fetched, "gone", page_id, rejected.seconds)
        return _bury(conn, suspicion, lease)
    url, at = fetched.page.url, fetched.page.fetched_at
    _record(conn, place, fetched, "rejected", page_id, rejected.seconds)
    record_rejection(conn, place.run_id, fetched.source, url, rejected.reason, rejected.detail, page_id, at)
    if lease is not None and suspicion is not None:
        _fail(conn, lease, suspicion.reason, now() + tombstones.CONFIRM)
    elif lease is not None and (rejected.reason in PASSING or tombstones.is_stored(conn, lease)):
        _fail(conn, lease, rejected.reason, _retry_at(conn, lease))
    else:
        _settle(conn, lease, f"rejected: {rejected.reason}", None)
    frontier.add(conn, fetched.found, patient=True)
    return "rejected"


@dataclass(frozen=True, slots=True)
class Missed:
    """A request that brought no page. ``retry`` says whether another run should try; ``wait`` how long at least."""

    source: str
    url: str
    route: str | None
    kind: str
    detail: str
    status: int | None = None
    seconds: float | None = None
    lease: Lease | None = None
    retry: bool = False
    wait: float = 0.0


def fail(conn: Connection, place: Place, missed: Missed) -> str:
    """Record the failure and, where the request was for a leased URL, when to try it again.

    ``failed``; or ``gone`` where it says for certain that a stored article is.
    """
    lease = missed.lease
    suspicion = tombstones.after_failure(conn, lease, missed.kind)
    outcome = "gone" if suspicion is not None and suspicion.is_sure else "failed"
    record_fetch(
        conn,
        place.run_id,
        missed.source,
        missed.url,
        missed.route,
        missed.status,
        None,
        missed.seconds,
        outcome,
        f"{missed.kind}: {missed.detail}",
    )
    if suspicion is not None and suspicion.is_sure:
        return _bury(conn, suspicion, lease)
    if lease is not None:
        again = _retry_at(conn, lease) if missed.retry else None
        again = now() + tombstones.CONFIRM if suspicion is not None else again
        _fail(conn, lease, missed.kind, max(again, now() + timedelta(seconds=missed.wait)) if again else None)
    return outcome


def _retry_at(conn: Connection, lease: Lease) -> datetime | None:
    """When to try again; a stored article is never given up: its site may come back after months."""
    again = retry_after_failure(lease.tries)
    return now() + tombstones.LOOK_AGAIN if again is None and tombstones.is_stored(conn, lease) else again


def _fail(conn: Connection, lease: Lease, error: str, retry_at: datetime | None) -> None:
    _held(frontier.fail(conn, lease.url, lease.owner, error, retry_at), lease)


def _bury(conn: Connection, suspicion: Suspicion, lease: Lease | None) -> str:
    _settle(conn, lease, f"gone: {suspicion.reason}", tombstones.bury(conn, suspicion, now()))
    return "gone"


def _note_rights(
    conn: Connection,
    fetched: Fetched,
    said: tuple[Notice, ...],
    page_id: int,
    article_id: str | None = None,
    *,
    is_new: bool = False,
) -> None:
    """Record what is said of the page's use: by itself (``said``), by its headers and its host."""
    if fetched.page_id is not None:
        read_again(conn, page_id, said, article_id)
    elif fetched.notices is not None:
        seen_at = normalised(fetched.page.fetched_at) or utc_text(now())
        save_rights(conn, page_id, (*fetched.notices, *said), seen_at, article_id, is_new=is_new)


def _note_cleaning(conn: Connection, place: Place, fetched: Fetched, outcome: str, page_id: int) -> str:
    """Nobody edited anything, so it does not count as an update."""
    if outcome == "unchanged":
        return outcome
    _record(conn, place, fetched, "recleaned", page_id)
    return "recleaned"


def _page_id(conn: Connection, place: Place, fetched: Fetched) -> int:
    return fetched.page_id if fetched.page_id is not None else keep_page(conn, place.archive, fetched.page)


def _record(
    conn: Connection,
    place: Place,
    fetched: Fetched,
    outcome: str,
    page_id: int,
    extract_seconds: float | None = None,
) -> None:
    page = fetched.page
    replayed = fetched.page_id is not None
    route = "archive" if replayed else page.hint.route if page.hint else None
    size = len(page.body) + sum(map(len, page.parts))
    at = None if replayed else page.fetched_at
    record_fetch(
        conn,
        place.run_id,
        page.source,
        page.url,
        route,
        page.status,
        size,
        fetched.seconds,
        outcome,
        None,
        page_id,
        at,
        extract_seconds,
    )


def _settle(
    conn: Connection,
    lease: Lease | None,
    outcome: str,
    due: datetime | None,
    article_id: str | None = None,
    validators: Validators | None = None,
) -> None:
    if lease is not None:
        done = frontier.complete(
            conn, lease.url, lease.owner, outcome, due, article_id=article_id, validators=validators
        )
        _held(done, lease)


def _held(held: bool, lease: Lease) -> None:
    if not held:
        raise LeaseLost(f"{lease.url}: another crawl has taken over this URL")
