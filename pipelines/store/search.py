"""Full-text search of the articles, with filters, snippets, and near-duplicates folded into one hit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypedDict

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    TextClause,
    and_,
    bindparam,
    column,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    table,
    text,
)

from pipelines.store import asof
from pipelines.store.dialect import chunks
from pipelines.store.match import Query, parse
from pipelines.store.postgres import search as shared
from pipelines.store.schema import article, article_asset, article_label, story, story_article
from pipelines.store.texts import MATCH_END, MATCH_START, SNIPPET_WORDS, WEIGHTS
from pipelines.store.times import epoch_asked_for

MOST_RANKED = 20_000
"""Of so many matches, the newest, the best are found; by date, more are walked through instead of being sorted."""

Order = Literal["rank", "date"]


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that matches. ``rank`` is BM25's: lower is better. ``others`` counts those of its story beside it."""

    id: str
    url: str
    title: str | None
    source: str | None
    published_at: str | None
    snippet: str
    rank: float
    story: int | None = None
    others: int = 0

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, without the marks in the snippet."""
        plain = self.snippet.replace(MATCH_START, "").replace(MATCH_END, "")
        return asdict(self) | {"snippet": plain, "rank": round(self.rank, 4)}


class Filters(TypedDict, total=False):
    """What ``search`` takes beside the query."""

    source: str | None
    since: str | None
    until: str | None
    asset: str | None
    language: str | None
    label: str | None
    story: int | None
    fold: bool
    limit: int
    order: Order


@dataclass(frozen=True, slots=True)
class Asked:
    """A search: the query, the conditions on the article, and how to give the hits."""

    query: Query
    conditions: tuple[ColumnElement[bool], ...]
    order: Order
    fold: bool
    limit: int


def search(
    conn: Connection,
    query: str,
    *,
    source: str | None = None,
    since: str | None = None,
    until: str | None = None,
    asset: str | None = None,
    language: str | None = None,
    label: str | None = None,
    story: int | None = None,
    fold: bool = False,
    limit: int = 20,
    order: Order = "rank",
) -> list[Hit]:
    """Articles that match, best (or newest) first, published from ``since`` up to, not including, ``until`` (ISO 8601).

    ``asset`` is a name, ticker or key; ``fold`` gives of each story the first hit only. Raises UsageError for a query
    without words, for what is no date, and for an asset nobody knows.
    """
    parsed = parse(query)
    given = _filters(source, epoch_asked_for(since, "since"), epoch_asked_for(until, "until"), language, label, story)
    conditions = (*_containing(conn, parsed), *given, *(_speaks_of(asset) if asset else ()))
    asked = Asked(parsed, conditions, order, fold, limit)
    moment = asof.moment_of(conn)
    if moment is not None:
        from pipelines.store.search_past import search_past  # imports this module

        return search_past(conn, asked, moment)
    ranks = _unfolded(conn, asked) if not fold else _folded(conn, asked)
    return hits(conn, parsed, ranks)


def _unfolded(conn: Connection, asked: Asked) -> dict[int, float]:
    rows = conn.execute(_statement(conn, asked).limit(asked.limit))
    return {row.number: row.rank for row in rows}


def _folded(conn: Connection, asked: Asked) -> dict[int, float]:
    """The first of each story, in order; rows are fetched until there are enough."""
    kept: dict[int, float] = {}
    seen: set[int] = set()
    with conn.execute(_statement(conn, asked), execution_options={"stream_results": True}) as rows:
        for some in rows.partitions(200):
            stories = stories_of(conn, [row.number for row in some])
            for row in some:
                its_story = stories.get(row.number)
                if its_story is None or its_story[0] not in seen:
                    kept[row.number] = row.rank
                if its_story is not None:
                    seen.add(its_story[0])
                if len(kept) >= asked.limit:
                    return kept
    return kept


def stories_of(conn: Connection, numbers: list[int]) -> dict[int, tuple[int, int]]:
    """Of articles that are in a story: its id, and how many other articles it has."""
    rows = (row for some in chunks(numbers) for row in conn.execute(_STORIES, {"numbers": some}))
    return {number: (story_id, articles - 1) for number, story_id, articles in rows}


_STORIES = (
    select(article.c.number, story.c.id, story.c.articles)
    .join_from(article, story_article, story_article.c.article_id == article.c.id)
    .join(story, story.c.id == story_article.c.story_id)
    .where(article.c.number.in_(bindparam("numbers", expanding=True)))
)

_fts = table("article_fts", column("rowid"))
_WHOLE: ColumnElement[str] = literal_column("article_fts")
_NEWEST = (article.c.published_ts.desc(), article.c.number.desc())


def _statement(conn: Connection, asked: Asked) -> Select[Any]:
    """Number and rank of what matches, in order.

    In SQLite the index is asked first and once: left to itself, it would be asked again for every article of a source.
    The plus before its ``rowid`` sees to that.
    """
    if conn.dialect.name == "postgresql":
        return shared.statement(conn, asked)
    if not asked.query.match:
        plain = select(article.c.number, literal_column("0.0").label("rank"))
        return plain.where(*asked.conditions).order_by(*_NEWEST)
    if asked.order == "date" and _are_many(conn, asked.query):
        return _walked(asked)
    best = _best(asked).subquery("best")
    found = select(best.c.number, best.c.rank)
    if asked.order == "date":
        return found.join_from(best, article, article.c.number == best.c.number).order_by(*_NEWEST)
    return found.order_by(best.c.rank, best.c.number.desc())


def _best(asked: Asked) -> Select[Any]:
    """What matches, with its rank; of very many the newest, since to rank one costs more than to find it."""
    found = select(_fts.c.rowid.label("number"), func.bm25(_WHOLE, *WEIGHTS).label("rank"))
    if asked.conditions:
        found = found.join_from(_fts, article, article.c.number == literal_column("+article_fts.rowid"))
    return found.where(matches(asked.query), *asked.conditions).order_by(_fts.c.rowid.desc()).limit(MOST_RANKED)


def _walked(asked: Asked) -> Select[Any]:
    """The newest of very many: articles by date, each looked up among the matches. They have no rank."""
    numbers = select(_fts.c.rowid).where(matches(asked.query))
    among = literal_column("+article.number", article.c.number.type).in_(numbers)
    found = select(article.c.number, literal_column("0.0").label("rank")).select_from(article)
    return found.where(among, *asked.conditions).order_by(*_NEWEST)


def _are_many(conn: Connection, query: Query) -> bool:
    some = select(_fts.c.rowid).where(matches(query)).limit(MOST_RANKED + 1).subquery()
    return conn.execute(select(func.count()).select_from(some)).scalar_one() > MOST_RANKED


def matches(query: Query) -> TextClause:
    """The condition on the index."""
    return text("article_fts MATCH :match").bindparams(match=query.match)


def hits(conn: Connection, query: Query, ranks: dict[int, float]) -> list[Hit]:
    """The articles of these numbers, in this order. Snippets only now: of all that match they would take long."""
    about = described(conn, list(ranks))
    for some in chunks(list(ranks)):
        for number, snippet in _snippets(conn, query, some):
            about[number]["snippet"] = snippet
    return [Hit(rank=rank, **about[number]) for number, rank in ranks.items()]


def described(conn: Connection, numbers: list[int]) -> dict[int, dict[str, Any]]:
    """What a hit says of each article, but for its rank and snippet."""
    found: dict[int, dict[str, Any]] = {}
    stories = stories_of(conn, numbers)
    for some in chunks(numbers):
        for row in conn.execute(_ABOUT, {"numbers": some}):
            story_id, others = stories.get(row.number, (None, 0))
            found[row.number] = {name: getattr(row, name) for name in _SHOWN} | {"story": story_id, "others": others}
    return found


_SHOWN = ("id", "url", "title", "source", "published_at")
_ABOUT = select(article.c.number, *(article.c[name] for name in _SHOWN)).where(
    article.c.number.in_(bindparam("numbers", expanding=True))
)


def _snippets(conn: Connection, query: Query, numbers: list[int]) -> Iterable[Any]:
    """Number and snippet of each."""
    if not query.match:
        begin = func.greatest if conn.dialect.name == "postgresql" else func.max
        found = begin(_place(conn)(article.c.body, query.contains[0]) - 30, 1)
        snippet = func.substr(article.c.body, found, 120)
        return conn.execute(select(article.c.number, snippet).where(article.c.number.in_(numbers)))
    if conn.dialect.name == "postgresql":
        return shared.snippets(conn, query, numbers)
    marked = func.snippet(_WHOLE, -1, MATCH_START, MATCH_END, "…", SNIPPET_WORDS)
    return conn.execute(select(_fts.c.rowid, marked).where(matches(query), _fts.c.rowid.in_(numbers)))


def _containing(conn: Connection, query: Query) -> Iterator[ColumnElement[bool]]:
    for words in query.contains:
        yield _contains(conn, words)
    for words in query.lacks:
        yield not_(_contains(conn, words))


def _contains(conn: Connection, words: str) -> ColumnElement[bool]:
    columns = (func.coalesce(article.c[name], "") for name in ("title", "body"))
    return or_(*(_place(conn)(func.lower(each), words.lower()) > 0 for each in columns))


def _place(conn: Connection) -> Any:
    """The function that says where in a text another one begins, from 1; 0 for nowhere."""
    return func.strpos if conn.dialect.name == "postgresql" else func.instr


def _filters(
    source: str | None, since: int | None, until: int | None, language: str | None, label: str | None, story: int | None
) -> Iterable[ColumnElement[bool]]:
    """Conditions on the article; what hangs on it is looked up by its key."""
    if source is not None:
        yield article.c.source == source
    if since is not None:
        yield article.c.published_ts >= since
    if until is not None:
        yield article.c.published_ts < until
    if language is not None:
        yield article.c.language == language
    if label is not None:
        yield exists().where(article_label.c.article_id == article.c.id, article_label.c.label == label)
    if story is not None:
        yield exists().where(story_article.c.article_id == article.c.id, story_article.c.story_id == story)


def _speaks_of(asset: str) -> Iterator[ColumnElement[bool]]:
    from pipelines.enrich.assets import asset_key  # its tables of names take long to load

    its = article_asset.c
    same = and_(its.published_ts == article.c.published_ts, its.article_id == article.c.id)
    yield exists().where(its.asset == asset_key(asset), same)
