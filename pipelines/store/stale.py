"""Articles that were cleaned before enough was known of what their site repeats.

What was known when all of a source's articles were last clean is what was known when its last crawl was done: every
crawl ends with reading such articles again. One that was stopped or killed did not come to that, and nothing counts as
known before it; the next crawl then looks through all articles of the source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from pipelines.chrome import MIN_SIGHTINGS, REPEATED, Learned, fingerprint, paragraphs
from pipelines.store.chrome import learned
from pipelines.store.runs import last_states
from pipelines.store.schema import article, learned_block, page, removed_block

AT_ONCE = 200
"""Articles looked through at a time."""


def known_when_clean(conn: Connection, sources: Collection[str], run_id: int) -> dict[str, Learned]:
    """For each source what was known when its articles were last clean, before the run began to add to them."""
    states = last_states(conn, sources, before=run_id)
    return {key: learned(conn, key) if states.get(key) == "done" else Learned() for key in sources}


def stale_pages(conn: Connection, source: str, before: Learned) -> Iterator[list[int]]:
    """Ids of the pages to read again: those of articles that hold a block which is known to be the site's only since
    ``before``, or lost one which is not any more. A list, often empty, for each ``AT_ONCE`` articles looked through.
    """
    now = learned(conn, source)
    gained = now.chrome.fingerprints - before.chrome.fingerprints
    last = _number_before(conn, source, now.articles - _first_affected(conn, source, before, now))
    while rows := conn.execute(_ARTICLES.where(article.c.source == source, article.c.number > last)).all():
        removed = _removed(conn, [row.id for row in rows])
        stale = [row.id for row in rows if _is_stale(row.body, removed[row.id], gained, now)]
        found = _pages(conn, stale)
        conn.rollback()  # an open transaction would hold back the log of whoever writes
        yield found
        last = rows[-1].number


_ARTICLES = select(article.c.id, article.c.number, article.c.body).order_by(article.c.number).limit(AT_ONCE)


def _first_affected(conn: Connection, source: str, before: Learned, now: Learned) -> int:
    """Number, counted from 1, of the source's first article that may have to be read again."""
    changed = now.chrome.fingerprints ^ before.chrome.fingerprints
    columns = learned_block.c
    counted = (columns.source == source) & (columns.seen >= MIN_SIGHTINGS)
    rows = conn.execute(select(columns.fingerprint, columns.first_number).where(counted)) if changed else ()
    return min([before.articles + 1, *(int(row.first_number) for row in rows if row.fingerprint in changed)])


def _number_before(conn: Connection, source: str, after: int) -> int:
    """``article.number`` of the one before the source's last ``after + 1`` articles; 0 where there is none."""
    numbers = select(article.c.number).where(article.c.source == source).order_by(article.c.number.desc())
    return int(conn.scalar(numbers.limit(1).offset(after + 1)) or 0)


def _removed(conn: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    """What the articles lost as repeated."""
    found: dict[str, list[str]] = defaultdict(list)
    wanted = removed_block.c.article_id.in_(ids) & (removed_block.c.rule == REPEATED)
    for row in conn.execute(select(removed_block.c.article_id, removed_block.c.text).where(wanted)):
        found[row.article_id].append(row.text)
    return found


def _is_stale(body: str, removed: Sequence[str], gained: frozenset[int], now: Learned) -> bool:
    holds = bool(gained) and any(fingerprint(block) in gained for block in paragraphs(body))
    return holds or not all(map(now.chrome.repeats, removed))


def _pages(conn: Connection, ids: Sequence[str]) -> list[int]:
    """The latest page of each article that shows its latest version."""
    shows: Any = (page.c.article_id == article.c.id) & (page.c.version == article.c.version)
    query = select(func.max(page.c.id)).join(article, shows).where(article.c.id.in_(ids)).group_by(article.c.id)
    return list(conn.execute(query.order_by(func.max(page.c.id))).scalars()) if ids else []
