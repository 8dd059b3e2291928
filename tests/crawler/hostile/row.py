"""What one row of the table is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.crawler.hostile.server import Answer


@dataclass(frozen=True, eq=False)
class Row:
    """One trouble.

    ``outcome``: how it must end, as ``outcome`` or ``outcome: reason`` of the store; for a site, all that its run saw.
    ``seconds``: from the request to the end; more than that fails. ``answer``: what the page's address answers, by the
    address of the server; for a site what its paths answer, ``/start`` being its listing.
    """

    name: str
    does: str
    outcome: str
    answer: Callable[[str], Answer | Mapping[str, Answer]] = field(repr=False)
    seconds: float = 60.0
    crawl: str = "ordinary"
    """Which crawl meets it, as in ``run.CRAWLS``."""
    fields: Mapping[str, object] = field(default_factory=dict)
    """Of the site's entry in the sources file: its route at least. Without any it is a page of the site of pages."""

    @property
    def is_site(self) -> bool:
        return bool(self.fields)
