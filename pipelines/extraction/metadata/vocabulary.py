"""The word lists of ``vocabulary.toml``, compiled."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any

_DATA: dict[str, Any] = tomllib.loads(files(__package__).joinpath("vocabulary.toml").read_text(encoding="utf-8"))


def listed(section: str, name: str) -> tuple[str, ...]:
    """A list as it is written."""
    return tuple(_DATA[section][name])


def words(section: str, name: str) -> re.Pattern[str]:
    """A pattern that finds any of a list's entries as whole words, in either case; entries may be patterns."""
    return re.compile(rf"\b(?:{'|'.join(_DATA[section][name])})\b", re.IGNORECASE)


def pieces(section: str, name: str) -> re.Pattern[str]:
    """A pattern that finds any of a list's entries anywhere, in either case; entries may be patterns."""
    return re.compile("|".join(_DATA[section][name]), re.IGNORECASE)


def lines(section: str, name: str) -> re.Pattern[str]:
    """A pattern that matches a line that says one of a list's entries and nothing else, in either case."""
    return re.compile(rf"\W*(?:{'|'.join(_DATA[section][name])})\W*$", re.IGNORECASE)
