"""What becomes of a visit to a listing: its names are queued, and when all it led to was read, it is settled.

What a listing's row knows its last answer by (validators, hash) is there only while all that this answer led to is in
the frontier. A visit that is killed, cut short or fails in part leaves none, and the next one reads everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from pipelines.items import Validators
from pipelines.stages.outcomes import Place
from pipelines.stages.revisit import Bounds, backed_off, poll_interval
from pipelines.store import frontier, listings
from pipelines.store.frontier import FrontierEntry
from pipelines.store.listings import Listing
from pipelines.store.runs import record_fetch
from pipelines.store.times import parsed, utc_text


@dataclass(frozen=True, slots=True)
class Read:
    """A feed, sitemap, REST answer or listing page, and what it named; nothing where it is what it was."""

    source: str
    url: str
    route: str
    status: int
    size: int
    seconds: float | None
    entries: Sequence[FrontierEntry] = ()
    patient: bool = False
    """Whether stored articles that it calls modified wait for their turn, as in ``frontier.add``."""


@dataclass(frozen=True, slots=True)
class Page:
    """One address of a visit that answered."""

    url: str
    status: int
    validators: Validators
    content_hash: str | None


@dataclass(frozen=True, slots=True)
class Poll:
    """A visit to a listing and the pages it went on to. ``trouble``: what kept its first page from being read."""

    source: str
    route: str
    root: str
    pages: Sequence[Page] = ()
    found: int = 0
    whole: bool = True
    """Whether all that it named, on all its pages, is in the frontier now."""
    fresh_seconds: float = 0.0
    trouble: str | None = None
    status: int | None = None
    wait: float = 0.0
    """Seconds that the server asked to be left alone for."""


def listing(conn: Connection, place: Place, read: Read) -> int:
    """Record that a listing was read and queue what it named; how many URLs became pending."""
    record_fetch(conn, place.run_id, read.source, read.url, read.route, read.status, read.size, read.seconds, "listing")
    if read.entries:
        listings.forget(conn, read.source, read.url)
    return frontier.add(conn, read.entries, patient=read.patient)


def settle(conn: Connection, poll: Poll, bounds: Bounds, at: datetime) -> Listing:
    """Note how a visit went, and when the next one is due."""
    known = listings.load(conn, poll.source, poll.root) or Listing(poll.source, poll.root, poll.route)
    if poll.trouble is not None:
        row = _failed(known, poll, bounds, at)
    else:
        row = _polled(known, poll, bounds, at)
        for page in poll.pages if poll.whole else ():
            _note(conn, poll, page, at)
    listings.save(conn, row)
    return row


def _failed(known: Listing, poll: Poll, bounds: Bounds, at: datetime) -> Listing:
    pause = bounds.within(known.interval_seconds or bounds.middle)
    due = at + timedelta(seconds=backed_off(pause, known.failures + 1, poll.wait))
    return replace(
        known,
        due_at=utc_text(due),
        failures=known.failures + 1,
        status=poll.status,
        error=poll.trouble,
        polls=known.polls,
    )


def _polled(known: Listing, poll: Poll, bounds: Bounds, at: datetime) -> Listing:
    last = parsed(known.last_polled_at)
    pause = poll_interval(known.interval_seconds, (at - last).total_seconds() if last else None, poll.found, bounds)
    first = next((page for page in poll.pages if page.url == poll.root), None)
    row = replace(
        known,
        due_at=utc_text(at + timedelta(seconds=max(pause, min(poll.fresh_seconds, bounds.most)))),
        interval_seconds=pause,
        polls=known.polls + 1,
        found=known.found + poll.found,
        failures=0,
        status=first.status if first else poll.status,
        error=None,
        last_polled_at=utc_text(at),
        last_new_at=utc_text(at) if poll.found else known.last_new_at,
    )
    return replace(row, validators=first.validators, content_hash=first.content_hash) if first and poll.whole else row


def _note(conn: Connection, poll: Poll, page: Page, at: datetime) -> None:
    """A further page's row; it has no time of its own."""
    if page.url == poll.root:
        return
    known = listings.load(conn, poll.source, page.url) or Listing(poll.source, page.url, poll.route)
    listings.save(
        conn,
        replace(
            known,
            polls=known.polls + 1,
            status=page.status,
            validators=page.validators,
            content_hash=page.content_hash,
            last_polled_at=utc_text(at),
        ),
    )
