"""What is known of each source, at hand for the extraction of its next page: learned by the store, said by people."""

from __future__ import annotations

import time
from collections.abc import Mapping

from pipelines.chrome import Learned, SiteChrome
from pipelines.corrections import NO_CORRECTIONS, Corrections
from pipelines.site import Site
from pipelines.store.chrome import articles_counted, learned
from pipelines.store.database import Store

GROWTH = 1.1
"""A source's chrome is read again once this many times as many of its articles were counted."""
LOOK_SECONDS = 1.0
"""How often it is looked whether they were."""


class SiteKnowledge:
    """Reads the chrome of sources from a store, and reads it again as their articles arrive."""

    def __init__(self, store: Store, corrections: Mapping[str, Corrections]) -> None:
        self._store = store
        self._corrections = corrections
        self._known: dict[str, Learned] = {}
        self._looked: dict[str, float] = {}

    def site(self, source: str, *, latest: bool = False) -> Site:
        """What is known of the source by now; near enough, unless it must be the ``latest``. May ask the store."""
        return self._site(source, self._chrome(source, 1.0 if latest else GROWTH))

    def at_hand(self, source: str) -> Site | None:
        """``site`` for an event loop, which must not wait: None where the store would have to be asked."""
        known = self._known.get(source)
        return self._site(source, known.chrome) if known and not self._is_time(source) else None

    def _site(self, source: str, chrome: SiteChrome) -> Site:
        return Site(chrome, self._corrections.get(source, NO_CORRECTIONS))

    def _is_time(self, source: str) -> bool:
        return time.monotonic() - self._looked.get(source, -LOOK_SECONDS) >= LOOK_SECONDS

    def _chrome(self, source: str, growth: float) -> SiteChrome:
        known = self._known.get(source, Learned())
        if growth > 1 and not self._is_time(source):
            return known.chrome
        self._looked[source] = time.monotonic()
        with self._store.connect() as conn:
            if articles_counted(conn, source) > known.articles * growth:
                known = learned(conn, source)
        self._known[source] = known
        return known.chrome
