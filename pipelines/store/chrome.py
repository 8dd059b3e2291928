"""What each site repeats, counted as its articles arrive, for the extraction of the next ones."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, delete, select

from pipelines.chrome import MIN_SIGHTINGS, Count, Learned, SiteChrome, learn, sightings
from pipelines.items import Article
from pipelines.store.dialect import execute, execute_many, insert
from pipelines.store.schema import learned_block, learned_source
from pipelines.store.times import utc_text

MEMORY = 1000
"""Articles of its site after which a block that was seen once is forgotten: the table stays bounded."""
MAX_TEXT = 300


def observe(conn: Connection, article: Article, at: datetime) -> None:
    """Count the blocks of an article that is new to the store, for its site."""
    if article.source is None:
        return
    number: int = execute(conn, _next_number(conn.dialect.name), {"source": article.source, "articles": 1}).scalar_one()
    seen_at = utc_text(at)
    rows = [
        {
            "source": article.source,
            "fingerprint": sighting.fingerprint,
            "seen": 1,
            "at_edge": int(sighting.edge),
            "first_number": number,
            "last_number": number,
            "first_seen_at": seen_at,
            "text": sighting.text[:MAX_TEXT],
        }
        for sighting in sightings(article)
    ]
    if rows:
        execute_many(conn, _counting(conn.dialect.name), rows)
    if number % MEMORY == 0:
        _forget(conn, article.source, number - MEMORY)


def articles_counted(conn: Connection, source: str) -> int:
    """How many articles of the source have been counted."""
    return conn.scalar(select(learned_source.c.articles).where(learned_source.c.source == source)) or 0


def site_chrome(conn: Connection, source: str) -> SiteChrome:
    """What the source is known to repeat by now."""
    return learned(conn, source).chrome


def learned(conn: Connection, source: str) -> Learned:
    """What the source is known to repeat by now, and after how many of its articles."""
    articles = articles_counted(conn, source)
    columns = learned_block.c
    rows = conn.execute(
        select(columns.fingerprint, columns.seen, columns.at_edge, columns.first_number, columns.last_number).where(
            columns.source == source, columns.seen >= MIN_SIGHTINGS
        )
    )
    return Learned(articles, learn(articles, [Count(*row) for row in rows]))


@cache
def _next_number(dialect: str) -> Any:
    """The number of a source's next article."""
    counting = insert(dialect, learned_source).on_conflict_do_update(
        index_elements=["source"], set_={"articles": learned_source.c.articles + 1}
    )
    return counting.returning(learned_source.c.articles)


@cache
def _counting(dialect: str) -> Any:
    new = insert(dialect, learned_block)
    return new.on_conflict_do_update(
        index_elements=["source", "fingerprint"],
        set_={
            "seen": learned_block.c.seen + new.excluded.seen,
            "at_edge": learned_block.c.at_edge + new.excluded.at_edge,
            "last_number": new.excluded.last_number,
        },
    )


def _forget(conn: Connection, source: str, before: int) -> None:
    columns = learned_block.c
    conn.execute(
        delete(learned_block).where(columns.source == source, columns.seen == 1, columns.last_number <= before)
    )
