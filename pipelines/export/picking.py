"""The articles of an export in their order, as the temporary table ``picked``: what is read afterwards joins it.

``place`` counts from 1, by split and time of publication; ``version`` is NULL for the latest one. A cluster is a set
of articles with one text: the same (``duplicate_of``), or nearly the same (the store's stories as well). It is named by
its first published article, and never stands in two splits.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipelines.errors import UsageError
from pipelines.export.selection import Selection, where_clause
from pipelines.export.snapshot import look_at_now
from pipelines.store.times import epoch, normalised

DEDUPE = ("none", "exact", "near")


@dataclass(frozen=True, slots=True)
class Splits:
    """Boundaries in time, as ISO 8601: one more split than boundaries."""

    boundaries: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """``train``; ``train, test``; ``train, validation, test``."""
        return {0: ("train",), 1: ("train", "test"), 2: ("train", "validation", "test")}[len(self.boundaries)]

    @classmethod
    def read(cls, text: str | None) -> Splits:
        """``time:2026-01-01,2026-06-01`` as a person writes it. UsageError for anything else."""
        if text is None:
            return cls()
        kind, _, dates = text.partition(":")
        found = tuple(normalised(date) for date in dates.split(","))
        given = tuple(date for date in found if date)
        if kind != "time" or len(given) != len(found) or len(given) > 2 or list(given) != sorted(set(given)):
            raise UsageError(f"--split: {text!r}; write time:2026-01-01 or time:2026-01-01,2026-06-01")
        return cls(given)


@dataclass(frozen=True, slots=True)
class Picked:
    """What was picked: articles of each split, and how many were left out for which reason."""

    articles: dict[str, int]
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.articles.values())


def pick(conn: sqlite3.Connection, selection: Selection, *, dedupe: str = "none", splits: Splits) -> Picked:
    """Fill ``picked``; the connection has no such table yet."""
    condition, values = where_clause(conn, selection)
    conn.execute(
        "CREATE TEMP TABLE picked (place INTEGER PRIMARY KEY, number INTEGER, version INTEGER, "
        "split INTEGER DEFAULT 0, cluster INTEGER, cluster_size INTEGER, until TEXT)"
    )
    order = "ORDER BY article.published_ts, article.number"
    if dedupe == "none" and not splits.boundaries:
        conn.execute(f"INSERT INTO picked (number) SELECT number FROM article WHERE {condition} {order}", values)  # noqa: S608
        left_out: dict[str, int] = {}
    else:
        left_out = _pick_clusters(conn, condition, values, dedupe, splits)
    look_at_now(conn)
    _date(conn, selection.as_of, splits)
    counts = dict(conn.execute("SELECT split, count(*) FROM picked GROUP BY split"))
    return Picked({name: counts.get(place, 0) for place, name in enumerate(splits.names)}, left_out)


def _pick_clusters(
    conn: sqlite3.Connection, condition: str, values: dict[str, object], dedupe: str, splits: Splits
) -> dict[str, int]:
    """Pick with clusters: the first of each where duplicates are to go, and none outside its cluster's split."""
    conn.execute("CREATE TEMP TABLE joined (number INTEGER PRIMARY KEY, cluster INTEGER)")
    near = dedupe == "near" or bool(splits.boundaries)
    conn.executemany("INSERT INTO joined VALUES (?, ?)", _clusters(conn, near=near).items())
    conn.execute(
        "CREATE TEMP TABLE candidate AS SELECT article.number, article.published_ts AS at, article.duplicate_of, "  # noqa: S608
        "coalesce(joined.cluster, article.number) AS cluster "
        f"FROM article LEFT JOIN joined ON joined.number = article.number WHERE {condition}",
        values,
    )
    ranked = (  # noqa: S608
        "SELECT number, at, {split} AS split, first_value(number) OVER same AS head, {split_of_first} AS wanted, "
        "count(*) OVER (PARTITION BY cluster) AS size, row_number() OVER same AS place, {is_copy} AS is_copy "
        "FROM candidate WINDOW same AS (PARTITION BY cluster ORDER BY at, number)"
    ).format(
        split=_split_of("at", splits),
        split_of_first=_split_of("first_value(at) OVER same", splits),
        is_copy={"none": "0", "near": "row_number() OVER same > 1"}.get(dedupe, _EXACT_COPY),
    )
    conn.execute(f"CREATE TEMP TABLE ranked AS {ranked}")
    conn.execute(
        "INSERT INTO picked (number, split, cluster, cluster_size) SELECT number, split, head, size FROM ranked "
        "WHERE NOT is_copy AND split = wanted ORDER BY split, at, number"
    )
    copies, across = conn.execute(
        "SELECT count(*) FILTER (WHERE is_copy), count(*) FILTER (WHERE NOT is_copy AND split <> wanted) FROM ranked"
    ).fetchone()
    for table in ("ranked", "candidate", "joined"):
        conn.execute(f"DROP TABLE {table}")
    return {"copies": copies, "copies in a later split": across}


_EXACT_COPY = (
    "row_number() OVER (PARTITION BY coalesce((SELECT head.number FROM article AS head "
    "WHERE head.id = candidate.duplicate_of), number) ORDER BY at, number) > 1"
)


def _split_of(moment: str, splits: Splits) -> str:
    """SQL for the number of the split that a time belongs to."""
    return " + ".join(f"({moment} >= {epoch(boundary)})" for boundary in splits.boundaries) or "0"


def _clusters(conn: sqlite3.Connection, *, near: bool) -> dict[int, int]:
    """Number of an article → smallest number of its cluster, for all articles that are not alone in theirs.

    Copies and stories are joined where they meet, so that no text is in two clusters (union-find).
    """
    parent: dict[int, int] = {}
    for one, other in _pairs(conn, near=near):
        a, b = _root(parent, one), _root(parent, other)
        parent[max(a, b)] = min(a, b)
    return {number: _root(parent, number) for number in sorted(parent)}


def _pairs(conn: sqlite3.Connection, *, near: bool) -> Iterable[tuple[int, int]]:
    yield from conn.execute(
        "SELECT article.number, head.number FROM article JOIN article AS head ON head.id = article.duplicate_of "
        "WHERE article.duplicate_of IS NOT NULL"
    )
    if near:
        yield from conn.execute(
            "SELECT article.number, min(article.number) OVER (PARTITION BY story_id) "
            "FROM story_article JOIN article ON article.id = story_article.article_id"
        )


def _root(parent: dict[int, int], number: int) -> int:
    parent.setdefault(number, number)
    while parent[number] != number:
        parent[number] = parent[parent[number]]
        number = parent[number]
    return number


def _date(conn: sqlite3.Connection, as_of: str | None, splits: Splits) -> None:
    """Say until when may be known, and name the version to export where a later one was seen only after that.

    That is ``as_of``, or the end of the article's split. An article that was first fetched after its split ended has no
    version from before; its first one stands for it.
    """
    known = (
        "SELECT coalesce(max(version) FILTER (WHERE seen_at <= picked.until), min(version)) "
        "FROM article_version AS was WHERE was.article_id = article.id"
    )
    for place in range(len(splits.names)):
        until = min((each for each in (as_of, *splits.boundaries[place : place + 1]) if each), default=None)
        if until:
            conn.execute("UPDATE picked SET until = ? WHERE split = ?", (until, place))
    if as_of or splits.boundaries:
        conn.execute(
            f"UPDATE picked SET version = (SELECT nullif(({known}), article.version) FROM article "  # noqa: S608
            "WHERE article.number = picked.number) "
            "WHERE until IS NOT NULL AND number IN (SELECT number FROM article WHERE version > 1)"
        )
