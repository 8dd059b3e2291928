"""The kinds of trouble, and what to do about each; ``docs/operate.md`` says it at length."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What is wrong, in the order in which a person should look at it."""

    CRAWL_FAILED = "crawl_failed"
    CRAWL_MISSING = "crawl_missing"
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    LOW_YIELD = "low_yield"
    LAYOUT = "layout"
    BODY_LENGTH = "body_length"
    FIELD_LOST = "field_lost"
    LISTING_FAILS = "listing_fails"
    FAILING = "failing"
    SILENT = "silent"
    BELOW_MINIMUM = "below_minimum"


ADVICE = MappingProxyType(
    {
        Kind.CRAWL_FAILED: "the log's last line says why: free space if the disk is full, and start it again",
        Kind.CRAWL_MISSING: "look at the timer or service that starts the crawl",
        Kind.UNREACHABLE: "open the site; if it is up, `newsmint sources check KEY` says which address moved",
        Kind.BLOCKED: "set NEWSMINT_CONTACT, raise the source's `delay`, or ask the site",
        Kind.LOW_YIELD: "look at the examples; correct `article_patterns` or `exclude_patterns`, then `newsmint retry`",
        Kind.LAYOUT: "read an example with `newsmint show URL --removed`; if the text is whole, nothing is to be done",
        Kind.BODY_LENGTH: "read an example with `newsmint show URL --removed`; `newsmint restore`, `remove` correct it",
        Kind.FIELD_LOST: "compare an example with its page; report the site if the page still says it",
        Kind.LISTING_FAILS: "`newsmint sources check KEY` says what answers; correct the source's entry",
        Kind.FAILING: "`newsmint failures --source KEY --by kind` says how; then `newsmint retry --source KEY`",
        Kind.SILENT: "open the site: does it still publish? If it does, `newsmint sources check KEY`",
        Kind.BELOW_MINIMUM: "open the site: does it publish less? Correct `healthy_minimum`, or the routes",
    }
)
"""One line a kind; KEY stands for the source."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong with a source, or with the crawl as a whole. ``examples``: URLs that show it."""

    kind: Kind
    detail: str
    examples: tuple[str, ...] = ()
