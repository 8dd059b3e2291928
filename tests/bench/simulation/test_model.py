"""The simulated fleet against what is known without simulating."""

from __future__ import annotations

import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

from bench.simulation import Costs, Failures, Fleet, Newsrooms, Parameters, Result, simulate
from pipelines.stages.revisit import Bounds

FREE = Costs(page_cpu=0.0, visit_cpu=0.0, store_seconds=0.0, listing_seconds=0.0, page_seconds=0.0, pace=0.0)
COSTS = Costs(page_cpu=0.085, visit_cpu=0.5, store_seconds=0.004)
EVEN = Newsrooms(spread=0.0, rhythm=0.0, bursts_a_day=0.0)
DAYS = {
    "a quiet day": Parameters(COSTS, Newsrooms(sources=200)),
    "too few workers": Parameters(replace(COSTS, visit_cpu=60.0), Newsrooms(sources=200), Fleet(workers=1)),
    "workers die every hour": Parameters(COSTS, Newsrooms(sources=200), Fleet(2), Failures(every=3600.0)),
    "one killed for good": Parameters(COSTS, Newsrooms(sources=200), Fleet(2), Failures(kills=((0, 9_000.0),))),
    "an archive": Parameters(COSTS, Newsrooms(sources=8, articles_a_day=0.0, backlog=50), warm_up=0.0),
}


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS.keys())
def test_what_was_published_is_stored_queued_or_not_listed_yet_and_nothing_is_stored_twice(day: Parameters) -> None:
    result = simulate(day)
    assert result.published == len(result.articles) + result.queued + result.unlisted > 0
    assert all(it.published <= it.stored and it.due <= it.begun <= it.stored for it in result.articles)


def test_the_seed_makes_the_day() -> None:
    """In another process, too, where sets and hashes have another order."""
    day = replace(DAYS["workers die every hour"], costs=replace(COSTS, page_cpu=60.0))
    first, other = simulate(day), simulate(replace(day, seed=2))
    assert first.lost
    assert first.articles != other.articles
    with ProcessPoolExecutor(1, get_context("spawn")) as elsewhere:
        again = elsewhere.submit(simulate, day).result()
    assert (first.articles, first.queues) == (again.articles, again.queues)


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_one_slot_makes_visits_wait_as_in_an_m_d_1_queue(load: float) -> None:
    """The first visits of many sources are a Poisson process, and each holds the slot for as long: the mean wait is
    Pollaczek and Khinchine's ρD / 2(1 − ρ). (Later ones come in the order in which the first ones left.)"""
    sources, pause = 20_000, 7_200.0
    holds = load * pause / sources
    day = Parameters(
        replace(FREE, listing_seconds=holds),
        replace(EVEN, sources=sources, articles_a_day=0.01),
        Fleet(workers=1, slots=1),
        bounds=Bounds(pause, pause),
        seconds=pause,
        warm_up=0.0,
    )
    assert np.mean(simulate(day).waits) == pytest.approx(load * holds / (2 * (1 - load)), rel=0.15)


def test_a_listing_asked_at_a_fixed_pause_is_found_after_half_of_it_on_average() -> None:
    day = Parameters(FREE, replace(EVEN, sources=500, articles_a_day=20.0), bounds=Bounds(3_600.0, 3_600.0))
    assert simulate(day).times().parts["total"].mean() == pytest.approx(1_800.0, rel=0.05)


@pytest.mark.parametrize(
    ("costs", "fleet", "seconds"),
    [
        (replace(FREE, pace=0.5), Fleet(workers=2), 100 * 0.5),  # the hosts' pace
        (replace(FREE, page_cpu=0.1), Fleet(workers=2, workers_a_machine=2, cores=2), 800 * 0.1 / 2),  # shared cores
        (replace(FREE, page_cpu=0.1), Fleet(workers=2, cores=2), 800 * 0.1 / 4),  # cores of their own
        (replace(FREE, store_seconds=0.05), Fleet(workers=2, store_lanes=1), 800 * 0.05),  # the store's one writer
        (replace(FREE, pace=0.5), Fleet(workers=1, slots=4), 2 * 100 * 0.5),  # slots: four hosts, then four
    ],
)
def test_an_archive_takes_as_long_as_what_limits_it(costs: Costs, fleet: Fleet, seconds: float) -> None:
    day = Parameters(costs, Newsrooms(sources=8, articles_a_day=0.0, backlog=100), fleet, warm_up=0.0)
    result = simulate(day)
    assert len(result.articles) == 800
    assert result.seconds == pytest.approx(seconds, rel=0.03)


def test_a_fleet_that_is_too_small_falls_ever_further_behind() -> None:
    small = Parameters(replace(COSTS, page_cpu=60.0), replace(EVEN, sources=1_000), Fleet(workers=1))
    waiting = [_articles_behind(small, hours) for hours in (6, 12, 24)]
    assert waiting == pytest.approx([quarters * (10_000 - 2_880) / 4 for quarters in (1, 2, 4)], rel=0.15)
    assert _articles_behind(replace(small, costs=COSTS), 24) < 0.1 * waiting[-1]


def _articles_behind(day: Parameters, hours: float) -> int:
    result = simulate(replace(day, seconds=hours * 3600.0))
    return result.queued + result.unlisted


def test_a_killed_workers_visits_are_taken_over_when_their_lease_is_over() -> None:
    archive = Newsrooms(sources=2, articles_a_day=0.0, backlog=100)
    day = Parameters(replace(FREE, pace=1.0), archive, Fleet(workers=2, slots=1), warm_up=0.0)
    killed = replace(day, failures=Failures(kills=((0, 50.5),), restart=math.inf, lease=10.0))
    result = simulate(killed)
    assert len(result.articles) == 200
    assert (result.deaths, simulate(day).seconds) == (1, 100.0)
    assert result.seconds == pytest.approx(100 + 50, abs=1)  # the other worker ends its own first


def test_pages_under_way_when_their_worker_dies_are_fetched_again() -> None:
    archive = Newsrooms(sources=1, articles_a_day=0.0, backlog=10)
    costs = replace(FREE, pace=1.0, page_cpu=2.5)
    day = Parameters(costs, archive, Fleet(1, 1, cores=4), Failures(kills=((0, 6.0),), lease=5.0), warm_up=0.0)
    result = simulate(day)
    assert (len(result.articles), result.lost, result.deaths) == (10, 2, 1)


def test_the_share_of_the_cores_is_what_the_pages_took() -> None:
    result: Result = simulate(
        Parameters(replace(FREE, page_cpu=0.5), Newsrooms(1, 0.0, backlog=100), Fleet(1, 1, cores=2), warm_up=0.0)
    )
    assert result.cpu_share == pytest.approx(1.0, rel=0.05)
