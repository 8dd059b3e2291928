"""Crawl workers on one shared store: how many pages a second, and what has to grow for more."""

from __future__ import annotations

import pytest

from bench.crews import CORES, PACE, SIDES, Crew, Sites, crews, table
from tests.postgres import _programs


@pytest.mark.parametrize(
    ("used", "workers", "says"),
    [
        ({CORES: 0.5, PACE: 0.97}, 1, "sites' pace (2 of 8): 97%"),
        ({CORES: 1.0, PACE: 0.99}, 4, "sites' pace (8 of 8): 99%"),
        ({CORES: 0.9, PACE: 0.85}, 4, "cores: 90%"),
        ({CORES: 0.3, PACE: 0.6}, 8, "nothing; most of all sites' pace (8 of 8): 60%"),
    ],
)
def test_what_is_full_first(used: dict[str, float], workers: int, says: str) -> None:
    assert Crew(workers, 2, Sites(8, 480, 0.25), 10.0, {}, used).fullest == says


def test_what_other_programs_have_is_told() -> None:
    crew = Crew(4, 2, Sites(8, 480, 0.25), 10.0, {}, {CORES: 1.0}, others=0.6)
    assert crew.fullest == "cores (60% others): 100%"


@pytest.mark.slow
@pytest.mark.postgres
def test_a_small_crew() -> None:
    if _programs() is None:
        pytest.skip("PostgreSQL is not measured: install Debian's package postgresql")
    paced, fast = crews([1], 2, Sites(hosts=2, pages=20, pace=0.4))
    assert paced.rate < 2 / 0.4, "two sites, each asked every 0.4 s"
    assert paced.rate < fast.rate
    assert all(crew.cpu[side] > 0 for crew in (paced, fast) for side in SIDES)
    assert 0.5 < paced.used[PACE] <= 1.01
    assert table([paced, fast]).row_count == 2
