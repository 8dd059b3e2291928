"""A source: whether it is well, its pace, what of its pages became articles, and what was removed from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipelines.desk.days import by_series, last_days
from pipelines.desk.health import Verdict, verdict
from pipelines.desk.plot import Plot, columns
from pipelines.desk.reading import Reader, Row

DAYS = 60
LATEST = 500
"""So many of its latest articles and fetches are counted: the same work however large the store is."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources, those in trouble first."""

    sources: list[Row]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """All that the page shows. Counts are of the latest fetches and articles."""

    source: Row
    verdict: Verdict | None
    volume: Plot
    alarms: list[Row]
    outcomes: list[Row]
    trouble: list[Row]
    removed: list[Row]
    articles: list[Row]
    listings: list[Row]
    learned: list[Row]
    latest: int = LATEST


def sources(reader: Reader) -> Sources:
    """Every source that the store knows."""
    return Sources(reader.rows("the sources", _SOURCES))


def source(reader: Reader, key: str, at: datetime) -> SourcePage | None:
    """One source; None where nothing is known of it."""
    found = reader.row("the source", _SOURCE, source=key)
    if found is None:
        return None
    until = min(int(at.timestamp()), found["latest"] or int(at.timestamp()))
    days = last_days(until, DAYS)
    volume = reader.rows("articles a day", _VOLUME, source=key, first=days[0], last=days[-1])
    return SourcePage(
        source=found,
        verdict=verdict(reader.place, key, at),
        volume=columns(f"Articles a day, {DAYS} days to {days[-1]}", days, by_series(volume, "source")),
        alarms=reader.rows("its alarms, past ones too", _ALARMS, source=key),
        outcomes=reader.rows("what came of its latest fetches", _OUTCOMES, source=key, limit=LATEST),
        trouble=reader.rows("why pages became no articles", _TROUBLE, source=key, limit=LATEST),
        removed=reader.rows("what was removed from its latest articles", _REMOVED, source=key, limit=LATEST),
        articles=reader.rows("its newest articles", _ARTICLES, source=key),
        listings=reader.rows("its feeds, sitemaps and listings", _LISTINGS, source=key),
        learned=reader.rows("what it repeats on its pages", _LEARNED, source=key),
    )


_SOURCES = """
    SELECT * FROM (
      SELECT source.key, source.name, source.domain, source.language,
             coalesce(written.articles, 0) AS articles,
             (SELECT max(published_ts) FROM article WHERE article.source = source.key) AS latest,
             (SELECT max(fetched_at) FROM "fetch" AS visit WHERE visit.source = source.key) AS last_fetch,
             (SELECT group_concat(kind, ', ') FROM alarm
              WHERE alarm.source = source.key AND cleared_at IS NULL) AS alarms
      FROM source
      LEFT JOIN (SELECT source, sum(articles) AS articles FROM article_day GROUP BY source) AS written
        ON written.source = source.key) AS known
    ORDER BY alarms IS NULL, key
"""
_SOURCE = """
    SELECT source.*, (SELECT count(*) FROM article WHERE article.source = source.key) AS articles,
           (SELECT max(published_ts) FROM article WHERE article.source = source.key) AS latest
    FROM source WHERE key = :source
"""
_VOLUME = """
    SELECT source, day, articles FROM article_day WHERE day BETWEEN :first AND :last AND source = :source
"""
_ALARMS = """
    SELECT kind, detail, raised_at, cleared_at FROM alarm WHERE source = :source
    ORDER BY cleared_at IS NOT NULL, id DESC LIMIT 20
"""
_OUTCOMES = """
    SELECT outcome, count(*) AS fetches
    FROM (SELECT outcome FROM "fetch" WHERE source = :source ORDER BY fetched_at DESC LIMIT :limit) AS latest
    GROUP BY outcome ORDER BY fetches DESC
"""
_TROUBLE = """
    SELECT 'failed' AS kind, error AS reason, count(*) AS pages, max(url) AS example
    FROM (
      SELECT error, url FROM "fetch" WHERE source = :source AND outcome = 'failed' ORDER BY id DESC LIMIT :limit
    ) AS failed
    GROUP BY error
    UNION ALL
    SELECT 'rejected', reason, count(*), max(url)
    FROM (SELECT reason, url FROM rejection WHERE source = :source ORDER BY id DESC LIMIT :limit) AS refused
    GROUP BY reason
    ORDER BY pages DESC
"""
_REMOVED = """
    WITH latest AS MATERIALIZED (
      SELECT id FROM article WHERE source = :source ORDER BY published_ts DESC, number DESC LIMIT :limit)
    SELECT reason, count(*) AS blocks, count(DISTINCT article_id) AS articles, sum(length(text)) AS characters,
           max(rule) AS rule
    FROM latest CROSS JOIN removed_block ON article_id = latest.id
    GROUP BY reason ORDER BY blocks DESC
"""
_ARTICLES = """
    SELECT id, title, published_at, word_count, labels, version, gone_at FROM article
    WHERE source = :source ORDER BY published_ts DESC, number DESC LIMIT 25
"""
_LISTINGS = """
    SELECT url, route, status, error, polls, found, failures, last_polled_at, last_new_at, interval_seconds
    FROM listing WHERE source = :source ORDER BY failures DESC, found DESC LIMIT 50
"""
_LEARNED = """
    SELECT text, seen, at_edge FROM learned_block WHERE source = :source AND seen > 2 ORDER BY seen DESC LIMIT 12
"""
