from __future__ import annotations

import pytest

from crawler.budgets import Budgets, Limits, Stop, shape


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stops() -> list[Stop]:
    return []


@pytest.fixture
def budgets(clock: Clock, stops: list[Stop]) -> Budgets:
    limits = Limits(pages=10, depth=2, shape=3, megabytes=1.0, minutes=5.0)
    return Budgets({"harbor": limits, "cove": limits}, stops.append, clock)


def test_what_is_left_of_the_pages(budgets: Budgets) -> None:
    budgets.fetching("harbor", 4)
    assert (budgets.left("harbor"), budgets.left("cove")) == (6, 10)
    budgets.queued("harbor", 9)
    assert (budgets.left("harbor"), budgets.left_to_queue("harbor")) == (6, 1)


@pytest.mark.parametrize(
    ("spend", "kind"),
    [
        (lambda budgets, clock: budgets.fetching("harbor", 10), "budget_pages"),
        (lambda budgets, clock: budgets.received("harbor", 1_000_000), "budget_bytes"),
        (lambda budgets, clock: setattr(clock, "now", clock.now + 300), "budget_time"),
    ],
)
def test_a_budget_that_is_spent_is_said_once_and_stops_its_source_alone(
    budgets: Budgets, clock: Clock, stops: list[Stop], spend: object, kind: str
) -> None:
    assert budgets.left("harbor") > 0
    assert callable(spend)
    spend(budgets, clock)
    assert [budgets.left("harbor"), budgets.left("harbor")] == [0, 0]
    assert [(stop.source, stop.kind) for stop in stops] == [("harbor", kind)]
    assert budgets.left("cove") == 10


def test_links_are_followed_so_deep_and_no_deeper(budgets: Budgets, stops: list[Stop]) -> None:
    assert budgets.may_follow("harbor", "https://harbor.example/a", 2)
    assert not budgets.may_follow("harbor", "https://harbor.example/b", 3)
    assert stops == [
        Stop("harbor", "budget_depth", "more than 2 links away from any listing", "https://harbor.example/b")
    ]


def test_addresses_of_one_shape_are_followed_up_to_a_number_each_counted_once(
    budgets: Budgets, stops: list[Stop]
) -> None:
    days = [f"https://harbor.example/days/2026/11/{day}" for day in range(1, 6)]
    assert [budgets.may_follow("harbor", day, 0) for day in (days[0], *days)] == [True] * 4 + [False] * 2
    assert budgets.may_follow("harbor", days[0], 0)
    assert budgets.may_follow("harbor", "https://harbor.example/news/the-bank-opens", 0)
    assert [(stop.kind, stop.url) for stop in stops] == [("budget_shape", days[3])]


def test_a_crawl_that_runs_on_starts_over(budgets: Budgets) -> None:
    budgets.fetching("harbor", 10)
    assert budgets.left("harbor") == 0
    budgets.start_over()
    assert budgets.left("harbor") == 10


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        ("https://a.example/days/2026/11/22", "https://a.example/days/1999/1/1", True),
        ("https://a.example/s/8f3a9c71d2/x", "https://a.example/s/00ffee1234/x", True),
        (
            "https://a.example/e/123e4567-e89b-12d3-a456-426614174000",
            "https://a.example/e/00000000-0000-4000-8000-0f0000000000",
            True,
        ),
        ("https://a.example/x?b=1&a=2", "https://a.example/x?a=3&b=zz", True),
        ("https://a.example/x?a=1", "https://a.example/x?b=1", False),
        ("https://a.example/news/bank-opens", "https://a.example/news/bank-closes", False),
        ("https://one.a.example/", "https://another.a.example", True),
    ],
)
def test_the_shape_of_an_address(one: str, other: str, are_alike: bool) -> None:
    assert (shape(one) == shape(other)) == are_alike
