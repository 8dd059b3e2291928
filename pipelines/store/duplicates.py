"""The same clean body under several URLs: all are kept, and all but the first know which one was first."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, select, update

from pipelines.store.schema import article

LEAST_CHARACTERS = 100
"""Shorter bodies ("Subscribe to read on.") are alike without being copies."""


def body_hash(body: str) -> str | None:
    """SHA-256 of a body, however it is spaced; None for one too short to tell."""
    text = " ".join(body.split())
    return hashlib.sha256(text.encode(errors="replace")).hexdigest() if len(text) >= LEAST_CHARACTERS else None


def find_duplicate(conn: Connection, body_hash: str | None, article_id: str) -> str | None:
    """The id of another stored article with this body: of the earliest published, or first seen, where several are."""
    if body_hash is None:
        return None
    query = select(article.c.id).where(article.c.body_hash == body_hash, article.c.id != article_id)
    return conn.execute(query.order_by(article.c.published_ts, article.c.number).limit(1)).scalar()


def settle_duplicates(conn: Connection, article_id: str) -> None:
    """Decide anew which is the first among the articles with the body of this one, and among those it left."""
    this = conn.execute(select(article.c.body_hash, article.c.duplicate_of).where(article.c.id == article_id)).one()
    left = select(article.c.body_hash).where(article.c.duplicate_of == article_id)
    for each in {this.body_hash, *conn.execute(left.distinct()).scalars()}:
        _settle(conn, each)
    if this.body_hash is None and this.duplicate_of is not None:
        _point(conn, [article_id], None)


def _settle(conn: Connection, body_hash: str | None) -> None:
    if body_hash is None:
        return
    query = select(article.c.id, article.c.duplicate_of).where(article.c.body_hash == body_hash)
    first, *copies = conn.execute(query.order_by(article.c.published_ts, article.c.number)).all()
    if first.duplicate_of is not None:
        _point(conn, [first.id], None)
    stray = [copy.id for copy in copies if copy.duplicate_of != first.id]
    if stray:
        _point(conn, stray, first.id)


def _point(conn: Connection, ids: list[str], original: str | None) -> None:
    conn.execute(update(article).where(article.c.id.in_(ids)).values(duplicate_of=original))
