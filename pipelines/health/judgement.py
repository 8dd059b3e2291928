"""All that can be said of a source's health from its facts: its figures, and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

from pipelines.health.drift import HISTORY, WINDOWS, find_drift
from pipelines.health.facts import FIELDS, ArticleFacts, RunFacts, SourceFacts
from pipelines.health.kinds import Kind, Trouble
from pipelines.health.pace import HOUR, allowed_pause, find_silence, pace, silent_for, spoken
from pipelines.health.visits import LATEST, asked_pages, find_failures, find_low_yield, page_visits, stored_share

LATEST_ARTICLES = WINDOWS[1]
STALLED = 12 * HOUR
"""A crawl that runs asks a listing every two hours at least."""
ENDS = {"failed": "could not go on", "lost": "was killed, or its machine went down"}
"""States of a run that are trouble, in words."""


@dataclass(frozen=True, slots=True)
class Health:
    """A source's figures, each beside its usual value, and its troubles, the gravest first. None: not known.

    Shares are 0 to 1, times seconds since 1970, ``words`` medians of the latest articles and of those before.
    """

    source: str
    looked_at: int | None = None
    """The latest visit that went well."""
    last_new: int | None = None
    """When the last new article was fetched."""
    last_published: int | None = None
    articles_a_day: float | None = None
    silent_seconds: int | None = None
    allowed_seconds: float | None = None
    stored: float | None = None
    usually_stored: float | None = None
    words: float | None = None
    usual_words: float | None = None
    fields: Mapping[str, float] = field(default_factory=dict)
    usual_fields: Mapping[str, float] = field(default_factory=dict)
    blocked: float | None = None
    failures: Mapping[str, int] = field(default_factory=dict)
    failing_listings: int = 0
    troubles: tuple[Trouble, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self) | {"troubles": [asdict(each) for each in self.troubles]}


def judge(facts: SourceFacts) -> Health:
    """The health of one source."""
    looked_at = next((visit.at for visit in facts.visits if visit.outcome != "failed"), None)
    latest, pages = asked_pages(facts)[:LATEST], page_visits(facts.visits)
    recent, past = facts.articles[:LATEST_ARTICLES], facts.articles[LATEST_ARTICLES : LATEST_ARTICLES + HISTORY]
    troubles = [*find_failures(facts), *find_low_yield(facts), *find_drift(facts.articles)]
    if looked_at is not None:
        troubles += find_silence(facts, looked_at)
    order = list(Kind)
    return Health(
        source=facts.source,
        looked_at=looked_at,
        last_new=next((visit.at for visit in facts.visits if visit.outcome == "new"), None),
        last_published=facts.published[0] if facts.published else None,
        articles_a_day=pace(facts.published, looked_at) if looked_at else None,
        silent_seconds=silent_for(facts, looked_at) if looked_at else None,
        allowed_seconds=allowed_pause(facts.published) if facts.published else None,
        stored=stored_share(pages[:LATEST]) if pages else None,
        usually_stored=stored_share(pages[LATEST:]) if pages[LATEST:] else None,
        words=_words(recent),
        usual_words=_words(past),
        fields=_coverage(recent),
        usual_fields=_coverage(past),
        blocked=sum(1 for each in latest if each.reason == "block_page") / len(latest) if latest else None,
        failures=dict(Counter(each.reason or "unknown" for each in latest if each.outcome == "failed").most_common()),
        failing_listings=sum(1 for each in facts.listings if each.failures),
        troubles=tuple(sorted(troubles, key=lambda trouble: order.index(trouble.kind))),
    )


def judge_crawl(runs: Sequence[RunFacts], now: int, last_visit: int = 0) -> list[Trouble]:
    """What is wrong with the crawl as a whole: ``runs`` of it, the newest first, and when anything was last asked."""
    if not runs:
        return []
    latest = runs[0]
    if latest.finished is None:
        silent = now - max(latest.started, last_visit)
        detail = f"run {latest.id} goes on, and has asked for nothing for {spoken(silent)}"
        return [Trouble(Kind.CRAWL_MISSING, detail)] if silent > STALLED else []
    found = [Trouble(Kind.CRAWL_FAILED, f"run {latest.id} {ENDS[latest.state]}")] if latest.state in ENDS else []
    pauses = [later.started - earlier.started for later, earlier in pairwise(runs)]
    silent = now - latest.finished
    if len(pauses) >= 3 and silent > max(26 * HOUR, 3 * median(pauses), 1.5 * max(pauses)):
        detail = f"no crawl for {spoken(silent)}, where one begins every {spoken(median(pauses))}"
        found.append(Trouble(Kind.CRAWL_MISSING, detail))
    return found


def _words(articles: Sequence[ArticleFacts]) -> float | None:
    return median(each.words for each in articles) if articles else None


def _coverage(articles: Sequence[ArticleFacts]) -> dict[str, float]:
    total = len(articles)
    return {name: sum(1 for each in articles if name in each.given) / total for name in FIELDS} if total else {}
