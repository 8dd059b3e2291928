from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.simulation.arrivals import publications, rates
from bench.simulation.parameters import DAY, HOUR, Newsrooms

ROOMS = Newsrooms(sources=500, articles_a_day=20.0, spread=0.0, rhythm=0.0, bursts_a_day=0.0)


def published(rooms: Newsrooms, seconds: float = DAY) -> list[list[float]]:
    dice = np.random.default_rng(3)
    return publications(rooms, rates(rooms, dice), seconds, dice)


def test_each_source_publishes_in_order_within_the_day_and_as_much_as_its_rate_says() -> None:
    moments = published(ROOMS)
    assert all(each == sorted(each) and 0 <= min(each) <= max(each) < DAY for each in moments)
    assert np.mean([len(each) for each in moments]) == pytest.approx(20, rel=0.05)
    assert np.var([len(each) for each in moments]) == pytest.approx(20, rel=0.2)  # Poisson's


def test_rates_are_spread_about_the_mean() -> None:
    drawn = rates(replace(ROOMS, sources=10_000, spread=1.5), np.random.default_rng(1)) * DAY
    assert drawn.mean() == pytest.approx(20)
    assert np.sort(drawn)[-100:].sum() / drawn.sum() == pytest.approx(0.2, abs=0.05)


def test_a_day_has_its_rhythm() -> None:
    moments = np.concatenate(published(replace(ROOMS, rhythm=0.8, peak_hours=0.0)))
    by_hour = np.bincount((moments / HOUR).astype(int), minlength=24)
    assert len(moments) == pytest.approx(500 * 20, rel=0.05)
    assert by_hour[13:15].mean() / by_hour[1:3].mean() == pytest.approx(1.8 / 0.2, rel=0.3)


def test_a_burst_raises_the_rate_and_dies_away() -> None:
    calm = sum(map(len, published(ROOMS)))
    stormy = published(replace(ROOMS, bursts_a_day=6.0, burst_factor=8.0, burst_share=1.0))
    by_minute = np.bincount((np.concatenate(stormy) / 300).astype(int))
    assert sum(map(len, stormy)) > 1.2 * calm
    assert by_minute.max() > 4 * np.median(by_minute)


def test_a_backlog_is_there_at_the_beginning() -> None:
    assert published(replace(ROOMS, sources=2, articles_a_day=0.0, backlog=3)) == [[0.0] * 3] * 2
