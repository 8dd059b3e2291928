"""What every format shares: the shape of a format, and the file that one writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from pipelines.export.columns import Table

ROW_GROUP = 5_000
"""Rows that are compressed together, where a format does that."""


class Writer(Protocol):
    """Writes the rows of one file. ``rows`` are lines of JSON, or tuples of values, as its format asks for."""

    def write(self, rows: Sequence[Any]) -> None:
        """Add rows."""

    def close(self) -> None:
        """Write what is held back, and the end of the file; the file itself stays open."""


@dataclass(frozen=True, slots=True)
class Format:
    """A file format. ``groups`` are what it holds unless told otherwise; ``lines``: it takes rows as lines of JSON."""

    name: str
    open: Callable[[BinaryIO, Table], Writer]
    groups: tuple[str, ...]
    lines: bool = True

    @property
    def ending(self) -> str:
        """Of its files."""
        return f".{self.name}"
