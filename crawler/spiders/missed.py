"""A request that brought no page, as the store records it: what kind of trouble it was, and whether it may pass."""

from __future__ import annotations

from scrapy import Request
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.failures import failure_kind
from crawler.headers import headers_of, retry_after
from pipelines.stages.outcomes import Missed
from pipelines.store.frontier import FrontierEntry

FINAL = frozenset(
    {"robots", "scheme", "credentials", "off_site", "not_html", "too_large", "headers", "private_address"}
)
"""Failures that another run would meet again, beside 404 and the like."""


def missed_by(failure: Failure) -> Missed:
    """What a request's failure comes to."""
    request: Request = failure.request  # type: ignore[attr-defined]
    error = failure.value
    assert error is not None
    kind, detail = failure_kind(error)
    if not isinstance(error, HttpError):
        return missed(request, kind, detail)
    response = error.response
    wait = retry_after(headers_of(response)) or 0.0
    return missed(request, kind, detail, status=response.status, wait=wait)


def missed(request: Request | None, kind: str, detail: str, status: int | None = None, wait: float = 0.0) -> Missed:
    """A request that failed for the reason named."""
    assert request is not None
    entry: FrontierEntry | None = request.meta.get("entry")
    route = request.meta.get("route") or (entry.hint.route if entry and entry.hint else None)
    gone = status is not None and 400 <= status < 500 and status not in (403, 408, 425, 429)
    return Missed(
        source=request.meta["source"],
        url=entry.url if entry else request.url,
        route=route,
        kind=kind,
        detail=detail,
        status=status,
        seconds=request.meta.get("download_latency"),
        lease=request.meta.get("lease"),
        retry=kind not in FINAL and not gone,
        wait=wait,
    )
