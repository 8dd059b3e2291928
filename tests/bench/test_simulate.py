"""``python -m bench.simulate``: fleets that are large enough, and runs that were measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.days import RUNS
from bench.measured import load
from bench.simulate import Run, check, measured_costs, smallest_fleet, spoken
from bench.simulation import Fleet, Newsrooms, Parameters, Result, simulate

RUN = {
    "seconds": 100.0,
    "workers": 2,
    "slots": 4,
    "cores": 2,
    "hosts": 8,
    "pages": 2_000,
    "pace": 0.1,
    "page_cpu": 0.1,
    "visit_cpu": 2.8,
}


@pytest.mark.parametrize(("change", "code"), [({}, 0), ({"seconds": 60.0}, 1), ({"page_cpu": 0.05}, 1)])
def test_a_measured_run_is_simulated_and_compared(tmp_path: Path, change: dict[str, float], code: int) -> None:
    """2,000 pages at 0.1 s on two cores cannot take less than 100 s."""
    file = tmp_path / "run.json"
    file.write_text(json.dumps(RUN | change))
    assert check(file) == code


@pytest.mark.parametrize("file", RUNS, ids=lambda it: it.stem)
def test_real_runs_took_as_long_as_simulated(file: Path) -> None:
    assert check(file) == 0


def test_a_killed_worker_makes_a_run_longer(tmp_path: Path) -> None:
    killed = tmp_path / "killed.json"
    killed.write_text(json.dumps(RUN | {"kills": [[1, 30.0]], "pace": 0.5}))
    (tmp_path / "run.json").write_text(json.dumps(RUN | {"pace": 0.5}))
    whole, parted = (simulate(Run.read(tmp_path / name).parameters()) for name in ("run.json", "killed.json"))
    assert len(whole.articles) == len(parted.articles) == 2_000
    assert parted.seconds > whole.seconds + 20
    assert parted.deaths == 1


@pytest.mark.parametrize(
    ("odd", "says"), [({"page": 1}, "unknown page"), ({"seconds": None}, "seconds")], ids=["unknown", "missing"]
)
def test_a_run_that_is_not_one_is_refused(tmp_path: Path, odd: dict[str, object], says: str) -> None:
    file = tmp_path / "run.json"
    file.write_text(json.dumps({name: value for name, value in (RUN | odd).items() if value is not None}))
    with pytest.raises(ValueError, match=says):
        Run.read(file)


def test_the_smallest_fleet_keeps_to_the_target_and_one_less_does_not() -> None:
    tried: list[Result] = []
    costs = measured_costs(load(), new_process=True)
    day = Parameters(costs, Newsrooms(sources=1_000), Fleet(slots=8, cores=1), seconds=6 * 3600.0)
    found = smallest_fleet(day, 60.0, tried.append)
    assert found is not None
    p90 = {it.parameters.fleet.workers: it.times().percentiles("fleet", [90])[0] for it in tried}
    assert p90[found] <= 60 < p90.get(found - 1, 61)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.24, "0.2 s"), (9.96, "10 s"), (119, "2 min"), (5_000, "83 min"), (9_000, "2.5 h")]
)
def test_times_are_spoken(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


def test_the_command_line_prints_a_row_a_fleet() -> None:
    words = [sys.executable, "-m", "bench.simulate", "--sources", "100", "--hours", "6", "--workers", "1", "2"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.startswith("100 sources, ")
    assert [line.split("|")[1].strip() for line in done.stdout.splitlines() if line.startswith("| ")][2:] == ["1", "2"]
