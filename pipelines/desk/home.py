"""The first page: what came in, how much a day, what rises, what is wrong, and what the last run did."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.desk.days import DAY, by_series, last_days
from pipelines.desk.plot import Plot, columns
from pipelines.desk.reading import Reader, Row, decoded
from pipelines.health import ADVICE

DAYS = 30
SHOWN = 12
RISE_DAYS, BASE_DAYS = 7, 28


@dataclass(frozen=True, slots=True)
class Home:
    """All that the page shows. ``until``: the day that the plots end with."""

    arrived: int
    arrived_from: list[Row]
    newest: list[Row]
    until: str
    volume: Plot
    rising: list[Row]
    stories: list[Row]
    alarms: list[Row]
    run: Row | None


def home(reader: Reader, at: datetime) -> Home:
    """What the store says at the moment ``at``."""
    now = int(at.timestamp())
    until = min(now, _latest(reader, now))
    days = last_days(until, DAYS)
    arrivals = reader.rows("what came in during the last 24 hours", _ARRIVALS, since=_since(at))
    volume = reader.rows("articles a day and source", _VOLUME, first=days[0], last=days[-1])
    return Home(
        arrived=sum(row["articles"] for row in arrivals),
        arrived_from=arrivals,
        newest=decoded(reader.rows("the newest articles", _NEWEST, now=now, limit=SHOWN), "labels"),
        until=days[-1],
        volume=columns(f"Articles a day and source, {DAYS} days to {days[-1]}", days, by_series(volume, "source")),
        rising=rising(reader, until),
        stories=reader.rows("stories that several sources have", _STORIES, limit=SHOWN // 2),
        alarms=advised(reader.rows("what is wrong", _ALARMS)),
        run=_run(reader),
    )


def rising(reader: Reader, until: int, limit: int = 10) -> list[Row]:
    """Assets that more articles of the last week speak of than of a usual one of the four weeks before."""
    days = last_days(until, RISE_DAYS + BASE_DAYS)
    spans = {"before": days[0], "week": days[BASE_DAYS], "last": days[-1], "weeks": BASE_DAYS / RISE_DAYS}
    return reader.rows("assets that rise", _RISING, **spans, limit=limit)


def advised(alarms: list[Row]) -> list[Row]:
    """The alarms with what to do about each."""
    return [row | {"todo": ADVICE.get(row["kind"], "").replace("KEY", row["source"] or "KEY")} for row in alarms]


def _latest(reader: Reader, now: int) -> int:
    row = reader.row("the newest date", _LATEST, now=now)
    return int(row["latest"]) if row and row["latest"] else now


def _since(at: datetime) -> str:
    return datetime.fromtimestamp(at.timestamp() - DAY, at.tzinfo).strftime("%Y-%m-%dT%H:%M:%SZ")


def _run(reader: Reader) -> Row | None:
    run = reader.row("the last run", _RUN)
    if run is None:
        return None
    summary: dict[str, dict[str, Any]] = json.loads(run.pop("summary") or "{}")
    own = [each for each in summary.values() if isinstance(each, dict)]
    sums = {name: sum(each.get(name) or 0 for each in own) for name in ("new", "updated", "gone", "requests")}
    lost = {name: sum(sum((each.get(name) or {}).values()) for each in own) for name in ("rejected", "failures")}
    return run | {"sources": len(json.loads(run["sources"]))} | sums | lost


_LATEST = "SELECT max(published_ts) AS latest FROM article WHERE published_ts <= :now"
_ARRIVALS = """
    SELECT source, count(*) AS articles FROM article
    WHERE first_seen_at >= :since GROUP BY +source ORDER BY articles DESC, source
"""
_NEWEST = """
    SELECT article.id, article.title, article.source, article.published_at, article.published_ts, article.labels,
           article.description, story_article.story_id, story.articles AS story_articles
    FROM article
    LEFT JOIN story_article ON story_article.article_id = article.id
    LEFT JOIN story ON story.id = story_article.story_id
    WHERE article.published_ts <= :now AND article.duplicate_of IS NULL
      AND (story.id IS NULL OR story.first_article_id = article.id)
    ORDER BY article.published_ts DESC, article.number DESC LIMIT :limit
"""
_VOLUME = """
    SELECT source, day, articles FROM article_day WHERE day BETWEEN :first AND :last ORDER BY day, source
"""
_RISING = """
    SELECT asset, kind, articles, round(earlier / :weeks, 1) AS usual,
           (articles + 1.0) / (earlier / :weeks + 1.0) AS rise
    FROM (
      SELECT asset, min(kind) AS kind, sum(CASE WHEN day >= :week THEN articles ELSE 0 END) AS articles,
             sum(CASE WHEN day < :week THEN articles ELSE 0 END) AS earlier
      FROM asset_day WHERE day BETWEEN :before AND :last AND kind NOT IN ('address', 'transaction')
      GROUP BY asset) AS counted
    WHERE articles >= 2 AND articles > round(earlier / :weeks, 1) ORDER BY rise DESC, articles DESC LIMIT :limit
"""
_STORIES = """
    SELECT story.id, story.articles, story.sources, story.last_ts, article.title, article.source
    FROM (SELECT * FROM story ORDER BY last_ts DESC LIMIT 200) AS story
    JOIN article ON article.id = story.first_article_id
    WHERE story.sources > 1 ORDER BY story.last_ts DESC LIMIT :limit
"""
_ALARMS = """
    SELECT source, kind, detail, raised_at, seen_at FROM alarm WHERE cleared_at IS NULL ORDER BY id LIMIT 50
"""
_RUN = """
    SELECT id, command, sources, state, started_at, finished_at, summary FROM crawl_run ORDER BY id DESC LIMIT 1
"""
