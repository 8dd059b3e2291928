"""Full-text search in PostgreSQL: the query as a ``tsquery``, and the articles that match it, in order.

Snippets are made by the index of SQLite's, over the few texts that are shown: PostgreSQL's own would mark other words
than were found, since it parses ``ERC-6551`` in a text as no index of ours has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, cast, column, func, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY

from pipelines.store.match import Query, Term
from pipelines.store.schema import article
from pipelines.store.texts import search_texts

if TYPE_CHECKING:
    from pipelines.store.search import Asked

MOST_RANKED = 5_000
"""Of so many matches, the newest, the best are found: to rank one means to read all its words."""

FEW = 4
"""Words of a NEAR of which each must be near each; of more, each to the next."""

_PLACES = {"": "", "title": "A", "description": "B", "body": "C"}
_fts = table("article_fts", column("number"), column("vector"))
_NEWEST = (article.c.published_ts.desc(), article.c.number.desc())


def statement(conn: Connection, asked: Asked) -> Select[Any]:
    """Number and rank of what matches, in order; by date, without ranks."""
    if not asked.query.wanted:
        plain = select(article.c.number, literal_column("0.0").label("rank"))
        return plain.where(*asked.conditions).order_by(*_NEWEST)
    query = words(conn, asked.query)
    if asked.order == "date":
        found = select(article.c.number, literal_column("0.0").label("rank"))
        found = found.join_from(_fts, article, article.c.number == _fts.c.number)
        return found.where(matches(query), *asked.conditions).order_by(*_NEWEST)
    found = select(_fts.c.number, _fts.c.vector)
    if asked.conditions:
        found = found.join_from(_fts, article, article.c.number == _fts.c.number)
    newest = found.where(matches(query), *asked.conditions).order_by(_fts.c.number.desc()).limit(MOST_RANKED)
    return ranked(newest, query)


def ranked(found: Select[Any], query: str) -> Select[Any]:
    """Numbers of what was found, with their vectors, in order of rank: a word in the title counts ten times."""
    some = found.subquery("found")
    rank = func.ts_rank(literal_column("'{0, 0.1, 0.3, 1}'::real[]"), some.c.vector, _cast(query), 1)
    return select(some.c.number, (-rank).label("rank")).order_by(literal_column("rank"), some.c.number.desc())


def best(conn: Connection, query: Query, most: int) -> Select[Any]:
    """Number and rank of the newest of what matches, whatever the article."""
    asked = words(conn, query)
    found = select(_fts.c.number, _fts.c.vector).where(matches(asked)).order_by(_fts.c.number.desc()).limit(most)
    return ranked(found, asked)


def ranks(conn: Connection, query: Query, numbers: list[int]) -> dict[int, float]:
    """The ranks of articles by the texts that the connection sees, which may not be those of the index."""
    texts = (article.c[name] for name in ("title", "description", "body"))
    found = select(article.c.number, func.sqlite.vector(*texts).label("vector")).where(article.c.number.in_(numbers))
    return {row.number: row.rank for row in conn.execute(ranked(found, words(conn, query)))}


def matches(query: str) -> ColumnElement[bool]:
    """The condition on the index."""
    condition: ColumnElement[bool] = _fts.c.vector.op("@@", is_comparison=True)(_cast(query))
    return condition


def words(conn: Connection, query: Query) -> str:
    """The query as the text of a ``tsquery``."""
    expression, given = words_expression(query)
    return str(conn.execute(text(f"SELECT {expression}"), given).scalar_one())


def words_expression(query: Query) -> tuple[str, dict[str, str]]:
    """SQL for it, and its values: the server makes words of what was typed, which it is only given."""
    given: dict[str, str] = {}
    expression = " && ".join(_either(each, given) for each in query.wanted)
    if query.unwanted:
        expression += f" && !!{_either(query.unwanted, given)}"
    return f"CAST({expression} AS text)", given


def _either(terms: tuple[Term, ...], given: dict[str, str]) -> str:
    return f"({' || '.join(_term(term, given) for term in terms)})"


def _term(term: Term, given: dict[str, str]) -> str:
    phrases = [_phrase(phrase, term, given) for phrase in term.phrases]
    if term.near is None:
        return f"({' || '.join(phrases)})"
    pairs = combinations(phrases, 2) if len(phrases) <= FEW else pairwise(phrases)
    return f"({' && '.join(f'sqlite.near({one}, {other}, {term.near})' for one, other in pairs)})"


def _phrase(phrase: str, term: Term, given: dict[str, str]) -> str:
    name = f"phrase{len(given)}"
    given[name] = phrase
    begins = "true" if term.begins else "false"
    return f"sqlite.phrase(CAST(:{name} AS text), '{_PLACES[term.column]}', {begins})"


def snippets(conn: Connection, query: Query, numbers: list[int]) -> Iterator[tuple[int, str]]:
    """Of each article the place where it matches, marked; where that cannot be told, how it begins."""
    columns = (article.c[name] for name in ("number", "title", "description", "body"))
    texts = conn.execute(select(*columns).where(article.c.number.in_(numbers))).all()
    found = search_texts([tuple(each) for each in texts], query)
    for number, _, _, body in texts:
        yield number, found[number][1] if number in found else body[:120]


def _cast(query: str) -> ColumnElement[Any]:
    return cast(query, TSQUERY)
