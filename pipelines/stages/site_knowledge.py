"""What is known of each source, at hand for the extraction of its next page: learned by the store, said by people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.chrome import SiteChrome
from pipelines.corrections import NO_CORRECTIONS, Corrections
from pipelines.site import Site
from pipelines.store.chrome import articles_counted, site_chrome
from pipelines.store.database import Store

GROWTH = 1.1
"""A source's chrome is read again once this many times as many of its articles were counted."""


@dataclass(frozen=True, slots=True)
class _Known:
    articles: int
    chrome: SiteChrome


class SiteKnowledge:
    """Reads the chrome of sources from a store, and reads it again as their articles arrive."""

    def __init__(self, store: Store, corrections: Mapping[str, Corrections]) -> None:
        self._store = store
        self._corrections = corrections
        self._known: dict[str, _Known] = {}

    def site(self, source: str) -> Site:
        """What is known of the source by now."""
        return Site(self._chrome(source), self._corrections.get(source, NO_CORRECTIONS))

    def _chrome(self, source: str) -> SiteChrome:
        known = self._known.get(source, _Known(0, SiteChrome()))
        with self._store.connect() as conn:
            articles = articles_counted(conn, source)
            if articles > known.articles * GROWTH:
                known = self._known[source] = _Known(articles, site_chrome(conn, source))
        return known.chrome
