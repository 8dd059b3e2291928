"""The stored pages as captures of a web archive: every different answer of every address, in the order it came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from pipelines.archive import PageArchive
from pipelines.errors import BadInput, MissingInput
from pipelines.items import RawPage
from pipelines.store.dialect import execute
from pipelines.store.pages import load_page
from pipelines.store.rights import notices_of
from pipelines.store.schema import page, page_rights

_BATCH = 500
_LATEST = (
    select(page.c.content_hash, page.c.fetched_at)
    .where(page.c.url == bindparam("url"))
    .order_by(page.c.id.desc())
    .limit(1)
)
_RIGHTS = (
    select(page_rights.c.rights_id)
    .where(page_rights.c.page_id == bindparam("page"))
    .order_by(page_rights.c.seen_at)
    .limit(1)
)

Headers = tuple[tuple[str, str], ...]


def latest_capture(conn: Connection, url: str) -> tuple[str, str] | None:
    """Hash and time of fetching (ISO 8601 in UTC) of the page that this address had last; None for an unknown one."""
    row = execute(conn, _LATEST, {"url": url}).first()
    return (row[0], row[1]) if row else None


def captures(
    conn: Connection,
    archive: PageArchive,
    sources: Sequence[str] = (),
    since: str | None = None,
    until: str | None = None,
) -> Iterator[tuple[str, RawPage | None, Headers]]:
    """Address, page and the headers known of its answer; fetched since (included) and until (excluded), ISO 8601.

    The page is None where the archive has lost its body, or has it damaged.
    """
    last = 0
    query = select(page.c.id, page.c.url).where(*_chosen(sources, since, until)).order_by(page.c.id).limit(_BATCH)
    while rows := conn.execute(query.where(page.c.id > last)).all():
        for row in rows:
            try:
                found = load_page(conn, archive, row.id)
            except (MissingInput, BadInput):
                found = None
            yield row.url, found, _headers(conn, row.id)
        last = rows[-1].id


def count_captures(
    conn: Connection, sources: Sequence[str] = (), since: str | None = None, until: str | None = None
) -> tuple[int, str | None]:
    """How many there are, and when the newest was fetched."""
    query = select(func.count(page.c.id), func.max(page.c.fetched_at)).where(*_chosen(sources, since, until))
    count, newest = conn.execute(query).one()
    return count, newest


def _chosen(sources: Sequence[str], since: str | None, until: str | None) -> Iterator[ColumnElement[bool]]:
    if sources:
        yield page.c.source.in_(sources)
    if since:
        yield page.c.fetched_at >= since
    if until:
        yield page.c.fetched_at < until


def _headers(conn: Connection, page_id: int) -> Headers:
    """What is kept of an answer's headers: what they said of rights."""
    rights_id = execute(conn, _RIGHTS, {"page": page_id}).scalar()
    said = [each for each in notices_of(conn, rights_id) if each.origin == "header"] if rights_id else []
    return tuple(
        ("Link", f'<{each.value}>; rel="license"') if each.term == "license" else (each.term.title(), each.value)
        for each in said
    )
