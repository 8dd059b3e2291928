"""Named sets of options: ``presets.toml`` says what each stands for, and what it drops."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_FOR_PEOPLE = ("about", "drops")


def preset(name: str) -> dict[str, Any]:
    """The options of a preset, by the names that ``Request`` and ``Selection`` have; lists are tuples."""
    return {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in presets()[name].items()
        if key not in _FOR_PEOPLE
    }


@cache
def presets() -> dict[str, dict[str, Any]]:
    """All of them, as the file has them."""
    return tomllib.loads((files("pipelines.export") / "presets.toml").read_text(encoding="utf-8"))
