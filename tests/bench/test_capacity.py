"""What ``docs/scale.md`` says is what the formula says of the measured constants."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bench import capacity, days
from bench.measured import Constant, Measured, load
from bench.simulation import simulate

PAGE = capacity.PAGE.read_text(encoding="utf-8")
MEASURED = load()
ROUND: Measured = {
    name: replace(MEASURED[name], value=value)
    for name, value in {
        "extraction_cpu": 0.06,
        "process_cpu": 0.02,
        "visit_cpu": 0.01,
        "visit_cpu_new": 2.0,
        "sqlite_articles": 300.0,
        "claim_cpu": 0.004,
        "band_seconds": 0.0002,
        "store_bytes": 20_000,
        "archive_bytes": 60_000,
        "wire_bytes": 50_000,
    }.items()
}


@pytest.mark.parametrize("name", capacity.TABLES)
def test_the_page_has_the_tables_that_follow_from_the_constants(name: str) -> None:
    assert capacity.put(PAGE, name, capacity.TABLES[name](MEASURED)) == PAGE, "run python -m bench.capacity --write"


@pytest.mark.slow
def test_the_page_has_the_day_that_is_simulated() -> None:
    name, parameters = next(days.days(MEASURED))
    made = days.row(name, simulate(parameters))
    assert f"| {' | '.join(made)} |" in PAGE, "run python -m bench.days --write"


def test_the_page_has_the_runs_that_were_measured() -> None:
    assert capacity.put(PAGE, "runs", days.runs_table()) == PAGE, "run python -m bench.days --write --runs-only"


def test_every_simulated_day_is_in_the_page() -> None:
    [table] = re.findall(r"<!-- days -->\n(.*?)\n<!-- end -->", PAGE, re.DOTALL)
    rows = [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines()[2:]]
    assert rows == [name for name, _ in days.days(MEASURED)]


def test_a_machine_worked_out_by_hand() -> None:
    assert capacity.page_cpu(ROUND) == pytest.approx(0.08)
    assert capacity.pages_a_second(ROUND, 10) == pytest.approx(10 * 8 / 0.08)
    assert capacity.visits_a_day(10) == pytest.approx(10 / 0.7)
    assert (capacity.visits_a_day(0.1), capacity.visits_a_day(1_000)) == (12, 288)  # the bounds: 2 h, 5 min
    visits = 10 / 0.7 * 2.0 + 10 * 0.08
    assert capacity.watched(ROUND, 1, "visit_cpu_new") == pytest.approx(8 * 86_400 / visits)


def test_limits_stand_in_the_order_in_which_they_are_reached() -> None:
    assert [(name.split(",")[0], rate) for name, rate, _ in capacity.limits(ROUND)] == [
        ("one process of a crawl", 50.0),
        ("one SQLite store", 300.0),
        ("a link of 1 Gbit/s for all", 2_500.0),
        ("near-duplicates", 5_000.0),
        ("the frontier", 16_000.0),
        ("10", 20_000.0),
    ]
    assert capacity.limits(ROUND)[1][2] == pytest.approx(3.0)


def test_a_row_is_there_once_its_constant_is_measured() -> None:
    assert "PostgreSQL" not in capacity.limits_table(ROUND)
    found = Constant(500.0, "articles/s", "articles that one PostgreSQL takes", "bench.scale", date(2026, 11, 30))
    assert "| one PostgreSQL store | 500 | 5 |" in capacity.limits_table({**ROUND, "postgres_articles": found})


def test_a_figure_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "measured.toml"
    file.write_text('[it]\nvalue = 0.0\nunit = "s"\nwhat = "a page"\ncommand = "bench.x"\non = 2026-11-30\n')
    with pytest.raises(ValueError, match="above 0"):
        load(file)


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="0 marks <!-- limits -->"):
        capacity.put("nothing", "limits", "x")


@pytest.mark.parametrize("constant", MEASURED.values(), ids=MEASURED.keys())
def test_each_constant_names_a_program_that_measures_it(constant: Constant) -> None:
    module = constant.command.split()[0].replace(".", "/")
    assert (capacity.PAGE.parents[1] / f"{module}.py").exists()
    assert f"python -m {constant.command.split()[0]}" in (capacity.PAGE.parents[1] / "bench/README.md").read_text()
