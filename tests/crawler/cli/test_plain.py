from __future__ import annotations

import pytest

from crawler.cli.plain import cell, duration, moment, plain, size


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (None, ""),
        ("plain ₿ text\n\tindented", "plain ₿ text\n\tindented"),
        ("\x1b]0;title\x07\x1b[2J", "]0;title[2J"),
        ("a\rb\x00\x7f\x85", "ab"),
        ("\u202egnp.exe\u2066", "gnp.exe"),
    ],
)
def test_what_a_terminal_would_obey_is_gone(text: str | None, safe: str) -> None:
    assert plain(text) == safe


def test_a_cell_is_one_line_without_markup() -> None:
    assert cell("a\n b [red]c[/]").plain == "a b [red]c[/]"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0.0 s"), (9.94, "9.9 s"), (48.2, "48 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")]
)
def test_durations(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 B"), (999, "999 B"), (8_200_000, "8.2 MB"), (2 * 10**15, "2000.0 TB")]
)
def test_sizes(count: int, said: str) -> None:
    assert size(count) == said


@pytest.mark.parametrize(
    ("time", "said"), [("2026-11-22T15:13:55Z", "2026-11-22 15:13"), ("2026-11-22", "2026-11-22"), (None, "")]
)
def test_moments(time: str | None, said: str) -> None:
    assert moment(time) == said
