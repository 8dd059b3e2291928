"""The measured constants of ``bench/measured.toml``, by name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

FILE = Path(__file__).with_name("measured.toml")
UNITS = ("s", "bytes", "articles/s", "pages/s", "ratio")


@dataclass(frozen=True, slots=True)
class Constant:
    """A figure, what it is of, the command in ``bench/`` that printed it, and when."""

    value: float
    unit: str
    what: str
    command: str
    on: date

    def __post_init__(self) -> None:
        if self.value <= 0 or self.unit not in UNITS:
            raise ValueError(f"{self.what}: {self.value} {self.unit}; a figure is above 0, in one of {UNITS}")


Measured: TypeAlias = Mapping[str, Constant]


def load(file: Path = FILE) -> dict[str, Constant]:
    """All constants, in the file's order. ValueError where one is no figure."""
    return {name: Constant(**entry) for name, entry in tomllib.loads(file.read_text(encoding="utf-8")).items()}
