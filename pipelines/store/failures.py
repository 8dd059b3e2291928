"""URLs that gave no article: which, how often, why, and back into the queue with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, column, func, or_, select, table, update

from pipelines.store.dialect import chunks
from pipelines.store.runs import STORED
from pipelines.store.schema import fetch, frontier
from pipelines.urls import identity

REJECTED = "rejected: "
"""How the frontier's ``outcome`` begins for a page that was refused."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The last trouble with a URL. ``kind``: fetch (no page, or none that could be read) or rejection (no article)."""

    kind: str
    run_id: int
    source: str | None
    url: str
    reason: str
    detail: str | None
    page_id: int | None
    failed_at: str
    times: int

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class FailureCount:
    """URLs with one reason at one source. ``kept``: how many left a page to look at; ``url``, ``detail``: the last."""

    source: str | None
    reason: str
    kind: str
    urls: int
    kept: int
    last_at: str
    url: str
    detail: str | None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


def failures(
    conn: Connection,
    *,
    source: str | None = None,
    run_id: int | None = None,
    reason: str | None = None,
    limit: int = 100,
) -> list[Failure]:
    """The last trouble with each URL, newest first: in one run, or in all for URLs that have not been well since."""
    last = _last_of_each(source, run_id, reason)
    query = select(*(last.c[name] for name in Failure.__slots__)).where(last.c.rank == 1)
    return [
        Failure(*row) for row in conn.execute(query.order_by(last.c.failed_at.desc(), last.c.id.desc()).limit(limit))
    ]


def failure_counts(
    conn: Connection,
    by: Literal["kind", "source"],
    *,
    source: str | None = None,
    run_id: int | None = None,
    reason: str | None = None,
) -> list[FailureCount]:
    """``failures``, counted: by source and reason, the sources or the reasons with most of them first."""
    last = _last_of_each(source, run_id, reason)
    same = [last.c.source, last.c.reason]
    newest = func.row_number().over(partition_by=same, order_by=[last.c.failed_at.desc(), last.c.id.desc()])
    group = last.c.reason if by == "kind" else last.c.source
    counted = (
        select(
            *(last.c[name] for name in ("source", "reason", "kind", "url", "detail")),
            last.c.failed_at.label("last_at"),
            func.count().over(partition_by=same).label("urls"),
            func.count(last.c.page_id).over(partition_by=same).label("kept"),
            func.count().over(partition_by=group).label("in_group"),
            newest.label("newest"),
        )
        .where(last.c.rank == 1)
        .subquery()
    )
    columns = [counted.c[name] for name in FailureCount.__slots__]
    order = [
        counted.c.in_group.desc(),
        counted.c.reason if by == "kind" else counted.c.source,
        counted.c.urls.desc(),
        counted.c.reason,
    ]
    return [FailureCount(*row) for row in conn.execute(select(*columns).where(counted.c.newest == 1).order_by(*order))]


def retry(
    conn: Connection,
    urls: Iterable[str] = (),
    *,
    sources: Sequence[str] = (),
    reasons: Sequence[str] = (),
) -> int:
    """Make URLs that failed or were refused pending again, those given up too; how many it were.

    All conditions that are given have to hold; none given takes all.
    """
    queue = frontier.c
    failed = queue.state == "failed"
    refused = (queue.state == "done") & queue.outcome.startswith(REJECTED, autoescape=True)
    wanted: list[ColumnElement[bool]] = [or_(failed, refused)]
    if sources:
        wanted.append(queue.source.in_(sources))
    if reasons:
        wanted.append(
            or_(failed & queue.error.in_(reasons), refused & queue.outcome.in_([REJECTED + it for it in reasons]))
        )
    again = update(frontier).where(*wanted).values(state="pending", due_at=None, tries=0)
    keys = [identity(url) or url for url in urls]
    if not keys:
        return conn.execute(again).rowcount
    return sum(conn.execute(again.where(queue.key.in_(some))).rowcount for some in chunks(keys))


_FAILURE = table("failure", *(column(name) for name in ("id", *(it for it in Failure.__slots__ if it != "times"))))
"""The view."""


def _last_of_each(source: str | None, run_id: int | None, reason: str | None) -> Any:
    """The view's rows, ranked within their URL: rank 1 is the last one."""
    wanted: list[ColumnElement[bool]] = []
    if source:
        wanted.append(_FAILURE.c.source == source)
    if run_id is not None:
        wanted.append(_FAILURE.c.run_id == run_id)
    else:
        well = select(fetch.c.id).where(fetch.c.url == _FAILURE.c.url, fetch.c.outcome.in_((*STORED, "not_modified")))
        wanted.append(~well.where(fetch.c.fetched_at >= _FAILURE.c.failed_at).exists())
    rank = func.row_number().over(
        partition_by=_FAILURE.c.url, order_by=[_FAILURE.c.failed_at.desc(), _FAILURE.c.id.desc()]
    )
    times = func.count().over(partition_by=_FAILURE.c.url)
    ranked: Select[Any] = select(_FAILURE, times.label("times"), rank.label("rank")).where(*wanted)
    if not reason:
        return ranked.subquery()
    inner = ranked.subquery()
    return select(inner).where(inner.c.reason == reason).subquery()
