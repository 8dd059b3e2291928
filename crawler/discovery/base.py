"""What every route gives back, and the one error for an answer that is not what the route expects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawler.discovery.dates import moment
from pipelines.errors import BadInput
from pipelines.items import Hint


class UnusableListing(BadInput):
    """A body that is no feed, sitemap or REST answer. The message says what it is instead."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page that may be an article, with what the listing said of it. ``url`` is fit to fetch, as listed."""

    url: str
    hint: Hint


@dataclass(frozen=True, slots=True)
class Discovered:
    """What one answer of a route gave: pages, newest first, and further addresses of the same route to ask."""

    candidates: tuple[Candidate, ...] = ()
    follow: tuple[str, ...] = ()
    """To be read by the same route, in this order. May lead in circles: whoever follows remembers where it has been."""
    modified: Mapping[str, str] = field(default_factory=dict)
    """When an address of ``follow`` last changed, ISO 8601, where the listing tells."""
    reason: str | None = None
    """Why there is nothing, where the site declines rather than fails (REST switched off or closed)."""


def newest_first(candidates: Iterable[Candidate], since: datetime | None = None) -> tuple[Candidate, ...]:
    """Each URL once, by date, the undated last in their own order; without what is known to be older than ``since``."""
    first = {candidate.url: candidate for candidate in reversed(list(candidates))}
    dated = [(newest_date(each.hint), each) for each in reversed(first.values())]
    kept = [(when, each) for when, each in dated if not (since and when and when < since)]
    kept.sort(key=lambda pair: pair[0].timestamp() if pair[0] else float("-inf"), reverse=True)
    return tuple(each for _, each in kept)


def newest_date(hint: Hint) -> datetime | None:
    """The later of publication and change; None where the listing names neither."""
    return max(filter(None, (moment(hint.published_at), moment(hint.modified_at))), default=None)
