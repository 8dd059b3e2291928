"""How much there is: per source, and of the files."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, text

from pipelines.enrich import ENRICHER
from pipelines.store.engine import Location, archive_path
from pipelines.store.schema import article, link, page


@dataclass(frozen=True, slots=True)
class SourceStats:
    """What is stored of one source. ``mean_words`` is of its articles' bodies."""

    source: str | None
    articles: int
    versions: int
    duplicates: int
    first_published_at: str | None
    last_published_at: str | None
    mean_words: float
    links: int
    resolved_links: int
    not_enriched: int
    """Articles that an older version enriched, or none."""

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of a store: pages kept, and bytes of the two files with their write-ahead logs."""

    pages: int
    database_bytes: int
    archive_bytes: int


def source_stats(conn: Connection) -> list[SourceStats]:
    """One row a source, the richest first."""
    linked = (
        select(article.c.source, func.count().label("links"), func.count(link.c.target_article_id).label("resolved"))
        .join_from(link, article, article.c.id == link.c.article_id)
        .group_by(article.c.source)
    )
    links = {row.source: row for row in conn.execute(linked)}
    query = (
        select(
            article.c.source,
            func.count().label("articles"),
            func.sum(article.c.version).label("versions"),
            func.count(article.c.duplicate_of).label("duplicates"),
            func.min(article.c.published_at).label("first_published_at"),
            func.max(article.c.published_at).label("last_published_at"),
            func.avg(article.c.word_count).label("mean_words"),
            (func.count() - func.count(article.c.enricher).filter(article.c.enricher == ENRICHER)).label(
                "not_enriched"
            ),
        )
        .group_by(article.c.source)
        .order_by(func.count().desc(), article.c.source)
    )
    return [SourceStats(**row._asdict(), **_linked(links.get(row.source))) for row in conn.execute(query)]


def sizes(conn: Connection, location: Location) -> Sizes:
    """What the store takes on disk; of a shared one its tables, with their indexes."""
    pages = conn.execute(select(func.count()).select_from(page)).scalar_one()
    if isinstance(location, Path):
        return Sizes(pages, _bytes(location), _bytes(archive_path(location)))
    whole, bodies = conn.execute(_TAKEN).one()
    return Sizes(pages, whole - bodies, bodies)


_TAKEN = text("SELECT pg_database_size(current_database()), pg_total_relation_size('page_body')")


def _linked(row: Any) -> dict[str, Any]:
    return {"links": row.links if row else 0, "resolved_links": row.resolved if row else 0}


def _bytes(path: Path) -> int:
    files = (path, Path(f"{path}-wal"))
    return sum(each.stat().st_size for each in files if each.exists())
