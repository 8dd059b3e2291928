"""Whether a listing says what it said when all of it was taken up: what its row knows, against what came. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from importlib.metadata import version

from crawler.conditional import conditions, validators_of
from crawler.sources import Source
from pipelines.items import Validators
from pipelines.store.listings import Listing
from pipelines.store.times import parsed
from pipelines.urls import identity

LASTMOD_SLACK = timedelta(days=1)
"""A sitemap index may name the day alone, and be behind: what it dates a day before the last visit has not changed."""


def asked_by(known: Listing | None, source: Source) -> dict[str, str]:
    """Headers that ask for a listing only where it changed; none unless its last answer was taken up whole, and by
    what reads it today."""
    if known is None or not (known.content_hash or "").startswith(f"{_reader(source)}-"):
        return {}
    return conditions(known.validators)


def content_hash(source: Source, body: bytes) -> str:
    """Names an answer and what decides what is read out of it."""
    return f"{_reader(source)}-{hashlib.sha256(body).hexdigest()}"


def is_older(modified: str | None, known: Listing | None) -> bool:
    """Whether what leads to a page dates its last change before the page was last read whole."""
    changed = parsed(modified)
    if changed is None or known is None or known.content_hash is None:
        return False
    polled = parsed(known.last_polled_at)
    return polled is not None and polled > changed + LASTMOD_SLACK


def kept_validators(url: str, asked: str, headers: Mapping[str, str], known: Validators | None = None) -> Validators:
    """The validators of the answer that came from ``url``: none where a redirect led to another page.

    ``known`` ones stay where a 304 does not repeat them.
    """
    if not is_same(url, asked):
        return Validators()
    sent, known = validators_of(headers), known or Validators()
    return Validators(sent.etag or known.etag, sent.last_modified or known.last_modified)


def is_same(url: str, other: str) -> bool:
    """Whether two addresses are one in different spellings."""
    return identity(url) == identity(other)


@lru_cache(maxsize=1024)
def _reader(source: Source) -> str:
    """The source's patterns and our version."""
    said = repr((source.domain, source.article_patterns, source.exclude_patterns, version("newsmint")))
    return hashlib.sha256(said.encode()).hexdigest()[:8]
