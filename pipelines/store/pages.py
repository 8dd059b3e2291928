"""Pages as they came: a row each in the store, their bodies in the archive, and back to ``RawPage`` for a replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, func, insert, select

from pipelines.archive import PageArchive
from pipelines.items import Hint, RawPage
from pipelines.store.dialect import execute
from pipelines.store.schema import page as table
from pipelines.store.sources import ensure_sources
from pipelines.store.times import normalised, now, utc_text

_BATCH = 200


def keep_page(conn: Connection, archive: PageArchive, page: RawPage) -> int:
    """Archive a page's bodies and record it; return its id. Flush the archive before the transaction ends."""
    content = page.hint.content_html if page.hint else None
    return record_page(
        conn,
        page,
        archive.put(page.body),
        [archive.put(part) for part in page.parts],
        hint_content_hash=archive.put(content.encode(errors="replace")) if content else None,
    )


def record_page(
    conn: Connection,
    page: RawPage,
    content_hash: str,
    part_hashes: Sequence[str] = (),
    *,
    hint_content_hash: str | None = None,
) -> int:
    """The id of the page's row. The same bytes from the same URL with the same hint are the same page: no new row.

    The hint's full text is kept in the archive, under ``hint_content_hash``, not in the row.
    """
    values = {
        "source": page.source,
        "requested_url": page.requested_url,
        "status": page.status,
        "content_type": page.content_type,
        "content_hash": content_hash,
        "part_hashes": list(part_hashes),
        "size": len(page.body) + sum(map(len, page.parts)),
        "hint": replace(page.hint, content_html=None).as_dict() if page.hint else None,
        "hint_content_hash": hint_content_hash,
    }
    latest = execute(conn, _LATEST, {"url": page.url}).first()
    if latest and latest[1] == content_hash and _is_stored_as(conn, latest[0], values):
        return int(latest[0])
    ensure_sources(conn, [page.source])
    fetched_at = normalised(page.fetched_at) or utc_text(now())
    return int(execute(conn, _NEW, values | {"url": page.url, "fetched_at": fetched_at}).scalar_one())


_LATEST = (
    select(table.c.id, table.c.content_hash).where(table.c.url == bindparam("url")).order_by(table.c.id.desc()).limit(1)
)
_NEW = insert(table).returning(table.c.id)


def _is_stored_as(conn: Connection, page_id: int, values: Mapping[str, Any]) -> bool:
    row = conn.execute(select(table).where(table.c.id == page_id)).mappings().one()
    return all(_as_stored(row[name]) == value for name, value in values.items())


def shown_by(conn: Connection, page_id: int) -> str | None:
    """The article that a page was read as."""
    return conn.execute(select(table.c.article_id).where(table.c.id == page_id)).scalar()


def load_page(conn: Connection, archive: PageArchive, page_id: int) -> RawPage | None:
    """One page, whole."""
    row = conn.execute(select(table).where(table.c.id == page_id)).mappings().first()
    return _raw_page(archive, row) if row else None


def load_pages(
    conn: Connection,
    archive: PageArchive,
    source: str | None = None,
    since: str | None = None,
    *,
    newest: int | None = None,
) -> Iterator[RawPage]:
    """The latest page of each URL, in the order they were recorded; see ``load_numbered_pages``."""
    for _, page in load_numbered_pages(conn, archive, source, since, newest=newest):
        yield page


def load_numbered_pages(
    conn: Connection,
    archive: PageArchive,
    source: str | None = None,
    since: str | None = None,
    *,
    newest: int | None = None,
) -> Iterator[tuple[int, RawPage]]:
    """The latest page of each URL with its id, a few at a time, fetched at or after ``since`` (ISO 8601).

    ``newest`` limits them to the last so many.

    Give ``save_article`` the id, so that what the page showed before is corrected. A body that the archive has lost
    raises MissingInput, a damaged one BadInput.
    """
    newer = table.alias()
    is_latest = ~select(newer.c.id).where(newer.c.url == table.c.url, newer.c.id > table.c.id).exists()
    query = select(table).where(is_latest).order_by(table.c.id).limit(_BATCH)
    query = query.where(table.c.source == source) if source else query
    query = query.where(table.c.fetched_at >= (normalised(since) or since)) if since else query
    last = _before_newest(conn, query, newest) if newest else 0
    while rows := _read(conn, query.where(table.c.id > last)):
        for row in rows:
            yield row["id"], _raw_page(archive, row)
        last = rows[-1]["id"]


def count_pages(conn: Connection, source: str | None = None) -> int:
    """How many URLs have a page: the length of a replay."""
    query = select(func.count(table.c.url.distinct()))
    return int(conn.execute(query.where(table.c.source == source) if source else query).scalar_one())


def page_sources(conn: Connection) -> list[str]:
    """Keys of the sources that have pages, in order."""
    query = select(table.c.source).where(table.c.source.is_not(None)).distinct().order_by(table.c.source)
    return list(conn.execute(query).scalars())


def _before_newest(conn: Connection, query: Select[Any], newest: int) -> int:
    """The id after which the query has its last ``newest`` rows; 0 where it has no more than that."""
    ids = query.with_only_columns(table.c.id).order_by(None).order_by(table.c.id.desc())
    return conn.scalar(ids.limit(1).offset(newest)) or 0


def _read(conn: Connection, query: Select[Any]) -> Sequence[RowMapping]:
    """The rows, without keeping a transaction open that was not: it would hold back the log of whoever writes."""
    alone = not conn.in_transaction()
    rows = conn.execute(query).mappings().all()
    if alone:
        conn.rollback()
    return rows


def _as_stored(value: Any) -> Any:
    return (
        {key: tuple(it) if isinstance(it, list) else it for key, it in value.items()}
        if isinstance(value, dict)
        else value
    )


def _raw_page(archive: PageArchive, row: RowMapping) -> RawPage:
    hint = Hint.from_dict(row["hint"]) if row["hint"] else None
    if hint and row["hint_content_hash"]:
        hint = replace(hint, content_html=archive.get(row["hint_content_hash"]).decode(errors="replace"))
    return RawPage(
        url=row["url"],
        body=archive.get(row["content_hash"]),
        source=row["source"],
        requested_url=row["requested_url"],
        status=row["status"],
        content_type=row["content_type"],
        fetched_at=row["fetched_at"],
        hint=hint,
        parts=tuple(archive.get(key) for key in row["part_hashes"]),
    )
