"""Articles in and out of the store, with their headings, links, removed blocks and versions.

What decides about a new version is the clean content (title, headings, body), so that prices and "x minutes ago"
beside it do not. Reading a stored page again with better rules corrects the version that the page showed; it makes
no new one, since nobody edited anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, tuple_, update

from pipelines.enrich import Enrichment, enrich
from pipelines.items import Article, Evidence, Heading, Link, LinkKind, RemovedBlock
from pipelines.store import links, schema
from pipelines.store.dialect import chunks, execute, execute_many
from pipelines.store.duplicates import body_hash, settle_duplicates, spaced
from pipelines.store.enriched import evidence, save_enrichment, save_first_enrichment
from pipelines.store.removed import sum_removed
from pipelines.store.schema import article as table
from pipelines.store.schema import article_version, page
from pipelines.store.sources import ensure_sources
from pipelines.store.times import epoch, normalised, now, utc_text
from pipelines.store.versions import is_silent, mark_silent

_BATCH = 100
"""Articles read at a time: bounds the memory of an export."""


class Outcome(StrEnum):
    """What saving an article came to."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


def save_article(
    conn: Connection, article: Article, *, page_id: int | None = None, enrichment: Enrichment | None = None
) -> Outcome:
    """Store an article, as a new one, as a new version, or not at all where its content is what is stored.

    ``page_id`` is the page it was read from; ``enrichment`` is made here where it is not given. Unchanged writes
    nothing to the article's tables.
    """
    row = execute(conn, _CURRENT, {"id": article.id}).first()
    if row is None:
        _write(conn, article, page_id, enrichment, version=1, is_new=True)
        return Outcome.NEW
    current = _Current(*row)
    shown = _version_shown(conn, article.id, page_id)
    if shown is not None:
        return _correct(conn, article, page_id, enrichment, shown, latest=current.version)
    if current.content_hash == content_hash(article):
        _note_page(conn, page_id, article.id, current.version)
        return Outcome.UNCHANGED
    _write(conn, article, page_id, enrichment, version=current.version + 1)
    if is_silent(article, current):
        mark_silent(conn, article.id, current.version + 1)
    return Outcome.UPDATED


def content_hash(article: Article) -> str:
    """SHA-256 of title, headings and body, however they are spaced."""
    parts = [article.title or "", *(f"{each.level} {each.text}" for each in article.headings)]
    text = "\0".join([*(" ".join(part.split()) for part in parts), spaced(article.body)])
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def load_article(conn: Connection, id_or_url: str) -> Article | None:
    """The article with this id, or with this URL in any spelling, redirects to it included."""
    found = find_id(conn, id_or_url)
    if found is None:
        return None
    rows = conn.execute(select(table).where(table.c.id == found)).mappings().all()
    return next(assembled(conn, rows), None)


def find_id(conn: Connection, id_or_url: str) -> str | None:
    """The id of the article that an id or URL names."""
    if "/" in id_or_url:
        return links.article_at(conn, id_or_url)
    return conn.execute(select(table.c.id).where(table.c.id == id_or_url)).scalar()


def published(conn: Connection, article_id: str | None) -> str | None:
    """When an article was published, as its page gave it; None where that or the article is not known."""
    return conn.execute(select(table.c.published_at).where(table.c.id == article_id)).scalar()


def ids_with_prefix(conn: Connection, prefix: str, limit: int = 10) -> list[str]:
    """Ids that begin with the prefix, in order."""
    query = select(table.c.id).where(table.c.id >= prefix, table.c.id < f"{prefix}g").order_by(table.c.id).limit(limit)
    return list(conn.execute(query).scalars())


def iter_articles(
    conn: Connection, *, source: str | None = None, since: int | None = None, until: int | None = None
) -> Iterator[Article]:
    """Articles by time of publication (first seen where the page gives none), read a batch at a time.

    ``since`` (included) and ``until`` (excluded) are seconds since 1970.
    """
    place = tuple_(table.c.published_ts, table.c.number)
    query = select(table).order_by(table.c.published_ts, table.c.number).limit(_BATCH)
    query = query.where(table.c.source == source) if source is not None else query
    query = query.where(table.c.published_ts >= since) if since is not None else query
    query = query.where(table.c.published_ts < until) if until is not None else query
    rows = conn.execute(query).mappings().all()
    while rows:
        yield from assembled(conn, rows)
        rows = conn.execute(query.where(place > (rows[-1]["published_ts"], rows[-1]["number"]))).mappings().all()


