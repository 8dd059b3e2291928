"""Sources that nobody marked, but whose pages come as empty shells: a browser renders them from then on."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from crawler.sources import Source
from pipelines.stages import outcomes
from pipelines.stages.items import Fetched
from pipelines.stages.outcomes import Missed
from pipelines.stages.rejected import Rejected, ScriptShell
from pipelines.stages.session import Session
from pipelines.store.shells import NEEDS_BROWSER, is_shell_source, queue_shells

log = logging.getLogger(__name__)


class Shells:
    """Which sources are rendered: those marked, and those whose last ``times`` pages were shells or rendered."""

    def __init__(self, sources: Sequence[Source], session: Session, times: int, missing: str | None) -> None:
        self._by_key = {source.key: source for source in sources}
        self._session = session
        self._times = times
        self._missing = missing
        self._told: set[str] = set()
        self._rendered = {source.key for source in sources if source.render}
        if missing is None:
            self._look_back(session, [source.key for source in sources if source.render is None])

    def _look_back(self, session: Session, unmarked: Sequence[str]) -> None:
        """What earlier runs found; what they could not render is fetched again."""
        with session.store.begin() as conn:
            if self._times:
                self._rendered |= {key for key in unmarked if is_shell_source(conn, key, self._times)}
            for key in self._rendered:
                queue_shells(conn, key)

    def __contains__(self, key: str) -> bool:
        return key in self._rendered

    def source(self, key: str) -> Source:
        """The source of that key."""
        return self._by_key[key]

    async def rejected(self, fetched: Fetched, refusal: Rejected) -> bool:
        """Take note of a page that was refused; whether URLs of its source wait to be rendered now."""
        source = self._by_key.get(fetched.source)
        if not isinstance(refusal, ScriptShell) or fetched.page.is_rendered or not self._may_find(source):
            return False
        assert source is not None
        key, times = source.key, self._times
        if not await self._session.write(lambda conn: is_shell_source(conn, key, times), urgent=True):
            return False
        if self._missing is not None:
            await self._tell(source, fetched.page.url, self._missing)
            return False
        self._rendered.add(key)
        queued = await self._session.write(lambda conn: queue_shells(conn, key), urgent=True)
        if queued:
            log.info("%s: its pages come as empty shells; they are rendered from now on", key)
        return queued > 0

    def _may_find(self, source: Source | None) -> bool:
        return self._times > 0 and source is not None and source.render is None

    async def _tell(self, source: Source, url: str, missing: str) -> None:
        """Once a run, as a row that ``newsmint failures`` shows."""
        if source.key in self._told:
            return
        self._told.add(source.key)
        detail = f"its pages come as empty shells: {missing}"
        log.warning("%s: %s", source.key, detail)
        missed = Missed(source.key, url, None, NEEDS_BROWSER, detail)
        await self._session.write(lambda conn: outcomes.fail(conn, self._session.place, missed))
        self._session.count(source.key, "failed")
