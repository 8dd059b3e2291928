"""What sites say of the use of their pages, in and out of the store.

Statements repeat: nearly all pages of a site have the same. Each different set is one row of ``rights``, to which
pages and articles point.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from pipelines.archive import PageArchive
from pipelines.rights import OF_PAGE, Notice, Rights, judge
from pipelines.store.changes import touch
from pipelines.store.dialect import execute, run
from pipelines.store.memo import memo
from pipelines.store.schema import article_rights, page_rights, rights_file
from pipelines.store.schema import rights as table
from pipelines.store.times import now, utc_text

_BY_DIGEST = select(table.c.id).where(table.c.digest == bindparam("digest"))
_OF_PAGE = (
    select(page_rights.c.rights_id, page_rights.c.seen_at)
    .where(page_rights.c.page_id == bindparam("page"))
    .order_by(page_rights.c.seen_at.desc())
    .limit(1)
)
_OF_ARTICLE = select(article_rights.c.rights_id).where(article_rights.c.article_id == bindparam("article"))
_NOTICES = select(table.c.notices).where(table.c.id == bindparam("id"))
_SAY = (
    "INSERT INTO page_rights (page_id, seen_at, rights_id) SELECT ?, ?, ? WHERE coalesce("
    "(SELECT rights_id FROM page_rights WHERE page_id = ? ORDER BY seen_at DESC LIMIT 1), 0) <> ? "
    "ON CONFLICT (page_id, seen_at) DO UPDATE SET rights_id = excluded.rights_id"
)
"""Where it is not what was said of the page before."""
_UPSERT = (
    "INSERT INTO article_rights (article_id, rights_id, page_id, seen_at) VALUES (?, ?, ?, ?) ON CONFLICT (article_id) "
    "DO UPDATE SET rights_id = excluded.rights_id, page_id = excluded.page_id, seen_at = excluded.seen_at"
)


def save_rights(
    conn: Connection,
    page_id: int,
    notices: Iterable[Notice],
    seen_at: str,
    article_id: str | None = None,
    *,
    is_new: bool = False,
) -> int:
    """Record what was said of a page, and of the article it showed; the id of the ``rights`` row.

    ``is_new``: the article was stored just now. One that was there already, and whose rights are others now, counts as
    touched (``change``), so that data sets which are kept up to date hear of it.
    """
    rights_id = _rights_id(conn, sorted(set(notices)))
    run(conn, _SAY, (page_id, seen_at, rights_id, page_id, rights_id))
    if article_id is not None:
        known = None if is_new else execute(conn, _OF_ARTICLE, {"article": article_id}).scalar()
        run(conn, _UPSERT, (article_id, rights_id, page_id, seen_at))
        if not is_new and known != rights_id:
            touch(conn, article_id)
    return rights_id


def read_again(conn: Connection, page_id: int, notices: Iterable[Notice], article_id: str | None = None) -> None:
    """A stored page was read again: what it says itself is put right, what was said around it stays as it was.

    Nothing is recorded of a page that was fetched before rights were.
    """
    last = execute(conn, _OF_PAGE, {"page": page_id}).first()
    if last is None:
        return
    rights_id, seen_at = last
    before = notices_of(conn, rights_id)
    said = {each for each in before if each.origin not in OF_PAGE} | set(notices)
    if said != set(before):
        save_rights(conn, page_id, said, seen_at, article_id)


def notices_of(conn: Connection, rights_id: int) -> list[Notice]:
    """The evidence of a ``rights`` row."""
    return [Notice(*each) for each in conn.execute(_NOTICES, {"id": rights_id}).scalar_one()]


def _rights_id(conn: Connection, notices: Sequence[Notice]) -> int:
    digest = hashlib.sha256(json.dumps(_as_rows(notices)).encode()).hexdigest()[:32]
    known = memo(conn)
    if (table, digest) not in known:
        found = execute(conn, _BY_DIGEST, {"digest": digest}).scalar()
        known[table, digest] = _inserted(conn, digest, notices) if found is None else found
    return int(known[table, digest])


def _inserted(conn: Connection, digest: str, notices: Sequence[Notice]) -> int:
    values = {"digest": digest, "notices": _as_rows(notices)} | _row(judge(notices))
    inserted = conn.execute(insert(table), values).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def _as_rows(notices: Sequence[Notice]) -> list[list[str]]:
    return [[each.origin, each.term, each.value] for each in notices]


def _row(found: Rights) -> dict[str, Any]:
    return {name: _as_column(getattr(found, name)) for name in found.__slots__}


def _as_column(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class RightsFile:
    """An answer to the question for one of a host's files. ``body`` is empty where there was none."""

    origin: str
    kind: str
    status: str
    detail: str | None = None
    body: bytes = b""


def save_file(conn: Connection, archive: PageArchive, file: RightsFile, at: datetime | None = None) -> None:
    """Record the answer; the same one again only says when it was seen last."""
    seen_at = utc_text(at or now())
    key = archive.put(file.body) if file.body else None
    last = _last(conn, file.origin, file.kind)
    if last and (last.status, last.detail, last.content_hash) == (file.status, file.detail, key):
        conn.execute(update(rights_file).where(rights_file.c.id == last.id), {"seen_at": seen_at})
        return
    values = {"origin": file.origin, "kind": file.kind, "status": file.status, "detail": file.detail}
    seen = {"content_hash": key, "size": len(file.body), "first_seen_at": seen_at, "seen_at": seen_at}
    conn.execute(insert(rights_file), values | seen)


def load_file(conn: Connection, archive: PageArchive, origin: str, kind: str, since: datetime) -> RightsFile | None:
    """The latest answer, if it was given at ``since`` or later."""
    last = _last(conn, origin, kind)
    if last is None or last.seen_at < utc_text(since):
        return None
    return RightsFile(
        origin, kind, last.status, last.detail, archive.get(last.content_hash) if last.content_hash else b""
    )


def _last(conn: Connection, origin: str, kind: str) -> Row[Any] | None:
    asked = select(rights_file).where(rights_file.c.origin == origin, rights_file.c.kind == kind)
    return conn.execute(asked.order_by(rights_file.c.id.desc()).limit(1)).first()
