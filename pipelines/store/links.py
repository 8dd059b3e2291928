"""Which stored article a URL leads to, and links that find their targets, whichever of the two is stored first.

Two spellings of one address meet in a key: a hash of ``pipelines.urls.identity``, which is short enough to index.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from pipelines.items import Article
from pipelines.store.dialect import chunks, execute, execute_many, insert, insert_new
from pipelines.store.schema import article_url, link
from pipelines.urls import host, identity


@lru_cache(maxsize=4096)  # a site's pages lead to the same pages
def url_key(url: str) -> str:
    """16 hexadecimal digits, the same for all spellings of one address."""
    return hashlib.sha256((identity(url) or url).encode(errors="replace")).hexdigest()[:16]


def article_at(conn: Connection, url: str) -> str | None:
    """The id of the article at this URL, in any spelling, or of the one it was seen to redirect to."""
    return conn.execute(select(article_url.c.article_id).where(article_url.c.key == url_key(url))).scalar()


def rows(conn: Connection, article: Article) -> list[dict[str, Any]]:
    """The article's links as rows, pointing to the stored articles they lead to. A link to itself points nowhere."""
    keys = [url_key(each.url) for each in article.links]
    targets = {key: found for key, found in _articles_at(conn, keys).items() if found != article.id}
    return [
        {
            "article_id": article.id,
            "ordinal": place,
            "kind": str(each.kind),
            "url": each.url,
            "text": each.text,
            "teaser": each.teaser,
            "position": each.position,
            "host": host(each.url),
            "target_key": key,
            "target_article_id": targets.get(key),
        }
        for place, (each, key) in enumerate(zip(article.links, keys, strict=True))
    ]


def register(conn: Connection, article_id: str, *, own: Iterable[str], redirects: Iterable[str]) -> None:
    """Note the URLs an article is known by, and point the links to them at it.

    Its own URLs win over another article's redirects: a redirect is no proof of identity.
    """
    own_keys = {url_key(url): url for url in own}
    other_keys = {key: url for url in redirects if (key := url_key(url)) not in own_keys}
    wins, gives_way = _insert_over_redirects(conn.dialect.name), insert_new(conn, article_url)
    for keys, kind, upsert in ((own_keys, "own", wins), (other_keys, "redirect", gives_way)):
        if keys:
            values = [{"key": key, "url": url, "kind": kind, "article_id": article_id} for key, url in keys.items()]
            execute_many(conn, upsert, values)
    for names, named in _padded([*own_keys, *other_keys]):
        execute(conn, _point(names), named | {"target": article_id})


@cache
def _insert_over_redirects(dialect: str) -> Any:
    statement = insert(dialect, article_url)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[article_url.c.key],
        set_={"article_id": new.article_id, "url": new.url, "kind": new.kind},
        where=(article_url.c.kind == "redirect"),
    )


@cache
def _point(names: tuple[str, ...]) -> Any:
    """Points links at an article, by those of as many keys as there are names that are the article's."""
    mine = _at(names).with_only_columns(article_url.c.key).where(article_url.c.article_id == bindparam("target"))
    return (
        update(link)
        .where(link.c.target_key.in_(mine), link.c.article_id != bindparam("target"))
        .where(link.c.target_article_id.is_distinct_from(bindparam("target")))
        .values(target_article_id=bindparam("target"))
    )


@cache
def _at(names: tuple[str, ...]) -> Any:
    """The articles at as many keys as there are names."""
    return select(article_url.c.key, article_url.c.article_id).where(article_url.c.key.in_(map(bindparam, names)))


def _articles_at(conn: Connection, keys: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for names, values in _padded(keys):
        found.update(execute(conn, _at(names), values))
    return found


def _padded(keys: list[str]) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    """Keys by the names they have in a statement, in few lengths, so that each statement is made once."""
    for some in chunks(keys):
        most = 1 << (len(some) - 1).bit_length()
        names = tuple(f"key_{place}" for place in range(most))
        yield names, dict(zip(names, [*some, *some[:1] * (most - len(some))], strict=True))
