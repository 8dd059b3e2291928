"""Judges the sources' health and tells of it: at the end of a crawl, now and then in one that runs on, by a timer."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from crawler.notify import addresses, tell
from crawler.sources import Source
from pipelines.errors import NewsmintError
from pipelines.store import alarms, open_store
from pipelines.store.alarms import Alarm
from pipelines.store.database import Store
from pipelines.store.engine import Location
from pipelines.store.health import report
from pipelines.store.times import now, utc_text

log = logging.getLogger(__name__)


def minimums(sources: Iterable[Source]) -> dict[str, float]:
    """Source → articles a day that it should have at least, for those whose entry says so."""
    return {each.key: each.healthy_minimum for each in sources if each.healthy_minimum is not None}


def check_health(store: Store, sources: Iterable[Source] = ()) -> list[Alarm]:
    """Judge all sources of a store and tell whoever is to be told; returns what was new, or over. Blocks: use a thread.

    Raises StoreBusy, CannotWrite; BadConfig where the notifications are not set up well.
    """
    news = alarms.check_health(store, now(), minimums(sources))
    urls = addresses()
    if news and urls and tell(news, urls):
        with store.begin() as conn:
            alarms.note_told(conn, news, now())
    return news


def check_after(location: Location, sources: Iterable[Source]) -> None:
    """``check_health`` of a store that a crawl has just closed. Never raises: the crawl itself is done.

    A disk that takes no rows any more does not keep the alarm from being told.
    """
    try:
        with open_store(location, create=False) as store:
            try:
                check_health(store, sources)
            except NewsmintError as error:
                log.warning("Alarms could not be written down: %s", error)
                _tell_unwritten(store, minimums(sources))
    except NewsmintError as error:
        log.warning("Nobody was told of alarms: %s", error)


def _tell_unwritten(store: Store, least: Mapping[str, float]) -> None:
    with store.connect() as conn:
        found = report(conn, now(), least).troubles
        known = {(each.source, each.kind) for each in alarms.open_alarms(conn)}
    moment = utc_text(now())
    new = [
        Alarm(source, str(trouble.kind), trouble.detail, trouble.examples, moment)
        for source, trouble in found
        if (source, str(trouble.kind)) not in known
    ]
    tell(new, addresses())
