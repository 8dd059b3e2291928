"""A site that answers every address with the same page has no article there, whatever its status says: soft 404."""

from __future__ import annotations

from collections import OrderedDict
from typing import Self

from scrapy.crawler import Crawler

from pipelines.items import Article
from pipelines.stages.items import Extracted
from pipelines.stages.rejected import Rejected
from pipelines.stages.session import session_of
from pipelines.store.duplicates import body_hash, same_text

ALLOWED = 2
"""Articles of a source that may share a text: sites do publish a story twice. (Titles may be a listing's word.)"""
REMEMBERED = 10_000
"""Texts of this run, stored or on their way, that are compared without asking the store."""


class SoftNotFound(Rejected):
    """The page that a site shows wherever it has nothing."""

    reason = "soft_404"


class RefuseRepeats:
    """Raises SoftNotFound for the third address of a source with one text."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._first: OrderedDict[tuple[str, str], list[str]] = OrderedDict()
        """Source and hash of the body → ids of the first articles with it."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Extracted) -> Extracted:
        article, digest = item.article, body_hash(item.article.body)
        if digest is None:
            return item
        first = self._first_with(article, digest)
        if article.id in first:
            return item
        if len(first) >= ALLOWED:
            raise SoftNotFound(f"{first[0]} and others have the very same text")
        first.append(article.id)
        return item

    def _first_with(self, article: Article, digest: str) -> list[str]:
        key = (article.source or "", digest)
        known = self._first.get(key)
        if known is None:
            with session_of(self._crawler).store.connect() as conn:
                known = self._first[key] = same_text(conn, *key, limit=ALLOWED)
        self._first.move_to_end(key)
        if len(self._first) > REMEMBERED:
            self._first.popitem(last=False)
        return known
