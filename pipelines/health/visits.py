"""What the latest requests of a source came to, against what they usually come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf

from pipelines.health.facts import ListingFacts, SourceFacts, Visit
from pipelines.health.kinds import Kind, Trouble
from pipelines.health.statistics import stretches, tail

STORED = frozenset({"new", "updated", "unchanged"})
DECLINED = frozenset({"block_page", "http_401", "http_403", "http_429", "http_503"})
"""What bot guards answer."""
LATEST = 30
"""Visits that count as the latest."""
LEAST_HISTORY = 40
OUTAGES = ((6, 3600), (3, 12 * 3600))
"""(So many failures in a row, so many seconds after the last visit that went well): a source is down. A connection that
was gone for a moment is nobody's trouble; a crawl by a timer makes few visits to a site that does not answer."""
IMPROBABLE = 1e-6
EXAMPLES = 3


def find_failures(facts: SourceFacts) -> Iterator[Trouble]:
    """The trouble with reaching the source: the worst that fits, and listings that fail while others answer."""
    visits = asked_pages(facts)
    latest = visits[:LATEST]
    failed = [each for each in latest if each.outcome == "failed"]
    declined = [each for each in latest if each.reason in DECLINED]
    if _is_down(facts.visits):
        failed = [each for each in facts.visits[:LATEST] if each.outcome == "failed"]
        yield Trouble(Kind.UNREACHABLE, f"nothing but failures: {counted(failed)}", examples(failed))
        return
    if len(declined) >= 3 and len(declined) >= 0.2 * len(latest):
        detail = f"{len(declined)} of the last {len(latest)} visits were declined: {counted(declined)}"
        yield Trouble(Kind.BLOCKED, detail, examples(declined))
    elif len(failed) >= 5 and _is_break(visits, lambda visit: visit.outcome == "failed", least=0.5):
        detail = f"{len(failed)} of the last {len(latest)} visits failed: {counted(failed)}"
        yield Trouble(Kind.FAILING, detail, examples(failed))
    yield from _failing_listings(facts.listings)


def find_low_yield(facts: SourceFacts) -> Iterator[Trouble]:
    """Pages that arrive and are no articles, where they usually are."""
    pages = page_visits(facts.visits)
    latest = pages[:LATEST]
    refused = [each for each in latest if each.outcome == "rejected" and each.reason not in DECLINED]
    none_at_all = len(latest) >= 10 and len(refused) == len(latest)
    if none_at_all or _is_break(pages, lambda visit: visit in refused or visit.outcome == "rejected", least=0.3):
        past = pages[LATEST : LATEST * 11]
        usual = f", where {stored_share(past):.0%} do usually" if past else ""
        detail = (
            f"of the last {len(latest)} pages {stored_share(latest):.0%} became articles{usual}: {counted(refused)}"
        )
        yield Trouble(Kind.LOW_YIELD, detail, examples(refused))


def asked_pages(facts: SourceFacts) -> list[Visit]:
    """All visits but those to feeds, sitemaps and the like, which a crawl that runs on asks more often than pages."""
    failing = {each.url for each in facts.listings}
    return [each for each in facts.visits if each.outcome != "listing" and each.url not in failing]


def page_visits(visits: Iterable[Visit]) -> list[Visit]:
    """Those that brought a page to look at."""
    return [each for each in visits if each.outcome in STORED or each.outcome == "rejected"]


def stored_share(pages: Sequence[Visit]) -> float:
    """How many of the pages became articles, 0 to 1."""
    return sum(1 for each in pages if each.outcome in STORED) / len(pages) if pages else 0.0


def counted(visits: Iterable[Visit]) -> str:
    """``timeout 4, http_500 1``."""
    return ", ".join(f"{reason} {count}" for reason, count in Counter(_reason(each) for each in visits).most_common(4))


def examples(visits: Iterable[Visit]) -> tuple[str, ...]:
    """A few URLs, each once."""
    return tuple(dict.fromkeys(each.url for each in visits))[:EXAMPLES]


def _is_down(visits: Sequence[Visit]) -> bool:
    well = next((number for number, each in enumerate(visits) if each.outcome != "failed"), None)
    failures = len(visits) if well is None else well
    silent = inf if well is None or not failures else visits[0].at - visits[well].at
    return any(failures >= least and silent >= seconds for least, seconds in OUTAGES)


def _is_break(visits: Sequence[Visit], is_bad: Callable[[Visit], bool], *, least: float) -> bool:
    """Whether the latest are bad more often than before: improbably, by ``least`` of them, and worse than ever."""
    latest, past = visits[:LATEST], visits[LATEST : LATEST * 11]
    if len(latest) < 10 or len(past) < LEAST_HISTORY:
        return False
    bad, before = (sum(map(is_bad, some)) for some in (latest, past))
    if bad / len(latest) < before / len(past) + least:
        return False
    worst = max(sum(map(is_bad, stretch)) for stretch in stretches(past, len(latest)))
    return bad > 1.3 * worst and tail(bad, len(latest), (before + 1) / (len(past) + 2)) < IMPROBABLE


def _failing_listings(listings: Sequence[ListingFacts]) -> Iterator[Trouble]:
    failing = [each for each in listings if each.failures >= 3]
    if failing:
        first = failing[0]
        more = f" and {len(failing) - 1} more" if len(failing) > 1 else ""
        detail = f"{first.route} {first.url}{more} failed {first.failures} times in a row: {first.error or 'unknown'}"
        yield Trouble(Kind.LISTING_FAILS, detail, tuple(each.url for each in failing[:EXAMPLES]))


def _reason(visit: Visit) -> str:
    return visit.reason or visit.outcome