class _Current(NamedTuple):
    version: int
    content_hash: str
    modified_at: str | None
    extractor: str


_CURRENT = select(*(table.c[name] for name in _Current._fields)).where(table.c.id == bindparam("id"))
_NEW, _NEW_VERSION = insert(table).returning(table.c.number), insert(article_version)
_NEW_CHILD = {child: insert(child) for child in (schema.heading, schema.link, schema.removed_block)}
_SHOWN = select(page.c.version).where(page.c.id == bindparam("page"), page.c.article_id == bindparam("article"))
_NOTE = (
    update(page)
    .where(page.c.id == bindparam("page"))
    .values(article_id=bindparam("article"), version=bindparam("shown"))
    .returning(page.c.requested_url, page.c.url)
)
"""Statements of every article, made once: building one costs more than running it."""


def _version_shown(conn: Connection, article_id: str, page_id: int | None) -> int | None:
    """The version that this very page was read as before; None for a page that is read for the first time."""
    if page_id is None:
        return None
    shown: int | None = execute(conn, _SHOWN, {"page": page_id, "article": article_id}).scalar()
    return shown


def _correct(
    conn: Connection, article: Article, page_id: int | None, enrichment: Enrichment | None, shown: int, *, latest: int
) -> Outcome:
    """A stored page read again: put right the version it showed, and the article if that is its latest."""
    if shown == latest:
        stored = load_article(conn, article.id)
        if stored and replace(stored, extractor="", fetched_at=None) == replace(article, extractor="", fetched_at=None):
            return Outcome.UNCHANGED
        _write(conn, article, page_id, enrichment, version=shown)
        return Outcome.UPDATED
    this = (article_version.c.article_id == article.id) & (article_version.c.version == shown)
    before = conn.execute(select(article_version.c.content_hash).where(this)).scalar()
    if before == content_hash(article):
        return Outcome.UNCHANGED
    conn.execute(update(article_version).where(this).values(_content(article)))
    return Outcome.UPDATED


def _write(
    conn: Connection,
    article: Article,
    page_id: int | None,
    enrichment: Enrichment | None,
    *,
    version: int,
    is_new: bool = False,
) -> None:
    """Make the article's rows say what ``article`` says, as this version."""
    seen_at = normalised(article.fetched_at) or utc_text(now())
    found = enrichment or enrich(article)
    content = _content(article)
    ensure_sources(conn, [article.source])
    values = _row(article, version, seen_at) | content | {"enricher": found.enricher}
    if is_new:
        number = execute(conn, _NEW, values | {"first_seen_at": seen_at}).scalar_one()
    else:
        if not article.published_at:
            del values["published_ts"]
        conn.execute(update(table).where(table.c.id == article.id), values)
    _write_version(conn, {"article_id": article.id, "version": version}, content, seen_at, page_id, is_new)
    _write_children(conn, article, is_new)
    aliases = (each.url for each in article.links if each.kind == LinkKind.ALIAS)
    redirects = (*_note_page(conn, page_id, article.id, version), *aliases)
    links.register(conn, article.id, own=(article.canonical_url, article.url), redirects=redirects)
    settle_duplicates(conn, article.id, values["body_hash"], is_new=is_new)
    if is_new:
        save_first_enrichment(conn, article.id, number, values["published_ts"], found)
    else:
        save_enrichment(conn, article.id, found)


_SAME = tuple("id url canonical_url source published_at language section image_url verdict body_path".split())


