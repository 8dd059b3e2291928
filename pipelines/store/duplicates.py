"""The same clean body under several URLs: all are kept, and all but the first know which one was first."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from sqlalchemy import Connection, bindparam, select, update

from pipelines.store.dialect import execute, execute_many
from pipelines.store.schema import article

LEAST_CHARACTERS = 100
"""Shorter bodies ("Subscribe to read on.") are alike without being copies."""


@lru_cache(maxsize=4)  # of an article that is stored it is asked several times in a row
def spaced(text: str) -> str:
    """A text's words with a single space between them."""
    return " ".join(text.split())


@lru_cache(maxsize=4)
def body_hash(body: str) -> str | None:
    """SHA-256 of a body, however it is spaced; None for one too short to tell."""
    text = spaced(body)
    return hashlib.sha256(text.encode(errors="replace")).hexdigest() if len(text) >= LEAST_CHARACTERS else None


def find_duplicate(conn: Connection, body_hash: str | None, article_id: str) -> str | None:
    """The id of another stored article with this body: of the earliest published, or first seen, where several are."""
    if body_hash is None:
        return None
    query = select(article.c.id).where(article.c.body_hash == body_hash, article.c.id != article_id)
    return conn.execute(query.order_by(article.c.published_ts, article.c.number).limit(1)).scalar()


def same_text(conn: Connection, source: str, body_hash: str, limit: int) -> list[str]:
    """Ids of the first stored articles of a source with this body."""
    return [row[0] for row in execute(conn, _SAME, {"body_hash": body_hash, "source": source, "most": limit})]


def settle_duplicates(conn: Connection, article_id: str, body_hash: str | None, *, is_new: bool = False) -> None:
    """Decide anew which is the first among the articles with the body of this one, and among those it left."""
    if is_new and body_hash is not None and _comes_after(conn, article_id, body_hash):
        return
    groups = {body_hash}
    if not is_new:
        groups |= {row[0] for row in execute(conn, _LEFT, {"first": article_id})}
        if body_hash is None:
            execute(conn, _POINT, {"copy": article_id, "first": None})
    for each in groups - {None}:
        _settle(conn, each)


def _comes_after(conn: Connection, article_id: str, body_hash: str) -> bool:
    """Whether a new article is no first one. It then points to that; of a hundred thousand copies only one is read."""
    copy = execute(conn, _ANOTHER, {"body_hash": body_hash, "id": article_id}).first()
    if copy is None:
        return True
    first = copy[1] or copy[0]
    earliest = min(execute(conn, _TIMES, {"one": first, "other": article_id}), key=lambda row: row[1:])
    if earliest[0] == first:
        execute(conn, _POINT, {"copy": article_id, "first": first})
    return bool(earliest[0] == first)


_ANOTHER = (
    select(article.c.id, article.c.duplicate_of)
    .where(article.c.body_hash == bindparam("body_hash"), article.c.id != bindparam("id"))
    .limit(1)
)
_TIMES = select(article.c.id, article.c.published_ts, article.c.number).where(
    article.c.id.in_([bindparam("one"), bindparam("other")])
)
_LEFT = select(article.c.body_hash).where(article.c.duplicate_of == bindparam("first")).distinct()
_SAME = (
    select(article.c.id)
    .where(article.c.body_hash == bindparam("body_hash"), article.c.source == bindparam("source"))
    .order_by(article.c.number)
    .limit(bindparam("most"))
)
_GROUP = (
    select(article.c.id, article.c.duplicate_of)
    .where(article.c.body_hash == bindparam("body_hash"))
    .order_by(article.c.published_ts, article.c.number)
)
_POINT = update(article).where(article.c.id == bindparam("copy")).values(duplicate_of=bindparam("first"))


def _settle(conn: Connection, body_hash: str | None) -> None:
    first, *copies = execute(conn, _GROUP, {"body_hash": body_hash})
    wanted = {first[0]: None, **{copy: first[0] for copy, _ in copies}}
    wrong = [{"copy": each, "first": wanted[each]} for each, known in (first, *copies) if known != wanted[each]]
    if wrong:
        execute_many(conn, _POINT, wrong)
