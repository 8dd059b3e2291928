"""Search as of a moment: no text that came later helps to find an article, nor is it shown.

The index holds the texts of now. Articles that were not edited since the moment are found by it. Those that were are
searched in the text that they had, in an index made for this one search: the newest of them, since that takes a while.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    column,
    exists,
    func,
    literal_column,
    not_,
    select,
    table,
    text,
)

from pipelines.store.match import Query
from pipelines.store.postgres import search as shared
from pipelines.store.schema import article
from pipelines.store.search import Asked, Hit, described, hits, matches
from pipelines.store.texts import WEIGHTS, search_texts
from pipelines.store.times import utc_text

MOST_EDITED = 2_000
"""Articles edited since the moment that are searched, the newest first."""

MOST_MATCHES = 5_000
"""Matches in the index that are looked at, the best first."""


def search_past(conn: Connection, asked: Asked, moment: datetime) -> list[Hit]:
    """The hits among the articles known at ``moment``, by their texts of then; ``conn`` looks at the store of then."""
    found = _standing(conn, asked, moment) + _edited(conn, asked, moment)
    if asked.order == "date":
        published = _published(conn, [hit.id for hit in found])
        found.sort(key=lambda hit: published[hit.id], reverse=True)
    else:
        found.sort(key=lambda hit: hit.rank)
    return (_folded(found) if asked.fold else found)[: asked.limit]


def _edited_since(conn: Connection, moment: datetime) -> ColumnElement[bool]:
    """Whether an article got a version after the moment: the table itself tells, which the views of then hide."""
    schema = "main" if conn.dialect.name == "sqlite" else conn.execute(select(func.current_schema())).scalar_one()
    later = table("article_version", column("article_id"), column("seen_at"), schema=schema).alias("later")
    return exists().where(later.c.article_id == article.c.id, later.c.seen_at > utc_text(moment))


def _standing(conn: Connection, asked: Asked, moment: datetime) -> list[Hit]:
    """Hits whose text of then is that of now."""
    query: Select[Any]
    if asked.query.match:
        matching = _matching(conn, asked.query).cte("matching").prefix_with("MATERIALIZED")
        query = select(article.c.number, matching.c.rank).join_from(
            matching, article, article.c.number == matching.c.number
        )
    else:
        query = select(article.c.number, literal_column("0.0").label("rank"))
    standing = query.where(*asked.conditions, not_(_edited_since(conn, moment)))
    ordered = standing.order_by(*_order(asked)).limit(asked.limit * (5 if asked.fold else 1))
    return hits(conn, asked.query, {row.number: row.rank for row in conn.execute(ordered)})


def _matching(conn: Connection, query: Query) -> Select[Any]:
    """Number and rank of what the index finds, the best of it."""
    if conn.dialect.name == "postgresql":
        return shared.best(conn, query, MOST_MATCHES)
    rank = func.bm25(literal_column("article_fts"), *WEIGHTS).label("rank")
    index = select(literal_column("rowid").label("number"), rank).select_from(text("main.article_fts"))
    return index.where(matches(query)).order_by(literal_column("rank")).limit(MOST_MATCHES)


def _order(asked: Asked) -> tuple[Any, ...]:
    newest = (article.c.published_ts.desc(), article.c.number.desc())
    return newest if asked.order == "date" else (literal_column("rank"), *newest)


def _edited(conn: Connection, asked: Asked, moment: datetime) -> list[Hit]:
    """Hits among the articles that were edited since, in the text that they had."""
    columns = (article.c.number, article.c.title, article.c.description, article.c.body)
    query = select(*columns).where(*asked.conditions, _edited_since(conn, moment))
    texts = conn.execute(query.order_by(article.c.published_ts.desc()).limit(MOST_EDITED)).all()
    found = search_texts([tuple(row) for row in texts], asked.query)
    about = described(conn, list(found))
    if found and asked.query.match and conn.dialect.name == "postgresql":
        ranks = shared.ranks(conn, asked.query, list(found))
        found = {number: (ranks[number], snippet) for number, (_, snippet) in found.items()}
    return [Hit(rank=rank, snippet=snippet, **about[number]) for number, (rank, snippet) in found.items()]


def _published(conn: Connection, ids: list[str]) -> dict[str, tuple[int, int]]:
    query = select(article.c.id, article.c.published_ts, article.c.number).where(article.c.id.in_(ids))
    return {row.id: (row.published_ts, row.number) for row in conn.execute(query)}


def _folded(found: list[Hit]) -> list[Hit]:
    seen: set[int] = set()
    kept = []
    for hit in found:
        if hit.story is None or hit.story not in seen:
            kept.append(hit)
        seen |= {hit.story} if hit.story is not None else set()
    return kept