def _row(article: Article, version: int, seen_at: str) -> dict[str, Any]:
    return {
        **{name: getattr(article, name) for name in _SAME},
        "authors": list(article.authors),
        "tags": list(article.tags),
        "labels": list(article.labels),
        "published_ts": epoch(article.published_at) or epoch(seen_at),
        "version": version,
        "body_hash": body_hash(article.body),
        "fetched_at": article.fetched_at,
    }


def _content(article: Article) -> dict[str, Any]:
    """What an article and each of its versions have in common."""
    names = ("title", "description", "modified_at", "body", "body_markdown", "extractor")
    words = spaced(article.body)
    return {
        **{name: getattr(article, name) for name in names},
        "word_count": words.count(" ") + bool(words),
        "content_hash": content_hash(article),
    }


def _write_version(
    conn: Connection, key: dict[str, Any], content: dict[str, Any], seen_at: str, page_id: int | None, is_new: bool
) -> None:
    if not is_new:
        this = (article_version.c.article_id == key["article_id"]) & (article_version.c.version == key["version"])
        if conn.execute(update(article_version).where(this), content).rowcount:
            return
    execute(conn, _NEW_VERSION, key | content | {"seen_at": seen_at, "page_id": page_id})


def _write_children(conn: Connection, article: Article, is_new: bool) -> None:
    key = article.id
    rows: dict[Any, list[dict[str, Any]]] = {
        schema.heading: [
            {"article_id": key, "ordinal": place, "level": it.level, "text": it.text, "position": it.position}
            for place, it in enumerate(article.headings)
        ],
        schema.link: links.rows(conn, article),
        schema.removed_block: [
            {
                "article_id": key,
                "ordinal": i,
                "reason": str(it.reason),
                "rule": it.rule,
                "text": it.text,
                "path": it.path,
            }
            for i, it in enumerate(article.removed)
        ],
    }
    for child, values in rows.items():
        if not is_new:
            conn.execute(delete(child).where(child.c.article_id == article.id))
        if values:
            execute_many(conn, _NEW_CHILD[child], values)
    sum_removed(conn, key, article.removed)


def _note_page(conn: Connection, page_id: int | None, article_id: str, version: int) -> list[str]:
    """Say of a page what it shows; the addresses that led to it."""
    if page_id is None:
        return []
    row = execute(conn, _NOTE, {"page": page_id, "article": article_id, "shown": version}).first()
    return [url for url in row or () if url]


def assembled(conn: Connection, rows: Any) -> Iterator[Article]:
    """Articles from their rows, with the rows of their headings, links and removed blocks fetched together."""
    for some in chunks(rows):
        ids = [row["id"] for row in some]
        headings = _children(conn, schema.heading, ids)
        outgoing = _children(conn, schema.link, ids)
        removed = _children(conn, schema.removed_block, ids)
        reasons = evidence(conn, ids)
        for row in some:
            found = _article(row, headings.get(row["id"], []), outgoing.get(row["id"], []), removed.get(row["id"], []))
            why = reasons.get(row["id"], {})
            yield replace(found, evidence=tuple(Evidence(it, why[it]) for it in found.labels if why.get(it)))


def _children(conn: Connection, child: Any, ids: list[str]) -> Mapping[str, list[RowMapping]]:
    found: dict[str, list[RowMapping]] = {}
    query = select(child).where(child.c.article_id.in_(ids)).order_by(child.c.article_id, child.c.ordinal)
    for row in conn.execute(query).mappings():
        found.setdefault(row["article_id"], []).append(row)
    return found


_LISTS = ("authors", "tags", "labels")
_COLUMNS = tuple(name for name in Article.__slots__ if name in table.c)


def _article(row: RowMapping, headings: list[RowMapping], out: list[RowMapping], removed: list[RowMapping]) -> Article:
    fields: dict[str, Any] = {name: tuple(row[name]) if name in _LISTS else row[name] for name in _COLUMNS}
    return Article(
        **fields,
        headings=tuple(Heading(it["level"], it["text"], it["position"]) for it in headings),
        links=tuple(Link(it["kind"], it["url"], it["text"], it["teaser"], it["position"]) for it in out),
        removed=tuple(RemovedBlock(it["reason"], it["rule"], it["text"], it["path"]) for it in removed),
    )
