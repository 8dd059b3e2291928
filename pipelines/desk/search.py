"""Search: the best matches, or the newest, with near-duplicates folded, and what they could be narrowed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from pipelines.desk.reading import Reader, Row, decoded
from pipelines.errors import UsageError
from pipelines.store.search import MATCH_END, MATCH_START, parse
from pipelines.store.times import epoch_asked_for

BEST = 200
"""So many matches are ranked and folded; whoever wants more narrows the search, or asks in SQL."""
PAGE = 20
FILTERS = ("source", "since", "until", "language", "asset", "label")
MOST_CHOICES = 12


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
        sql, params = _query(wanted)
    except UsageError as error:
        return Results(wanted, error=str(error))
    found = reader.rows("the matches", sql, limit=BEST, **params)
    numbers = [row["number"] for row in found]
    groups = _folded(reader, numbers) if wanted.fold else [[number] for number in numbers]
    shown = groups[(wanted.page - 1) * PAGE : wanted.page * PAGE]
    return Results(
        wanted=wanted,
        hits=_hits(reader, shown, params.get("match")),
        matches=len(numbers),
        folded=len(numbers) - len(groups),
        pages=-(-len(groups) // PAGE),
        choices=_choices(reader, numbers),
    )


def _query(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The query for numbers of matching articles, in order, and its parameters."""
    params: dict[str, Any] = {}
    conditions = _conditions(wanted, params)
    by_date = "article.published_ts DESC, article.number DESC"
    if not wanted.q:
        return f"SELECT number FROM article{_where(conditions)} ORDER BY {by_date} LIMIT :limit", params  # noqa: S608
    asked = parse(wanted.q)
    for place, words in enumerate(asked.contains):
        params[f"word{place}"] = words.lower()
        conditions.append(f"instr(lower(coalesce(title, '') || ' ' || body), :word{place})")
    if not asked.match:
        return f"SELECT number FROM article{_where(conditions)} ORDER BY {by_date} LIMIT :limit", params  # noqa: S608
    params["match"] = asked.match
    if not conditions and wanted.order == "rank":
        return _RANKED, params
    order = by_date if wanted.order == "date" else "matching.rank"
    return _FILTERED.format(conditions=_where(conditions), order=order), params


def _conditions(wanted: Wanted, params: dict[str, Any]) -> list[str]:
    found = []
    for name, value in wanted.filters.items():
        params[name] = epoch_asked_for(value, name) if name in ("since", "until") else value
        found.append(_CONDITIONS[name])
    return found


def _where(conditions: list[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _folded(reader: Reader, numbers: list[int]) -> list[list[int]]:
    """The numbers in groups of one story each, in order of their best."""
    groups: dict[Any, list[int]] = {}
    stories = {row["number"]: row["story"] for row in reader.rows("their stories", _STORIES, numbers=numbers)}
    for number in numbers:
        groups.setdefault(stories.get(number) or number, []).append(number)
    return list(groups.values())


def _hits(reader: Reader, groups: list[list[int]], match: str | None) -> list[Row]:
    numbers = [group[0] for group in groups]
    about = {row["number"]: row for row in decoded(reader.rows("what they are", _ABOUT, numbers=numbers), "labels")}
    snippets: dict[int, str] = {}
    if match:
        marks = {"opening": MATCH_START, "closing": MATCH_END}
        found = reader.rows("where the words stand", _SNIPPETS, match=match, numbers=numbers, **marks)
        snippets = {row["number"]: row["snippet"] for row in found}
    return [
        about[group[0]] | {"snippet": pieces(snippets.get(group[0])), "others": len(group) - 1}
        for group in groups
        if group[0] in about
    ]


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


_CONDITIONS = {
    "source": "article.source = :source",
    "since": "article.published_ts >= :since",
    "until": "article.published_ts < :until",
    "language": "article.language = :language",
    "asset": "article.id IN (SELECT article_id FROM article_asset WHERE asset = :asset)",
    "label": "article.id IN (SELECT article_id FROM article_label WHERE label = :label)",
}
_RANKED = """
    SELECT rowid AS number FROM article_fts WHERE article_fts MATCH :match
    ORDER BY bm25(article_fts, 10.0, 3.0, 1.0) LIMIT :limit
"""
_FILTERED = """
    WITH matching AS MATERIALIZED (
      SELECT rowid AS number, bm25(article_fts, 10.0, 3.0, 1.0) AS rank FROM article_fts WHERE article_fts MATCH :match)
    SELECT article.number FROM matching CROSS JOIN article ON article.number = matching.number{conditions}
    ORDER BY {order} LIMIT :limit
"""
_STORIES = """
    SELECT article.number, coalesce(story_article.story_id, article.duplicate_of) AS story
    FROM json_each(:numbers) CROSS JOIN article ON article.number = json_each.value
    LEFT JOIN story_article ON story_article.article_id = article.id
"""
_ABOUT = """
    SELECT article.number, article.id, article.title, article.source, article.published_at, article.language,
           article.labels, article.description, article.word_count, article.gone_at,
           story_article.story_id, story.articles AS story_articles
    FROM json_each(:numbers) CROSS JOIN article ON article.number = json_each.value
    LEFT JOIN story_article ON story_article.article_id = article.id
    LEFT JOIN story ON story.id = story_article.story_id
"""
_SNIPPETS = """
    SELECT rowid AS number, snippet(article_fts, -1, :opening, :closing, '…', 32) AS snippet
    FROM article_fts WHERE article_fts MATCH :match AND rowid IN (SELECT value FROM json_each(:numbers))
"""
_CHOICES = """
    WITH matching AS MATERIALIZED (
      SELECT article.id, article.source, article.language
      FROM json_each(:numbers) CROSS JOIN article ON article.number = json_each.value)
    SELECT 'source' AS filter, source AS value, count(*) AS articles FROM matching GROUP BY source
    UNION ALL SELECT 'language', language, count(*) FROM matching GROUP BY language
    UNION ALL SELECT 'label', label, count(*) FROM matching CROSS JOIN article_label ON article_id = id GROUP BY label
    UNION ALL SELECT 'asset', asset, count(*) FROM matching CROSS JOIN article_asset ON article_id = id GROUP BY asset
    ORDER BY filter, articles DESC, value
"""
