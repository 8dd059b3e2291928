"""The one stylesheet: contrast as WCAG 2.2 asks for at level AA, in both modes, and nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pipelines.desk

FOLDER = Path(pipelines.desk.__file__).parent
CSS = (FOLDER / "static/desk.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
)
TEXT = [
    *((ink, paper) for ink in ("ink", "dim", "accent", "good", "bad") for paper in ("paper", "card", "sunk")),
    ("accent", "accent-soft"), ("ink", "accent-soft"), ("ink", "bad-soft"), ("bad", "bad-soft"), ("dim", "accent-soft"),
    ("dim", "bad-soft"), ("on-mark", "mark"), ("ink", "added"), ("ink", "removed"), ("card", "accent"),
]  # fmt: skip
MARKS = [(f"s{number}", paper) for number in range(7) for paper in ("paper", "sunk")]


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out_from_what_it_is_set_on(colours: dict[str, str]) -> None:
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in TEXT}
    assert not {pair: ratio for pair, ratio in weak.items() if ratio < 4.5}


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_of_plots_stand_out(colours: dict[str, str]) -> None:
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in MARKS}
    assert not {pair: ratio for pair, ratio in weak.items() if ratio < 3}


def test_colours_are_named_once() -> None:
    after = CSS.rpartition("--s6")[2]
    assert not re.findall(r"#[0-9a-f]{3,8}\b(?![^{]*\{)", after)
    assert LIGHT.keys() == DARK.keys()


def test_nothing_comes_from_elsewhere() -> None:
    for path in [*FOLDER.glob("static/*"), *FOLDER.rglob("templates/**/*.html")]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"""(?:src|href|url|@import|fetch)\s*[=(]?\s*["']?(?:https?:)?//""", text), path


def test_templates_mark_nothing_as_safe_and_hold_no_script() -> None:
    for path in FOLDER.rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        assert "|safe" not in text
        assert "| safe" not in text
        assert " style=" not in text
        assert not re.search(r"\son[a-z]+=", text)
