"""What the enrichment found, as rows beside the article's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from pipelines.enrich import Enrichment, Mention
from pipelines.store.dialect import execute, execute_many
from pipelines.store.schema import article, article_asset, article_label, asset_mention, credit

_CHILDREN = (asset_mention, article_asset, credit, article_label)
_INSERT = {child: insert(child) for child in _CHILDREN}
_DELETE = {child: delete(child).where(child.c.article_id == bindparam("id")) for child in _CHILDREN}


_EVIDENCE = select(article_label).where(article_label.c.article_id.in_(bindparam("ids", expanding=True)))
_KEYS = select(article.c.number, article.c.published_ts).where(article.c.id == bindparam("id"))


def save_enrichment(conn: Connection, article_id: str, found: Enrichment) -> None:
    """Make the rows of an article that is stored say what was found."""
    for child in _CHILDREN:
        execute(conn, _DELETE[child], {"id": article_id})
    number, published_ts = execute(conn, _KEYS, {"id": article_id}).one()
    _save(conn, article_id, number, published_ts, found, is_new=False)


def save_first_enrichment(conn: Connection, article_id: str, number: int, published_ts: int, found: Enrichment) -> None:
    """``save_enrichment`` for an article that was stored just now, of which there are no rows yet."""
    _save(conn, article_id, number, published_ts, found, is_new=True)


def _save(
    conn: Connection, article_id: str, number: int, published_ts: int, found: Enrichment, *, is_new: bool
) -> None:
    from pipelines.store.stories import place  # it loads NumPy, which no reader of a store needs

    rows: dict[Any, list[dict[str, Any]]] = {
        asset_mention: _numbered(found.mentions),
        article_asset: assets(found.mentions, published_ts),
        credit: _numbered(found.credits),
        article_label: [{"label": it.label, "evidence": it.evidence} for it in found.labels],
    }
    for child, values in rows.items():
        if values:
            execute_many(conn, _INSERT[child], [{"article_id": article_id} | value for value in values])
    place(conn, article_id, number, found.sketch, is_new=is_new)


def evidence(conn: Connection, article_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Id → label → what of the page says so, for articles that have labels."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in conn.execute(_EVIDENCE, {"ids": list(article_ids)}):
        found[row.article_id][row.label] = row.evidence
    return found


def _numbered(values: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {"ordinal": place} | {name: getattr(value, name) for name in value.__slots__}
        for place, value in enumerate(values)
    ]


def assets(mentions: Iterable[Mention], published_ts: int) -> list[dict[str, Any]]:
    """A row an asset: how often, whether in the title, and the certainty of the surest mention."""
    by_asset: defaultdict[str, list[Mention]] = defaultdict(list)
    for each in mentions:
        by_asset[each.asset].append(each)
    return [
        {
            "asset": asset,
            "published_ts": published_ts,
            "kind": some[0].kind,
            "mentions": len(some),
            "in_title": int(any(each.part == "title" for each in some)),
            "certainty": max(each.certainty for each in some),
        }
        for asset, some in by_asset.items()
    ]
