"""The versions of an article: what an edit left, oldest first, and whether the page said that it was edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from pipelines.diff import Segment, diff
from pipelines.errors import UsageError
from pipelines.items import Article
from pipelines.store.schema import article_version
from pipelines.store.times import normalised


@dataclass(frozen=True, slots=True)
class Version:
    """One state of an article's clean content. Times are ISO 8601; ``version`` counts from 1."""

    version: int
    seen_at: str
    modified_at: str | None
    title: str | None
    body: str
    word_count: int
    extractor: str
    silent: bool = False
    """Whether the text changed and the page's own date of change did not."""


def versions(conn: Connection, article_id: str) -> list[Version]:
    """All versions of an article, oldest first."""
    columns = [article_version.c[name] for name in Version.__slots__]
    query = select(*columns).where(article_version.c.article_id == article_id).order_by(article_version.c.version)
    return [Version(**row._asdict() | {"silent": bool(row.silent)}) for row in conn.execute(query)]


@dataclass(frozen=True, slots=True)
class Edit:
    """What became of an article from one version to a later one."""

    before: Version
    after: Version
    title: tuple[Segment, ...]
    body: tuple[Segment, ...]


def edit(history: Sequence[Version], first: int | None = None, last: int | None = None) -> Edit | None:
    """What changed between two versions: the last two unless ``first`` and ``last`` name others. None where one is all.

    Raises UsageError for a version that there is not.
    """
    if first is None or last is None:
        if len(history) < 2:
            return None
        before, after = history[-2:]
    else:
        before, after = (_numbered(history, number) for number in (first, last))
    titles = diff(before.title or "", after.title or "")
    on_one_line = tuple(Segment(each.op, each.text.replace("\n\n", " ")) for each in titles)
    return Edit(before, after, on_one_line, diff(before.body, after.body))


def _numbered(history: Sequence[Version], number: int) -> Version:
    for each in history:
        if each.version == number:
            return each
    raise UsageError(f"there is no version {number}; there are {', '.join(str(each.version) for each in history)}")


def is_silent(article: Article, before: Any) -> bool:
    """Whether the text changed and the date of change that the page gives did not; one that gives none cannot tell.

    Nor can a page that other rules read than before: the difference may be theirs.
    """
    same_date = article.modified_at is not None and normalised(article.modified_at) == normalised(before.modified_at)
    return same_date and article.extractor == before.extractor


def mark_silent(conn: Connection, article_id: str, version: int) -> None:
    """Note that the page did not say that it was edited."""
    this = (article_version.c.article_id == article_id) & (article_version.c.version == version)
    conn.execute(update(article_version).where(this).values(silent=1))
