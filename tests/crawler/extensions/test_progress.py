"""What a person sees of a crawl under way."""

from __future__ import annotations

from collections import Counter

from rich.console import Console

from crawler.course import Course, Tally
from crawler.extensions.progress import SHOWN, progress_line, progress_table

TWO = {"meadow": Counter(fetched=2, new=2), "larkspur": Counter(fetched=8, new=7, failed=1)}


def at(seconds: float, tally: Tally) -> Course:
    course = Course(100.0)
    course.note(100.0 + seconds, tally)
    return course


def shown(tally: Tally, left: dict[str, int], seconds: float) -> list[str]:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(progress_table(tally, left, at(seconds, tally)))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_a_line_a_source_the_busiest_first() -> None:
    lines = shown(TWO, {"larkspur": 300}, 4.0)
    assert lines[0] == "4 s"
    assert lines[1].split() == "source queue pages/s fetched new updated unchanged rejected failed left".split()
    assert lines[2].split() == ["larkspur", "300", "2.0", "8", "7", "·", "·", "·", "1", "2", "min"]
    assert lines[3].split() == ["meadow", "·", "0.5", "2", "2", "·", "·", "·", "·", "·"]


def test_what_is_rare_has_a_column_once_there_is_some() -> None:
    some = TWO | {"meadow": Counter(fetched=2, gone=1)}
    assert shown(some, {}, 4.0)[1].split()[-3:] == ["failed", "gone", "left"]
    assert progress_line(some, {}, at(4.0, some)).endswith("failed 1, gone 1")
    assert "gone" not in progress_line(TWO, {}, at(4.0, TWO))


def test_many_sources_fit_on_a_screen() -> None:
    lines = shown({f"source-{number}": Counter(fetched=number) for number in range(98)}, {}, 10.0)
    assert len(lines) == SHOWN + 3
    assert lines[-1].strip() == f"… and {98 - SHOWN} more"


def test_a_log_line_ends_with_the_slowest_source() -> None:
    said = progress_line(TWO, {"larkspur": 100, "meadow": 60}, at(40.2, TWO))
    assert said.startswith("40 s: 2 sources, queue 160, fetched 10 (0.2/s), new 9, updated 0, unchanged 0, rejected 0,")
    assert said.endswith("failed 1, 20 min left")
    assert not progress_line(TWO, {"larkspur": 0, "meadow": 0}, at(40.2, TWO)).endswith("left")
    assert not progress_line({"new": Counter()}, {"new": 7}, at(40.2, {})).endswith("left")
