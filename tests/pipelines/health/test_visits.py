"""What visits come to, against what they usually come to."""

from __future__ import annotations

import random

import pytest

from pipelines.health.facts import ListingFacts, SourceFacts, Visit
from pipelines.health.kinds import Kind
from pipelines.health.visits import find_failures, find_low_yield
from tests.pipelines.health.made import visits

FEED = ListingFacts("https://daily.example/feed", "feed", 4, "http_500: x")


def latest(count: int, outcome: str, reason: str | None = None, *, past: int = 300, apart: int = 3600) -> SourceFacts:
    """A healthy past, then so many visits with this outcome."""
    before = visits(random.Random(1), past)
    start = before[0].at if before else 0
    new = [Visit(f"https://daily.example/n{it}", outcome, start + (it + 1) * apart, reason) for it in range(count)]
    return SourceFacts("daily", 0, visits=(*new[::-1], *before))


def kinds(facts: SourceFacts) -> list[Kind]:
    return [each.kind for each in (*find_failures(facts), *find_low_yield(facts))]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (latest(0, "new"), []),
        (latest(30, "failed", "timeout"), [Kind.UNREACHABLE]),
        (latest(6, "failed", "dns"), [Kind.UNREACHABLE]),
        (latest(6, "failed", "dns", apart=60), []),
        (latest(3, "failed", "dns"), []),
        (latest(3, "failed", "dns", apart=15_000), [Kind.UNREACHABLE]),
        (latest(3, "failed", "dns", past=0), [Kind.UNREACHABLE]),
        (latest(2, "failed", "dns", past=0), []),
        (latest(8, "rejected", "block_page"), [Kind.BLOCKED]),
        (latest(2, "rejected", "block_page"), []),
        (latest(28, "rejected", "too_short"), [Kind.LOW_YIELD]),
        (latest(7, "rejected", "listing"), []),
        (latest(12, "rejected", "listing", past=0), [Kind.LOW_YIELD]),
        (latest(9, "rejected", "listing", past=0), []),
    ],
    ids=lambda value: "" if isinstance(value, list) else None,
)
def test_the_trouble_that_fits(facts: SourceFacts, expected: list[Kind]) -> None:
    assert kinds(facts) == expected


def test_half_of_the_pages_fail_where_hardly_any_did() -> None:
    facts = latest(0, "new")
    kinds = [("failed", "http_500") if number % 3 else ("new", None) for number in range(30)]
    mixed = [Visit(f"https://daily.example/m{it}", kinds[it][0], 10**10 + it, kinds[it][1]) for it in range(30)]
    facts = SourceFacts("daily", 0, visits=(*mixed[::-1], *facts.visits))
    (trouble,) = find_failures(facts)
    assert trouble.kind is Kind.FAILING
    assert trouble.detail == "20 of the last 30 visits failed: http_500 20"
    assert len(trouble.examples) == 3


def test_listings_that_fail_while_pages_arrive() -> None:
    facts = SourceFacts("daily", 0, visits=latest(0, "new").visits, listings=(FEED,))
    (trouble,) = find_failures(facts)
    assert trouble.kind is Kind.LISTING_FAILS
    assert trouble.detail == "feed https://daily.example/feed failed 4 times in a row: http_500: x"


def test_a_crawl_that_runs_on_asks_listings_more_often_than_pages() -> None:
    """Four polls of a feed to a page, and the pages are declined: that is no small share of the visits."""
    facts = latest(8, "rejected", "block_page")
    polls = [Visit(FEED.url, "listing", each.at + 60) for each in facts.visits for _ in range(4)]
    mixed = sorted((*facts.visits, *polls), key=lambda visit: -visit.at)
    assert kinds(SourceFacts("daily", 0, visits=tuple(mixed))) == [Kind.BLOCKED]


def test_a_listing_that_fails_again_and_again_is_not_said_to_be_pages_that_fail() -> None:
    facts = latest(0, "new")
    start = facts.visits[0].at
    polls = [Visit(FEED.url, "failed", start + 60 * it, "http_500") for it in range(1, 40)]
    pages = [Visit(f"https://daily.example/p{it}", "new", start + 60 * it) for it in range(1, 40)]
    mixed = sorted((*polls, *pages, *facts.visits), key=lambda visit: -visit.at)
    assert kinds(SourceFacts("daily", 0, visits=tuple(mixed), listings=(FEED,))) == [Kind.LISTING_FAILS]


def test_a_source_that_is_down_is_one_trouble_and_not_two() -> None:
    down = latest(30, "failed", "timeout")
    assert kinds(SourceFacts("daily", 0, visits=down.visits, listings=(FEED,))) == [Kind.UNREACHABLE]


def test_hardly_a_false_alarm_in_two_hundred_healthy_histories() -> None:
    """Looked at five times each, 30 visits apart: at most one look in 200 is a false alarm."""
    alarms = 0
    for seed in range(200):
        dice = random.Random(seed)
        made = visits(dice, 500, refused=dice.choice((0.02, 0.06, 0.2)), failed=dice.choice((0.01, 0.03, 0.15)))
        for look in range(5):
            alarms += bool(kinds(SourceFacts("daily", 0, visits=tuple(made[30 * look : 30 * look + 350]))))
    assert alarms <= 5
