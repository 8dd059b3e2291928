"""Full-text search that takes whatever a person types.

Every word of the query is quoted before SQLite sees it: ``ERC-6551``, ``$BTC``, ``BTC/USD`` and ``C++`` are syntax
errors of FTS5 otherwise. Words in double quotes are a phrase, ``layer*`` is a beginning, all words must occur.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    TextClause,
    bindparam,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
)

from pipelines.errors import UsageError
from pipelines.store.dialect import chunks
from pipelines.store.schema import article
from pipelines.store.times import epoch_asked_for

MATCH_START, MATCH_END = "\x02", "\x03"
"""Around each matched word of a snippet: characters that no stored text has."""

MAX_WORDS = 50

_PIECE = re.compile(r'"([^"]*)"?|([^\s"]+)')
_LETTERS_DIGITS = re.compile(r"([^\W\d_]+)[-_ ]?(\d+)")
_SYMBOLIC = re.compile(r"\w{1,3}[+#]{1,2}")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese: written without spaces, so a sentence is one word to the index."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that matches. ``rank`` is BM25's: lower is better."""

    id: str
    url: str
    title: str | None
    source: str | None
    published_at: str | None
    snippet: str
    rank: float

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, without the marks in the snippet."""
        plain = self.snippet.replace(MATCH_START, "").replace(MATCH_END, "")
        return asdict(self) | {"snippet": plain, "rank": round(self.rank, 4)}


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked, as an FTS5 expression and as strings to be contained, for what the index cannot tell."""

    match: str
    contains: tuple[str, ...]


def search(
    conn: Connection,
    query: str,
    *,
    source: str | None = None,
    since: str | None = None,
    until: str | None = None,
    limit: int = 20,
    order: Literal["rank", "date"] = "rank",
) -> list[Hit]:
    """Articles that match, best (or newest) first, published from ``since`` up to, not including, ``until`` (ISO 8601).

    Raises UsageError for a query without words and for what is no date.
    """
    asked = parse(query)
    statement = _ranked(asked) if asked.match else select(article.c.number, literal_column("0.0").label("rank"))
    for wanted in _filters(asked, source, epoch_asked_for(since, "since"), epoch_asked_for(until, "until")):
        statement = statement.where(wanted)
    newest = (article.c.published_ts.desc(), article.c.number.desc())
    ordering: tuple[Any, ...] = newest if order == "date" else (literal_column("rank"), *newest)
    ranks = {row.number: row.rank for row in conn.execute(statement.order_by(*ordering).limit(limit))}
    return _hits(conn, asked, ranks)


def parse(query: str) -> Query:
    """Turn what a person typed into a safe query."""
    terms: list[str] = []
    contains: list[str] = []
    for words, is_phrase in _pieces(query):
        if _UNSPACED.search(words):
            contains += [word for word in words.split() if any(map(str.isalnum, word))]
        elif any(map(str.isalnum, words)):
            terms.append(_term(words, is_phrase))
            contains += [words] if _SYMBOLIC.fullmatch(words) else []
    if not terms and not contains:
        raise UsageError(f"{query!r}: nothing to search for; give at least one word")
    return Query(" AND ".join(terms[:MAX_WORDS]), tuple(contains[:MAX_WORDS]))


def _pieces(query: str) -> Iterator[tuple[str, bool]]:
    for phrase, word in _PIECE.findall(query.replace("\0", " ")):
        yield (phrase, True) if phrase else (word, False)


def _term(words: str, is_phrase: bool) -> str:
    """One word or phrase, quoted; ERC6551 and ERC-6551 find each other."""
    joined = None if is_phrase else _LETTERS_DIGITS.fullmatch(words.strip("$#@()[],.;:!?"))
    if joined:
        return f'("{joined[1]}{joined[2]}" OR "{joined[1]} {joined[2]}")'
    return f'"{words}"' + ("*" if not is_phrase and words.endswith("*") else "")


_fts = table("article_fts", column("rowid"))
_WHOLE: ColumnElement[str] = literal_column("article_fts")


def _ranked(asked: Query) -> Select[Any]:
    """Number and rank of the articles in the index that match.

    A word in the title weighs ten, in the description three times what it does in the body. The index is asked
    first and once: left to itself, SQLite would ask it again for every article of a source.
    """
    rank = func.bm25(_WHOLE, 10.0, 3.0, 1.0)
    matching = select(_fts.c.rowid, rank.label("rank")).where(_matches(asked)).cte("matching")
    matching = matching.prefix_with("MATERIALIZED")
    return select(article.c.number, matching.c.rank).join_from(matching, article, article.c.number == matching.c.rowid)


def _matches(asked: Query) -> TextClause:
    return text("article_fts MATCH :match").bindparams(match=asked.match)


def _hits(conn: Connection, asked: Query, ranks: dict[int, float]) -> list[Hit]:
    """The articles of these numbers, in this order. Snippets only now: of all that match they would take long."""
    fields: dict[int, dict[str, Any]] = {number: {"rank": rank} for number, rank in ranks.items()}
    for some in chunks(list(ranks)):
        for row in conn.execute(_ABOUT, {"numbers": some}):
            fields[row.number] |= {name: getattr(row, name) for name in _SHOWN}
        for number, snippet in conn.execute(_snippets(asked, some)):
            fields[number]["snippet"] = snippet
    return [Hit(**each) for each in fields.values()]


_SHOWN = ("id", "url", "title", "source", "published_at")
_ABOUT = select(article.c.number, *(article.c[name] for name in _SHOWN)).where(
    article.c.number.in_(bindparam("numbers", expanding=True))
)


def _snippets(asked: Query, numbers: list[int]) -> Select[Any]:
    if asked.match:
        snippet = func.snippet(_WHOLE, -1, MATCH_START, MATCH_END, "…", 24)
        return select(_fts.c.rowid, snippet).where(_matches(asked), _fts.c.rowid.in_(numbers))
    begin = func.max(func.instr(article.c.body, asked.contains[0]) - 30, 1)
    return select(article.c.number, func.substr(article.c.body, begin, 120)).where(article.c.number.in_(numbers))


def _filters(asked: Query, source: str | None, since: int | None, until: int | None) -> Iterator[ColumnElement[bool]]:
    for words in asked.contains:
        wanted = words.lower()
        yield or_(*(func.instr(func.lower(article.c[name]), wanted) > 0 for name in ("title", "body")))
    if source is not None:
        yield article.c.source == source
    if since is not None:
        yield article.c.published_ts >= since
    if until is not None:
        yield article.c.published_ts < until
