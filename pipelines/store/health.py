"""The facts that a source's health is judged by, read from the store: a bounded look into an index for each of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, literal, select

from pipelines.health import Health, Kind, Trouble, judge, judge_crawl
from pipelines.health.facts import FIELDS, ArticleFacts, ListingFacts, RunFacts, SourceFacts, Visit
from pipelines.store.lock import live
from pipelines.store.runs import NO_CRAWLS
from pipelines.store.schema import article, crawl_run, fetch, listing, rejection, source
from pipelines.store.times import epoch
from pipelines.store.types import JSON

MOST_TIMES, MOST_ARTICLES, MOST_VISITS, MOST_FETCHES, MOST_RUNS = 2_000, 180, 400, 2_000, 12
"""Rows that are read of a source: days to months of it, and the same work however large the store is."""
IDLE_SECONDS = 14 * 86400
"""A source that was not asked for so long before the latest visit of all is not crawled any more."""
MANY_DOWN = 3
"""So many sources down, and more than half of all: it is this machine that is cut off."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that is judged at one moment. ``idle``: sources that are not crawled any more, and are not judged."""

    crawl: tuple[Trouble, ...]
    sources: tuple[Health, ...]
    idle: tuple[str, ...] = ()

    @property
    def troubles(self) -> list[tuple[str | None, Trouble]]:
        """Source (None for the crawl as a whole) and trouble, each."""
        own = [(each.source, trouble) for each in self.sources for trouble in each.troubles]
        return [*((None, trouble) for trouble in self.crawl), *own]


def report(
    conn: Connection, at: datetime, minimums: Mapping[str, float] | None = None, keys: Collection[str] = ()
) -> Report:
    """Judge the sources (all by default). ``minimums``: source → articles a day that it should have at least."""
    moment = int(at.timestamp())
    found = [_facts(conn, row, moment, (minimums or {}).get(row.key)) for row in _sources(conn, keys)]
    latest = max((facts.visits[0].at for facts in found if facts.visits), default=0)
    watched = [facts for facts in found if facts.visits and (keys or facts.visits[0].at >= latest - IDLE_SECONDS)]
    idle = tuple(facts.source for facts in found if facts not in watched)
    crawl, sources = _together(judge_crawl(_runs(conn), moment, latest), [judge(facts) for facts in watched])
    return Report(tuple(crawl), tuple(sources), idle)


def _together(crawl: list[Trouble], sources: list[Health]) -> tuple[list[Trouble], list[Health]]:
    """Where most sources are down at once, that is one trouble and not many."""
    down = [each for each in sources if any(it.kind is Kind.UNREACHABLE for it in each.troubles)]
    if len(down) < MANY_DOWN or 2 * len(down) <= len(sources):
        return crawl, sources
    detail = f"{len(down)} of {len(sources)} sources give nothing but failures: is this machine online?"
    others = [
        replace(each, troubles=tuple(it for it in each.troubles if it.kind is not Kind.UNREACHABLE)) for each in sources
    ]
    return [*crawl, Trouble(Kind.UNREACHABLE, detail)], others


def _sources(conn: Connection, keys: Collection[str]) -> list[Any]:
    query = select(source.c.key, source.c.added_at).order_by(source.c.key)
    return list(conn.execute(query.where(source.c.key.in_(keys)) if keys else query))


def _facts(conn: Connection, row: Any, at: int, minimum: float | None) -> SourceFacts:
    of = {"key": row.key, "at": at}
    return SourceFacts(
        source=row.key,
        watched_since=epoch(row.added_at) or 0,
        published=tuple(conn.execute(_PUBLISHED, of).scalars()),
        articles=tuple(_article(each) for each in conn.execute(_ARTICLES, of)),
        visits=_visits(conn, of),
        listings=tuple(ListingFacts(*each) for each in conn.execute(_LISTINGS, of)),
        healthy_minimum=minimum,
    )


