"""Which assets the stored articles speak of most."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, text

from pipelines.store.times import epoch_asked_for

_SUMS = "asset, kind, sum({articles}) AS articles, sum({titles}) AS titles, sum(mentions) AS mentions"
_ORDER = "GROUP BY asset, kind ORDER BY articles DESC, mentions DESC, asset LIMIT :limit"

_BY_DAY = text(
    f"SELECT {_SUMS.format(articles='articles', titles='titles')} FROM asset_day "  # noqa: S608 (constants)
    "WHERE day >= date(:since, 'unixepoch') AND (:asset = '' OR asset = :asset) AND (:kind = '' OR kind = :kind) "
    f"{_ORDER}"
)
_OF_A_SOURCE = text(
    f"SELECT {_SUMS.format(articles='1', titles='in_title')} FROM article_asset "  # noqa: S608 (constants)
    "JOIN article ON article.id = article_asset.article_id "
    "WHERE article.source = :source AND article.published_ts >= :since "
    "AND (:asset = '' OR asset = :asset) AND (:kind = '' OR kind = :kind) "
    f"{_ORDER}"
)
_FIRST_EPOCH = -62_135_596_800


@dataclass(frozen=True, slots=True)
class AssetCount:
    """How much is written of an asset: articles, those that have it in their title, and places in all."""

    asset: str
    kind: str
    articles: int
    titles: int
    mentions: int

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


def top_assets(
    conn: Connection,
    *,
    since: str | None = None,
    source: str | None = None,
    asset: str | None = None,
    kind: str | None = None,
    limit: int = 20,
) -> list[AssetCount]:
    """The assets that most articles speak of, published from ``since`` on (ISO 8601; whole days without ``source``).

    UsageError where ``since`` is no date.
    """
    start = epoch_asked_for(since, "since")
    asked = {
        "since": _FIRST_EPOCH if start is None else start,
        "asset": asset or "",
        "kind": kind or "",
        "limit": limit,
    }
    found = conn.execute(_OF_A_SOURCE, {**asked, "source": source}) if source else conn.execute(_BY_DAY, asked)
    return [AssetCount(*row) for row in found]
