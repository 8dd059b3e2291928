"""Plots: every number has its mark, and the words for who cannot see it."""

from __future__ import annotations

import pytest

from pipelines.desk.plot import HEIGHT, MOST_SERIES, WIDTH, bars, columns


def test_columns_are_stacked_in_proportion() -> None:
    plot = columns(
        "A day", ["2026-11-01", "2026-11-02"], {"a": {"2026-11-01": 3, "2026-11-02": 1}, "b": {"2026-11-01": 1}}
    )
    assert plot.series == ("a", "b")
    heights = {(mark.series, mark.title): mark.height for mark in plot.marks}
    assert heights[0, "2026-11-01: 3 a"] == pytest.approx(3 * heights[1, "2026-11-01: 1 b"], abs=0.2)
    below, above = plot.marks[0], plot.marks[1]
    assert above.y + above.height == pytest.approx(below.y, abs=0.2)
    assert plot.table == (("2026-11-01", (3, 1)), ("2026-11-02", (1, 0)))
    assert plot.description == "5 in all, 4 on the busiest of 2 days."


@pytest.mark.parametrize("most", [0, 1, 2, 3, 7, 10, 99, 100, 12_345, 999_999, 0.5])
def test_nothing_is_drawn_outside(most: float) -> None:
    days = [f"2026-10-{day:02}" for day in range(1, 31)]
    plot = columns("x", days, {"a": {days[3]: most, days[29]: most / 2}})
    assert all(mark.x >= 0 and mark.x + mark.width <= WIDTH for mark in plot.marks)
    assert all(mark.y >= 0 and mark.y + mark.height <= HEIGHT for mark in plot.marks)


def test_many_series_are_joined() -> None:
    plot = columns("x", ["d"], {f"s{number:02}": {"d": number} for number in range(1, 20)})
    assert plot.series == ("s19", "s18", "s17", "s16", "s15", "s14", "others")
    assert sum(plot.table[0][1]) == sum(range(1, 20))
    assert len(plot.series) == MOST_SERIES + 1


def test_no_data_is_no_marks() -> None:
    assert columns("x", [], {}).marks == ()


def test_bars_say_the_share_of_the_largest() -> None:
    assert bars([("a", 4.0), ("b", 1.0)]) == [("a", 4.0, 100.0), ("b", 1.0, 25.0)]
    assert bars([("a", 0.0)]) == [("a", 0.0, 0.0)]
