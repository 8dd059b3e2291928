"""A table for spreadsheets: UTF-8 with a byte order mark and CRLF (what Excel expects), and no cell is a formula.

A cell that a spreadsheet would compute, or that begins with an apostrophe, gets an apostrophe before it: take one
away from every cell that begins with one to have the text back (``text_of``). Lists are one item a line, nested rows
JSON.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from pipelines.export.base import Format
from pipelines.export.columns import Table

_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "'", "＝", "＋", "－", "＠")
"""Also as full-width characters, which some spreadsheets read as their ASCII twins."""


class Records:
    """A record a row, under a header."""

    def __init__(self, file: BinaryIO, table: Table) -> None:
        self._file = file
        self._lists = {place for place, column in enumerate(table.columns) if column.kind == "texts"}
        self._texts = [place for place, column in enumerate(table.columns) if column.kind not in ("integer", "real")]
        file.write(b"\xef\xbb\xbf" + _records([[column.name for column in table.columns]]))

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows."""
        self._file.write(_records(self._cells(row) for row in rows))

    def close(self) -> None:
        """Nothing is held back."""

    def _cells(self, row: Sequence[Any]) -> Iterator[Any]:
        cells = list(row)
        for place in self._texts:
            value = cells[place]
            if value is not None:
                cells[place] = cell("\n".join(json.loads(value)) if place in self._lists else value)
        return iter(cells)


def cell(text: str) -> str:
    """The text as a cell that no spreadsheet computes."""
    return f"'{text}" if text.startswith(_COMPUTED) else text


def text_of(cell: str) -> str:
    """The text that a cell was made of."""
    return cell.removeprefix("'")


def _records(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


FORMAT = Format("csv", Records, ("article", "text", "outline"), lines=False)
