"""A site that answers every address with the same page has no article there, whatever its status says: soft 404.

Judged in the transaction that would store the page, so that pages which arrive together know of each other.
"""

from __future__ import annotations

from sqlalchemy import Connection

from pipelines.items import Article
from pipelines.stages.rejected import Rejected
from pipelines.stages.writer import NothingWritten
from pipelines.store.duplicates import body_hash, same_text

ALLOWED = 2
"""Articles of a source that may share a text: sites do publish a story twice. (Titles may be a listing's word.)"""


class SoftNotFound(Rejected, NothingWritten):
    """The page that a site shows wherever it has nothing."""

    reason = "soft_404"


def refuse_repeat(conn: Connection, article: Article) -> None:
    """Raise SoftNotFound for the third address of a source with one text."""
    digest = body_hash(article.body)
    if digest is None:
        return
    first = same_text(conn, article.source or "", digest, limit=ALLOWED)
    if len(first) >= ALLOWED and article.id not in first:
        raise SoftNotFound(f"{first[0]} and others have the very same text")
