"""Search: the best matches, or the newest, with near-duplicates folded, and what they could be narrowed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from pipelines.desk.reading import Reader, Row, decoded
from pipelines.errors import UsageError
from pipelines.store.match import Query, parse
from pipelines.store.postgres.search import words_expression
from pipelines.store.texts import MATCH_END, MATCH_START, search_texts
from pipelines.store.times import epoch_asked_for

BEST = 200
"""So many matches are ranked and folded; whoever wants more narrows the search, or asks in SQL."""
PAGE = 20
MOST = 5_000
"""So many of the latest articles that match are ranked: a common word stays quick in a store of a million."""
FILTERS = ("source", "since", "until", "language", "asset", "label")
MOST_CHOICES = 12
SNIPPET_WORDS = 32


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for. ``order``: rank or date; ``fold``: one article a story."""

    q: str = ""
    source: str = ""
    since: str = ""
    until: str = ""
    language: str = ""
    asset: str = ""
    label: str = ""
    order: str = "rank"
    fold: bool = True
    page: int = 1

    @classmethod
    def of(cls, args: Mapping[str, Any]) -> Wanted:
        """From the parameters of an address; what is out of range is as if it were not there."""
        text = {name: (args.get(name) or "").strip()[:500] for name in ("q", *FILTERS)}
        page = args.get("page") or "1"
        return cls(
            **text,
            order="date" if args.get("order") == "date" else "rank",
            fold=args.get("fold") != "0",
            page=min(max(int(page), 1), BEST // PAGE) if page.isascii() and page.isdigit() and len(page) < 5 else 1,
        )

    @property
    def filters(self) -> dict[str, str]:
        """Those that are set."""
        return {name: getattr(self, name) for name in FILTERS if getattr(self, name)}

    def url(self, path: str = "/search", **changes: Any) -> str:
        """The address of this search, with changes."""
        changed = replace(self, **({"page": 1} | changes))
        values = {"q": changed.q, **changed.filters}
        values |= {"order": "date"} if changed.order == "date" else {}
        values |= {} if changed.fold else {"fold": "0"}
        values |= {"page": str(changed.page)} if changed.page > 1 else {}
        return f"{path}?{urlencode(values)}" if values else path


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits. ``matches`` counts those looked at, BEST at most; ``choices``: filter → value and count."""

    wanted: Wanted
    hits: list[Row] = field(default_factory=list)
    matches: int = 0
    most: int = MOST
    is_bounded: bool = False
    """Whether only the latest ``MOST`` that match were ranked."""
    folded: int = 0
    pages: int = 0
    choices: dict[str, list[Row]] = field(default_factory=dict)
    error: str | None = None

    @property
    def is_cut(self) -> bool:
        """Whether more match than were looked at."""
        return self.matches >= BEST


def search(reader: Reader, wanted: Wanted) -> Results:
    """The articles that match. What cannot be asked for is said in ``error``."""
    try:
        asked = parse(wanted.q) if wanted.q else None
        sql, params = _query(reader, wanted, asked)
    except UsageError as error:
        return Results(wanted, error=str(error))
    found = reader.rows("the matches", sql, limit=BEST, **params)
    numbers = [row["number"] for row in found]
    groups = _folded(reader, numbers) if wanted.fold else [[number] for number in numbers]
    shown = groups[(wanted.page - 1) * PAGE : wanted.page * PAGE]
    return Results(
        wanted=wanted,
        hits=_hits(reader, shown, asked if asked and asked.match else None),
        matches=len(numbers),
        is_bounded=bool(found) and found[0]["seen"] >= MOST,
        folded=len(numbers) - len(groups),
        pages=-(-len(groups) // PAGE),
        choices=_choices(reader, numbers),
    )


def _query(reader: Reader, wanted: Wanted, asked: Query | None) -> tuple[str, dict[str, Any]]:
    """The query for numbers of matching articles, in order, and its parameters."""
    params: dict[str, Any] = {name: _value(name, value) for name, value in wanted.filters.items()}
    sets = [_IN_INDEX[name] for name in wanted.filters if name in _IN_INDEX]
    rows = [_IN_ROWS[name] for name in wanted.filters if name in _IN_ROWS]
    words = [*((it, ">") for it in asked.contains), *((it, "=") for it in asked.lacks)] if asked else []
    for place, (word, sign) in enumerate(words):
        params[f"word{place}"] = word.lower()
        rows.append(f"instr(lower(coalesce(article.title, '') || ' ' || article.body), :word{place}) {sign} 0")
    if not asked or not asked.match:
        return _listed(wanted, sets, rows), params
    if reader.is_shared:
        return _shared(reader, wanted, asked, [f"article.{each}" for each in sets] + rows, params)
    inside = _INSIDE.format(where=_all(sets, " WHERE ")) if sets else ""
    form = _NEWEST if wanted.order == "date" else _BEST_OF_PASSING if rows else _BEST
    candidates = _CANDIDATES.format(inside=inside)
    statement = form.format(candidates=candidates, inside=inside, where=_all(rows, " WHERE "))
    return statement, params | {"match": asked.match, "most": MOST}


def _shared(
    reader: Reader, wanted: Wanted, asked: Query, conditions: list[str], params: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """The query for a shared store, whose index has its own words."""
    expression, given = words_expression(asked)
    (words,) = reader.connection.execute(f"SELECT {expression}", given).fetchone()
    statement = _SHARED_NEWEST if wanted.order == "date" else _SHARED_BEST
    return statement.format(where=_all(conditions, " AND ")), params | {"match": words, "most": MOST}


def _listed(wanted: Wanted, sets: list[str], rows: list[str]) -> str:
    """The query for the newest that pass, where there are no words to rank by."""
    chosen = [each for each in rows if each not in (_IN_ROWS["asset"], _IN_ROWS["label"])]
    chosen += [_LABELLED] if wanted.label else []
    times = [each for each in sets if "published_ts" in each]
    articles = _OF_ASSET.format(where=_all(times, " AND ")) if wanted.asset else "article"
    return _LISTED.format(articles=articles, where=_all([f"article.{each}" for each in sets] + chosen, " WHERE "))


def _value(name: str, value: str) -> Any:
    return epoch_asked_for(value, name) if name in ("since", "until") else value


def _all(conditions: list[str], opening: str) -> str:
    return f"{opening}{' AND '.join(conditions)}" if conditions else ""


def _folded(reader: Reader, numbers: list[int]) -> list[list[int]]:
    """The numbers in groups of one story each, in order of their best."""
    groups: dict[str, list[int]] = {}
    stories = {row["number"]: row["story"] for row in reader.rows("their stories", _STORIES, numbers=numbers)}
    for number in numbers:
        groups.setdefault(stories.get(number) or f"alone {number}", []).append(number)
    return list(groups.values())


def _hits(reader: Reader, groups: list[list[int]], asked: Query | None) -> list[Row]:
    numbers = [group[0] for group in groups]
    about = {row["number"]: row for row in decoded(reader.rows("what they are", _ABOUT, numbers=numbers), "labels")}
    snippets = _snippets(reader, asked, numbers) if asked else {}
    return [
        about[group[0]] | {"snippet": pieces(snippets.get(group[0])), "others": len(group) - 1}
        for group in groups
        if group[0] in about
    ]


def _snippets(reader: Reader, asked: Query, numbers: list[int]) -> dict[int, str]:
    if reader.is_shared:
        texts = [tuple(row.values()) for row in reader.rows("where the words stand", _TEXTS, numbers=numbers)]
        return {number: snippet for number, (_, snippet) in search_texts(texts, asked, SNIPPET_WORDS).items()}
    marks = {"opening": MATCH_START, "closing": MATCH_END, "words": SNIPPET_WORDS}
    found = reader.rows("where the words stand", _SNIPPETS, match=asked.match, numbers=numbers, **marks)
    return {row["number"]: row["snippet"] for row in found}


def pieces(snippet: str | None) -> list[tuple[str, bool]]:
    """A snippet as text and whether it is a match, in turn."""
    found: list[tuple[str, bool]] = []
    for place, piece in enumerate((snippet or "").split(MATCH_START)):
        match, _, rest = piece.rpartition(MATCH_END) if place else ("", "", piece)
        found += [(match, True)] if match else []
        found += [(rest, False)] if rest else []
    return found


def _choices(reader: Reader, numbers: list[int]) -> dict[str, list[Row]]:
    """What the matches could be narrowed to, with how many of them there are."""
    found: dict[str, list[Row]] = {}
    for row in reader.rows("what they could be narrowed to", _CHOICES, numbers=numbers):
        choices = found.setdefault(row["filter"], [])
        if row["value"] and len(choices) < MOST_CHOICES:
            choices.append(row)
    return found


_IN_INDEX = {"source": "source = :source", "since": "published_ts >= :since", "until": "published_ts < :until"}
"""What an index tells of all articles at once."""
_IN_ROWS = {
    "language": "article.language = :language",
    "asset": "EXISTS (SELECT 1 FROM article_asset WHERE article_id = article.id AND asset = :asset)",
    "label": "EXISTS (SELECT 1 FROM article_label WHERE article_id = article.id AND label = :label)",
}
"""What is looked up for each article."""
_LABELLED = "article.id IN (SELECT article_id FROM article_label WHERE label = :label)"
_INSIDE = " AND +rowid IN (SELECT number FROM article{where})"
_LISTED = """
    SELECT article.number, 0 AS seen FROM {articles}{where}
    ORDER BY article.published_ts DESC, article.number DESC LIMIT :limit
"""
_OF_ASSET = """(
      SELECT article_id FROM article_asset WHERE asset = :asset{where} ORDER BY published_ts DESC LIMIT 2000) AS spoken
    CROSS JOIN article ON article.id = spoken.article_id"""
_CANDIDATES = """
    WITH candidate AS MATERIALIZED (
      SELECT rowid AS number FROM article_fts WHERE article_fts MATCH :match{inside} ORDER BY rowid DESC LIMIT :most)"""
_BEST = """{candidates}
    SELECT rowid AS number, (SELECT count(*) FROM candidate) AS seen FROM article_fts
    WHERE article_fts MATCH :match AND rowid >= (SELECT min(number) FROM candidate){inside}
    ORDER BY bm25(article_fts, 10.0, 3.0, 1.0) LIMIT :limit
"""
_BEST_OF_PASSING = """{candidates},
    passing AS MATERIALIZED (
      SELECT article.number FROM candidate CROSS JOIN article ON article.number = candidate.number{where})
    SELECT rowid AS number, (SELECT count(*) FROM candidate) AS seen FROM article_fts
    WHERE article_fts MATCH :match AND rowid >= (SELECT min(number) FROM passing)
      AND +rowid IN (SELECT number FROM passing)
    ORDER BY bm25(article_fts, 10.0, 3.0, 1.0) LIMIT :limit
"""
_NEWEST = """{candidates}
    SELECT article.number, (SELECT count(*) FROM candidate) AS seen
    FROM candidate CROSS JOIN article ON article.number = candidate.number{where}
    ORDER BY article.published_ts DESC, article.number DESC LIMIT :limit
"""
_STORIES = """
    SELECT article.number, coalesce('story ' || story_article.story_id, article.duplicate_of, article.id) AS story
    FROM json_each(:numbers) CROSS JOIN article ON article.number = CAST(json_each.value AS INTEGER)
    LEFT JOIN story_article ON story_article.article_id = article.id
"""
_ABOUT = """
    SELECT article.number, article.id, article.title, article.source, article.published_at, article.language,
           article.labels, article.description, article.word_count, article.gone_at,
           story_article.story_id, story.articles AS story_articles
    FROM json_each(:numbers) CROSS JOIN article ON article.number = CAST(json_each.value AS INTEGER)
    LEFT JOIN story_article ON story_article.article_id = article.id
    LEFT JOIN story ON story.id = story_article.story_id
"""
_SNIPPETS = """
    SELECT rowid AS number, snippet(article_fts, -1, :opening, :closing, '…', :words) AS snippet
    FROM article_fts WHERE article_fts MATCH :match AND rowid IN (SELECT value FROM json_each(:numbers))
"""
_TEXTS = """
    SELECT article.number, article.title, article.description, article.body
    FROM json_each(:numbers) CROSS JOIN article ON article.number = CAST(json_each.value AS INTEGER)
"""
_SHARED = """
    WITH candidate AS MATERIALIZED (
      SELECT article_fts.number, article_fts.vector, article.published_ts
      FROM article_fts JOIN article ON article.number = article_fts.number
      WHERE article_fts.vector @@ CAST(:match AS tsquery){where} ORDER BY article_fts.number DESC LIMIT :most)
    SELECT number, (SELECT count(*) FROM candidate) AS seen FROM candidate
"""
_SHARED_BEST = (
    _SHARED
    + """    ORDER BY ts_rank('{{0, 0.1, 0.3, 1}}', vector, CAST(:match AS tsquery), 1) DESC, number DESC LIMIT :limit
"""
)
_SHARED_NEWEST = (
    _SHARED
    + """    ORDER BY published_ts DESC, number DESC LIMIT :limit
"""
)
_CHOICES = """
    WITH matching AS MATERIALIZED (
      SELECT article.id, article.source, article.language
      FROM json_each(:numbers) CROSS JOIN article ON article.number = CAST(json_each.value AS INTEGER))
    SELECT 'source' AS filter, source AS value, count(*) AS articles FROM matching GROUP BY source
    UNION ALL SELECT 'language', language, count(*) FROM matching GROUP BY language
    UNION ALL SELECT 'label', label, count(*) FROM matching CROSS JOIN article_label ON article_id = id GROUP BY label
    UNION ALL SELECT 'asset', asset, count(*) FROM matching CROSS JOIN article_asset ON article_id = id GROUP BY asset
    ORDER BY filter, articles DESC, value
"""
