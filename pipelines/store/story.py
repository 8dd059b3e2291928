"""A story as it is shown: who has it, who had it first, and what each adds. ``stories`` puts them together."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, select

from pipelines.store.schema import article, story_article
from pipelines.store.schema import story as table

SHOWN = 200
"""Members that are read, the earliest published first."""


@dataclass(frozen=True, slots=True)
class Telling:
    """An article of a story. ``similarity`` (0 to 1) and ``added_words`` are against the first of the story."""

    id: str
    url: str
    source: str | None
    title: str | None
    published_at: str | None
    first_seen_at: str
    similarity: float
    added_words: int


@dataclass(frozen=True, slots=True)
class Story:
    """Articles of one text. ``articles`` and ``sources`` count all, ``members`` are the first ``SHOWN``."""

    id: int
    first_article_id: str | None
    articles: int
    sources: int
    first_ts: int
    last_ts: int
    press_release: bool
    """Whether it is a company's own text."""
    members: tuple[Telling, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


def story_of(conn: Connection, article_id: str) -> Story | None:
    """The story of an article; None for one that stands alone."""
    of_article = select(story_article.c.story_id).where(story_article.c.article_id == article_id)
    row = conn.execute(select(table).where(table.c.id.in_(of_article))).first()
    if row is None:
        return None
    columns = [*(article.c[name] for name in Telling.__slots__[:-2]), story_article.c.similarity]
    query = (
        select(*columns, story_article.c.added_words)
        .join_from(story_article, article)
        .where(story_article.c.story_id == row.id)
        .order_by(article.c.id != row.first_article_id, article.c.published_ts, article.c.number)
        .limit(SHOWN)
    )
    members = tuple(Telling(**each._asdict()) for each in conn.execute(query))
    return Story(**row._asdict() | {"press_release": bool(row.press_release)}, members=members)
