"""The measures of each article's body: one row an article, made when it is stored, caught up with where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select

from pipelines.quality import MEASURER, RULE_SETS, Quality, measure
from pipelines.store.changes import touch
from pipelines.store.dialect import execute
from pipelines.store.schema import article
from pipelines.store.schema import quality as table

_BATCH = 200
_DELETE = delete(table).where(table.c.article_id == bindparam("article"))
_INSERT = insert(table)
_HASH = select(article.c.content_hash).where(article.c.id == bindparam("article"))
_UNMEASURED = or_(
    table.c.article_id.is_(None), table.c.content_hash != article.c.content_hash, table.c.measurer != MEASURER
)


def save_quality(conn: Connection, article_id: str, found: Quality) -> None:
    """Make the row of an article that is stored say this of its present text."""
    content_hash = execute(conn, _HASH, {"article": article_id}).scalar()
    execute(conn, _DELETE, {"article": article_id})
    save_first_quality(conn, article_id, content_hash, found)


def save_first_quality(conn: Connection, article_id: str, content_hash: str | None, found: Quality) -> None:
    """``save_quality`` for an article that was stored just now, with this hash of its text."""
    execute(conn, _INSERT, _row(article_id, content_hash, found))


def count_unmeasured(conn: Connection) -> int:
    """How many articles have no measures of their present text by today's measures."""
    joined = article.outerjoin(table, table.c.article_id == article.c.id)
    return int(conn.execute(select(func.count()).select_from(joined).where(_UNMEASURED)).scalar_one())


def unmeasured(conn: Connection, after: int = 0) -> list[tuple[int, str, str, str | None]]:
    """Number, id, body and language of the next articles that have none, in order of ``number``."""
    joined = article.outerjoin(table, table.c.article_id == article.c.id)
    query = select(article.c.number, article.c.id, article.c.body, article.c.language).select_from(joined)
    found = conn.execute(query.where(_UNMEASURED, article.c.number > after).order_by(article.c.number).limit(_BATCH))
    return [(row[0], row[1], row[2], row[3]) for row in found]


def measure_batch(conn: Connection, after: int = 0) -> tuple[int, int]:
    """Measure the next articles that need it: how many, and the number to go on after."""
    rows = unmeasured(conn, after)
    for _, article_id, body, language in rows:
        save_quality(conn, article_id, measure(body, language))
        touch(conn, article_id)
    return len(rows), rows[-1][0] if rows else after


@dataclass(frozen=True, slots=True)
class Passed:
    """Of one source, or of all: how many articles each rule set applies to, and how many pass."""

    source: str | None
    articles: int
    applies: int
    gopher: int
    repetition: int
    fineweb: int
    c4: int


def passed(conn: Connection) -> Iterator[Passed]:
    """The verdicts by source, in order."""
    sums = [func.coalesce(func.sum(table.c[name]), 0) for name in RULE_SETS]
    query = select(article.c.source, func.count(), func.count(table.c.gopher), *sums)
    joined = query.select_from(article.join(table, table.c.article_id == article.c.id))
    for row in conn.execute(joined.group_by(article.c.source).order_by(article.c.source)):
        yield Passed(*row)


def _row(article_id: str, content_hash: str | None, found: Quality) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in found.__slots__}
    verdicts = {name: int(values[name]) for name in RULE_SETS if values[name] is not None}
    return (
        values
        | verdicts
        | {
            "failed": list(found.failed),
            "article_id": article_id,
            "content_hash": content_hash or "",
            "measurer": MEASURER,
        }
    )