def _visits(conn: Connection, of: dict[str, Any]) -> tuple[Visit, ...]:
    pages = [Visit(it.url, it.outcome, epoch(it.fetched_at) or 0, it.reason) for it in conn.execute(_PAGES, of)]
    listed = [Visit(it.url, it.outcome, epoch(it.fetched_at) or 0) for it in conn.execute(_LISTED, of)]
    return tuple(sorted((*listed, *pages), key=lambda visit: -visit.at))


def _runs(conn: Connection) -> list[RunFacts]:
    found = []
    rows = conn.execute(_RUNS).all()
    at_work = live(conn, {row.owner for row in rows if row.state == "running"})
    for row in rows:
        dead = row.state == "running" and row.owner not in at_work
        started, finished = epoch(row.started_at) or 0, epoch(row.finished_at)
        found.append(RunFacts(row.id, "lost" if dead else row.state, started, finished or (started if dead else None)))
    return found


def _article(row: Any) -> ArticleFacts:
    given = frozenset(name for name in FIELDS if getattr(row, name))
    seen = epoch(row.first_seen_at) or 0
    return ArticleFacts(row.url, row.word_count, row.body_path, given, row.published_ts, seen, row.extractor)


_NONE = literal([], JSON)
_newest = (article.c.published_ts.desc(), article.c.number.desc())
_of = and_(article.c.source == bindparam("key"), article.c.published_ts <= bindparam("at"))
_PUBLISHED = select(article.c.published_ts).where(_of).order_by(*_newest).limit(MOST_TIMES)
_ARTICLES = (
    select(
        *(article.c[name] for name in ("url", "word_count", "body_path", "published_ts", "first_seen_at", "extractor")),
        *(article.c[name].is_not(None).label(name) for name in FIELDS if name not in ("authors", "tags")),
        *((article.c[name] != _NONE).label(name) for name in ("authors", "tags")),
    )
    .where(_of)
    .order_by(*_newest)
    .limit(MOST_ARTICLES)
)
_recent = (
    select(*(fetch.c[name] for name in ("id", "run_id", "url", "route", "outcome", "error", "page_id", "fetched_at")))
    .where(fetch.c.source == bindparam("key"))
    .order_by(fetch.c.fetched_at.desc(), fetch.c.id.desc())
    .limit(MOST_FETCHES)
    .subquery()
)
_refused = (
    select(rejection.c.reason)
    .where(rejection.c.page_id == _recent.c.page_id, rejection.c.run_id == _recent.c.run_id)
    .limit(1)
    .scalar_subquery()
)
_PAGES = (
    select(
        _recent.c.url,
        _recent.c.outcome,
        _recent.c.fetched_at,
        func.coalesce(_recent.c.error, _refused).label("reason"),
    )
    .where(
        _recent.c.outcome != "listing",
        func.coalesce(_recent.c.route, "") != "archive",
        func.coalesce(_recent.c.error, "").not_like("budget%"),
    )
    .order_by(_recent.c.fetched_at.desc(), _recent.c.id.desc())
    .limit(MOST_VISITS)
)
"""Pages that were read again from the archive are no visits, nor is what a budget of our own kept from being asked."""
_LISTED = (
    select(_recent.c.url, _recent.c.outcome, _recent.c.fetched_at)
    .where(_recent.c.outcome == "listing")
    .order_by(_recent.c.fetched_at.desc())
    .limit(1)
)
"""The latest listing that was read: of those, no more need be known."""
_LISTINGS = (
    select(listing.c.url, listing.c.route, listing.c.failures, listing.c.error)
    .where(listing.c.source == bindparam("key"), listing.c.failures > 0)
    .order_by(listing.c.failures.desc())
)
_RUNS = (
    select(crawl_run.c.id, crawl_run.c.state, crawl_run.c.owner, crawl_run.c.started_at, crawl_run.c.finished_at)
    .where(crawl_run.c.command.not_in(NO_CRAWLS))
    .order_by(crawl_run.c.id.desc())
    .limit(MOST_RUNS)
)
