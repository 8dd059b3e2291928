"""An asset: how often articles speak of it, where, and beside what else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipelines.desk.days import by_series, last_days
from pipelines.desk.plot import Plot, columns
from pipelines.desk.reading import Reader, Row
from pipelines.errors import UsageError

DAYS = 60
LATEST = 400
"""So many of the latest articles on it are counted for its sources and neighbours."""


@dataclass(frozen=True, slots=True)
class Assets:
    """Assets of the last weeks, the most spoken of first."""

    until: str
    assets: list[Row]


@dataclass(frozen=True, slots=True)
class AssetPage:
    """All that the page shows."""

    asset: str
    kind: str
    total: int
    volume: Plot
    articles: list[Row]
    sources: list[Row]
    beside: list[Row]
    spelled: list[Row]


def assets(reader: Reader, at: datetime) -> Assets:
    """What was spoken of in the four weeks up to the newest article."""
    now = int(at.timestamp())
    latest = reader.row("the newest date", _LATEST, now=now)
    until = int(latest["latest"] or now) if latest else now
    days = last_days(until, 28)
    return Assets(days[-1], reader.rows("assets of the last four weeks", _ASSETS, first=days[0], last=days[-1]))


def asset(reader: Reader, key: str, at: datetime) -> AssetPage | None:
    """One asset, address, transaction or name; None where no article speaks of it."""
    last = reader.row("when it was spoken of last", _LAST, asset=key, now=int(at.timestamp()))
    if last is None:
        return None
    days = last_days(last["latest"], DAYS)
    volume = reader.rows("articles a day", _VOLUME, asset=key, first=days[0], last=days[-1])
    return AssetPage(
        asset=key,
        kind=last["kind"],
        total=sum(row["articles"] for row in volume),
        volume=columns(f"Articles a day, {DAYS} days to {days[-1]}", days, by_series(volume, "part")),
        articles=reader.rows("the latest on it", _ARTICLES, asset=key),
        sources=reader.rows("who writes of it", _BY_SOURCE, asset=key, limit=LATEST),
        beside=reader.rows("what is spoken of with it", _BESIDE, asset=key, limit=LATEST),
        spelled=reader.rows("how it is written", _SPELLED, asset=key, limit=LATEST),
    )


def key_of(reader: Reader, named: str) -> str:
    """The key of the asset that a person names: ``BTC`` → ``bitcoin``. What is not known stays as it is."""
    if not named or reader.row("whether that is a key", _KNOWN, asset=named):
        return named
    from pipelines.enrich.assets import asset_key  # its tables of names take long to load, and few pages need them

    try:
        return asset_key(named)
    except UsageError:
        return named


_KNOWN = "SELECT 1 FROM article_asset WHERE asset = :asset LIMIT 1"
_LATEST = "SELECT max(published_ts) AS latest FROM article WHERE published_ts <= :now"
_ASSETS = """
    SELECT asset, kind, sum(articles) AS articles, sum(titles) AS titles
    FROM asset_day WHERE day BETWEEN :first AND :last AND kind NOT IN ('address', 'transaction')
    GROUP BY asset, kind ORDER BY articles DESC, asset LIMIT 150
"""
_LAST = """
    SELECT published_ts AS latest, kind FROM article_asset
    WHERE asset = :asset AND published_ts <= :now ORDER BY published_ts DESC LIMIT 1
"""
_VOLUME = """
    SELECT day, 'in the title' AS part, titles AS articles FROM asset_day
    WHERE asset = :asset AND day BETWEEN :first AND :last
    UNION ALL
    SELECT day, 'in the text only', articles - titles FROM asset_day
    WHERE asset = :asset AND day BETWEEN :first AND :last
"""
_ARTICLES = """
    SELECT article.id, article.title, article.source, article.published_at, article_asset.mentions,
           article_asset.in_title, article_asset.certainty
    FROM article_asset CROSS JOIN article ON article.id = article_asset.article_id
    WHERE article_asset.asset = :asset ORDER BY article_asset.published_ts DESC LIMIT 40
"""
_BY_SOURCE = """
    WITH latest AS MATERIALIZED (
      SELECT article_id FROM article_asset WHERE asset = :asset ORDER BY published_ts DESC LIMIT :limit)
    SELECT article.source, count(*) AS articles
    FROM latest CROSS JOIN article ON article.id = latest.article_id
    GROUP BY article.source ORDER BY articles DESC LIMIT 12
"""
_BESIDE = """
    WITH latest AS MATERIALIZED (
      SELECT article_id FROM article_asset WHERE asset = :asset ORDER BY published_ts DESC LIMIT :limit)
    SELECT other.asset, min(other.kind) AS kind, count(*) AS articles
    FROM latest CROSS JOIN article_asset AS other ON other.article_id = latest.article_id
    WHERE other.asset <> :asset GROUP BY other.asset ORDER BY articles DESC, other.asset LIMIT 15
"""
_SPELLED = """
    WITH latest AS MATERIALIZED (
      SELECT article_id FROM article_asset WHERE asset = :asset ORDER BY published_ts DESC LIMIT :limit)
    SELECT asset_mention.text, count(*) AS mentions
    FROM latest CROSS JOIN asset_mention ON asset_mention.article_id = latest.article_id
    WHERE asset_mention.asset = :asset GROUP BY asset_mention.text ORDER BY mentions DESC LIMIT 10
"""
