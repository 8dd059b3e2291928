"""What a person sees of a crawl under way."""

from __future__ import annotations

from collections import Counter

from rich.console import Console

from crawler.extensions.progress import SHOWN, progress_line, progress_table


def shown(tally: dict[str, Counter[str]], seconds: float) -> list[str]:
    console = Console(width=120)
    with console.capture() as capture:
        console.print(progress_table(tally, seconds))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_a_line_a_source_the_busiest_first() -> None:
    lines = shown({"meadow": Counter(fetched=2, new=2), "larkspur": Counter(queued=9, fetched=8, new=7, failed=1)}, 4.0)
    assert lines[0] == "4 s"
    assert lines[2].split() == ["larkspur", "9", "8", "7", "·", "·", "·", "1", "2.0"]
    assert lines[3].split() == ["meadow", "·", "2", "2", "·", "·", "·", "·", "0.5"]


def test_many_sources_fit_on_a_screen() -> None:
    lines = shown({f"source-{number}": Counter(fetched=number) for number in range(98)}, 10.0)
    assert len(lines) == SHOWN + 3
    assert lines[-1].strip() == f"… and {98 - SHOWN} more"


def test_a_log_line() -> None:
    assert progress_line(Counter(queued=1200, fetched=80, new=70), 3, 40.2, 8.0) == (
        "40 s: 3 sources, queued 1,200, fetched 80 (8.0/s), new 70, updated 0, unchanged 0, rejected 0, failed 0"
    )
