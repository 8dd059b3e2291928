"""An article with all that was read out of its page as one row, under the names and meanings of an export."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from pipelines.enrich import Enrichment
from pipelines.export.columns import Column, Shape, Table
from pipelines.items import Article
from pipelines.quality import Quality
from pipelines.rights import Notice, judge
from pipelines.store.articles import content_hash
from pipelines.store.enriched import assets
from pipelines.store.times import epoch, normalised

_EXPORTED = (
    "id url canonical_url source title description authors published_at modified_at language section tags image_url "
    "body body_markdown headings links removed verdict labels fetched_at body_path extractor evidence word_count "
    "content_hash published_ts ai_allowed tdm_reserved is_free ai_reasons agents_forbidden directives tdm_policy "
    "licence licence_id gopher repetition fineweb c4 failed_rules assets mentions credits"
).split()
_OWN = (
    Column("record", "text", "", "the input and the place in it that the page was read from"),
    Column("cluster", "text", "", "id of the first published article of those with the same text, or nearly the same"),
    Column("duplicate_of", "text", "", "that id, on all of the cluster but the first; null where none is like"),
)
_PLAIN = [name for name in Article.__slots__ if name not in ("headings", "links", "removed", "evidence")]
_NESTED = {"headings": "headings", "links": "links", "removed": "removed"}

REJECTED = Table(
    "rejected",
    "one row a record that gave no article: refused, broken, or the extraction failed",
    (
        Column("record", "text", "", "the input and the place in it"),
        Column("url", "text", "", "address of the page, where the record has one"),
        Column("reason", "text", "", "what the page is instead of an article, or how it failed"),
        Column("detail", "text", "", "more of it, for people"),
    ),
    "",
)  # fmt: skip


@cache
def articles_table() -> Table:
    """The columns of the articles, as an export has them, and where each is from."""
    (table,) = Shape((), tuple(_EXPORTED)).made()
    return replace(table, columns=(*table.columns, *_OWN))


def article_row(
    article: Article,
    record: str,
    enrichment: Enrichment | None,
    notices: Sequence[Notice],
    quality: Quality | None,
) -> bytes:
    """The row as a line of JSON; what only a run as a whole knows is null."""
    seen_at = normalised(article.fetched_at)
    published_ts = epoch(article.published_at) or epoch(seen_at)
    row = {name: getattr(article, name) for name in _PLAIN}
    row |= {name: _objects(getattr(article, name), it.fields) for name, it in _columns(_NESTED)}
    row |= {
        "word_count": len(article.body.split()),
        "content_hash": content_hash(article),
        "published_ts": published_ts,
        "record": record,
        "cluster": None,
        "duplicate_of": None,
        **_rights(notices),
        **_quality(quality),
        **_enriched(article, enrichment),
    }
    return line(row)


def line(row: dict[str, Any]) -> bytes:
    """JSON of a row; what no UTF-8 can hold is a question mark."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _rights(notices: Sequence[Notice]) -> dict[str, Any]:
    found = judge(sorted(set(notices)))
    return {name: _number(getattr(found, name)) for name in found.__slots__}


def _quality(quality: Quality | None) -> dict[str, Any]:
    verdicts = {name: _number(getattr(quality, name, None)) for name in ("gopher", "repetition", "fineweb", "c4")}
    return verdicts | {"failed_rules": quality.failed if quality else ()}


def _enriched(article: Article, found: Enrichment | None) -> dict[str, Any]:
    if found is None:
        return {"evidence": (), "assets": (), "mentions": (), "credits": ()}
    said = {each.label: each.evidence for each in found.labels}
    columns = dict(_columns(("assets", "mentions", "credits")))
    summed = sorted(assets(found.mentions, 0), key=lambda each: each["asset"])
    return {
        "evidence": [{"label": it, "text": said[it]} for it in article.labels if said.get(it)],
        "assets": [{name: each[name] for name in columns["assets"].fields} for each in summed],
        "mentions": _objects(found.mentions, columns["mentions"].fields),
        "credits": _objects(found.credits, columns["credits"].fields),
    }


def _objects(values: Iterable[Any], fields: Iterable[str]) -> list[dict[str, Any]]:
    names = tuple(fields)
    return [{name: getattr(each, name) for name in names} for each in values]


@cache
def _by_name() -> dict[str, Column]:
    return {column.name: column for column in articles_table().columns}


def _columns(names: Iterable[str]) -> list[tuple[str, Column]]:
    return [(name, _by_name()[name]) for name in names]


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value
