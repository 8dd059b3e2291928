"""The versions of an article: what an edit left, oldest first, and whether the page said that it was edited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from pipelines.items import Article
from pipelines.store.schema import article_version
from pipelines.store.times import normalised


@dataclass(frozen=True, slots=True)
class Version:
    """One state of an article's clean content. Times are ISO 8601; ``version`` counts from 1."""

    version: int
    seen_at: str
    modified_at: str | None
    title: str | None
    body: str
    word_count: int
    extractor: str
    silent: bool = False
    """Whether the text changed and the page's own date of change did not."""


def versions(conn: Connection, article_id: str) -> list[Version]:
    """All versions of an article, oldest first."""
    columns = [article_version.c[name] for name in Version.__slots__]
    query = select(*columns).where(article_version.c.article_id == article_id).order_by(article_version.c.version)
    return [Version(**row._asdict() | {"silent": bool(row.silent)}) for row in conn.execute(query)]


def is_silent(article: Article, before: Any) -> bool:
    """Whether the text changed and the date of change that the page gives did not; one that gives none cannot tell.

    Nor can a page that other rules read than before: the difference may be theirs.
    """
    same_date = article.modified_at is not None and normalised(article.modified_at) == normalised(before.modified_at)
    return same_date and article.extractor == before.extractor


def mark_silent(conn: Connection, article_id: str, version: int) -> None:
    """Note that the page did not say that it was edited."""
    this = (article_version.c.article_id == article_id) & (article_version.c.version == version)
    conn.execute(update(article_version).where(this).values(silent=1))
