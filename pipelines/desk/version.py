"""What an edit changed: a version of an article beside the one before it, word by word."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.desk.reading import Reader, Row
from pipelines.diff import Segment, abridged, diff


@dataclass(frozen=True, slots=True)
class VersionPage:
    """``before`` and ``after`` without their texts, which the segments make."""

    article: Row
    before: Row
    after: Row
    title: tuple[Segment, ...]
    body: tuple[Segment, ...]
    latest: int


def version(reader: Reader, article_id: str, number: int) -> VersionPage | None:
    """The change that made version ``number`` of an article; None where there is none."""
    about = reader.row("the article", _ARTICLE, id=article_id)
    found = reader.rows("both versions", _VERSIONS, id=article_id, version=number)
    if about is None or len(found) != 2:
        return None
    before, after = found
    title = diff(before["title"] or "", after["title"] or "")
    body = abridged(diff(before.pop("body"), after.pop("body")))
    return VersionPage(about, before, after, title, body, about.pop("version"))


_ARTICLE = "SELECT id, title, source, canonical_url, language, version FROM article WHERE id = :id"
_VERSIONS = """
    SELECT version, seen_at, modified_at, title, body, word_count, silent, extractor
    FROM article_version WHERE article_id = :id AND version IN (:version - 1, :version) ORDER BY version
"""
