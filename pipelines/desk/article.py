"""One article: its clean body, what it belongs to, what changed, where its values are from, and what was removed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from pipelines.desk.plot import DRAWN
from pipelines.desk.prose import Node, contents, prose, web_link
from pipelines.desk.reading import Reader, Row, decoded
from pipelines.store.links import url_key
from pipelines.store.times import normalised

RELATED = ("related_inline", "related_block")
COMPARED = ("title", "authors", "published_at", "modified_at", "section", "tags")
"""Fields that a feed, sitemap or listing may have named as well."""
MOST_LINKS = 300


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """All that the page shows. ``blocks`` is the body as a tree, ``origins`` says of each value where it is from."""

    article: Row
    blocks: list[Node] = field(metadata=DRAWN)
    related: list[Row]
    links: list[Row]
    cited_by: list[Row]
    story: list[Row]
    versions: list[Row]
    removed: list[Row]
    labels: list[Row]
    assets: list[Row]
    credits: list[Row]
    origins: list[Row]
    page: Row | None

    @property
    def contents(self) -> list[Node]:
        """The headings of the body."""
        return contents(self.blocks)


def article(reader: Reader, wanted: str) -> ArticlePage | None:
    """The article with this id; None where there is none."""
    found = reader.row("the article", _ARTICLE, id=wanted)
    if found is None:
        return None
    row = decoded([found], "authors", "tags", "labels")[0]
    links = reader.rows("its links", _LINKS, id=wanted, limit=MOST_LINKS)
    page = reader.row("the page it is from", _PAGE, id=wanted)
    hint = json.loads((page.pop("hint") if page else None) or "{}")
    return ArticlePage(
        article=row,
        blocks=prose(row["body_markdown"]),
        related=[each for each in links if each["kind"] in RELATED],
        links=[each for each in links if each["kind"] not in RELATED],
        cited_by=reader.rows("who links to it", _CITED_BY, id=wanted),
        story=reader.rows("the same story elsewhere", _STORY, id=wanted),
        versions=reader.rows("its versions", _VERSIONS, id=wanted),
        removed=reader.rows("what was removed", _REMOVED, id=wanted),
        labels=reader.rows("its labels, with what says so", _LABELS, id=wanted),
        assets=reader.rows("what it speaks of", _ASSETS, id=wanted),
        credits=reader.rows("whom it credits", _CREDITS, id=wanted),
        origins=_origins(row, hint),
        page=page,
    )


def find(reader: Reader, wanted: str) -> str | None:
    """The id that the first characters of one name, where they name one only."""
    rows = reader.rows("articles whose id begins so", _PREFIX, low=wanted, high=wanted + "g")
    return str(rows[0]["id"]) if len(rows) == 1 else None


def find_named(reader: Reader, words: str) -> str | None:
    """The id of the article whose id or address these words are."""
    if _ID.match(words):
        row = reader.row("the article of this id", "SELECT id FROM article WHERE id = :id", id=words)
    elif web_link(words):
        row = reader.row("the article of this address", _ADDRESS, key=url_key(words))
    else:
        return None
    return str(row["id"]) if row else None


def _origins(row: Row, hint: dict[str, Any]) -> list[Row]:
    """Each value with what the listing that led to the page said of the same."""
    route = str(hint.get("route") or "").replace("_", " ")
    return [_origin(name, row[name], hint.get(name), route) for name in COMPARED if row[name] or hint.get(name)]


def _origin(name: str, value: Any, hinted: Any, route: str) -> Row:
    said = ", ".join(hinted) if isinstance(hinted, list) else hinted
    shown = ", ".join(value) if isinstance(value, list) else value
    if not hinted:
        where = "the page"
    elif _same(value, hinted):
        where = f"the page or the {route}, which agree"
    else:
        where = f"the page; the {route} says otherwise" if value else f"not taken; the {route} says it"
    return {"field": name, "value": shown, "from": where, "listed": said if hinted and not _same(value, hinted) else ""}


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return {each.casefold() for each in one} == {str(each).casefold() for each in other}
    return one == other or (isinstance(one, str) and isinstance(other, str) and _time(one) == _time(other) is not None)


def _time(text: str) -> str | None:
    return normalised(text)


_ID = re.compile(r"[0-9a-f]{16}\Z")
_ADDRESS = "SELECT article_id AS id FROM article_url WHERE key = :key"
_ARTICLE = "SELECT * FROM article WHERE id = :id"
_PREFIX = "SELECT id FROM article WHERE id >= :low AND id < :high LIMIT 2"
_PAGE = """
    SELECT id, url, requested_url, status, content_type, size, fetched_at, hint, version
    FROM page WHERE article_id = :id ORDER BY id DESC LIMIT 1
"""
_LINKS = """
    SELECT link.ordinal, link.kind, link.text, link.url, link.host, link.teaser,
           link.target_article_id, article.title AS target_title, article.source AS target_source
    FROM link LEFT JOIN article ON article.id = link.target_article_id
    WHERE link.article_id = :id ORDER BY link.ordinal LIMIT :limit
"""
_CITED_BY = """
    SELECT DISTINCT article.id, article.title, article.source, article.published_at, article.published_ts, link.kind
    FROM link JOIN article ON article.id = link.article_id
    WHERE link.target_article_id = :id ORDER BY article.published_ts DESC LIMIT 20
"""
_STORY = """
    SELECT other.id, other.title, other.source, other.published_at, mine.story_id, theirs.similarity,
           theirs.added_words, story.first_article_id = other.id AS is_first, story.press_release
    FROM story_article AS mine
    JOIN story ON story.id = mine.story_id
    JOIN story_article AS theirs ON theirs.story_id = mine.story_id AND theirs.article_id <> mine.article_id
    JOIN article AS other ON other.id = theirs.article_id
    WHERE mine.article_id = :id ORDER BY other.published_ts LIMIT 50
"""
_VERSIONS = """
    SELECT version, seen_at, modified_at, title, word_count, silent, extractor
    FROM article_version WHERE article_id = :id ORDER BY version DESC LIMIT 200
"""
_REMOVED = """
    SELECT ordinal + 1 AS number, reason, rule, substr(text, 1, 5000) AS text, path
    FROM removed_block WHERE article_id = :id ORDER BY ordinal LIMIT 500
"""
_LABELS = "SELECT label, evidence FROM article_label WHERE article_id = :id ORDER BY label"
_ASSETS = """
    SELECT asset, kind, mentions, in_title, certainty FROM article_asset
    WHERE article_id = :id ORDER BY in_title DESC, mentions DESC, asset LIMIT 60
"""
_CREDITS = "SELECT outlet, domain, url, text FROM credit WHERE article_id = :id ORDER BY ordinal"
