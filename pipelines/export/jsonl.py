"""One JSON object a line, with the fields that ``newsmint extract`` prints; plain, or compressed with Zstandard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

import zstandard

from pipelines.export.base import Format
from pipelines.export.columns import Table

GROUPS = ("article", "text", "markdown", "headings", "links", "removed", "path", "evidence")


class Lines:
    """Lines as they come."""

    def __init__(self, file: BinaryIO, table: Table) -> None:
        self._file = file

    def write(self, rows: Sequence[str]) -> None:
        """Add rows."""
        self._file.write("".join(f"{row}\n" for row in rows).encode())

    def close(self) -> None:
        """Nothing is held back."""


class CompressedLines:
    """The same in one frame of Zstandard, with a checksum."""

    def __init__(self, file: BinaryIO, table: Table) -> None:
        self._packer = zstandard.ZstdCompressor(level=3, write_checksum=True).stream_writer(file, closefd=False)

    def write(self, rows: Sequence[str]) -> None:
        """Add rows."""
        self._packer.write("".join(f"{row}\n" for row in rows).encode())

    def close(self) -> None:
        """End the frame."""
        self._packer.flush(zstandard.FLUSH_FRAME)


FORMAT = Format("jsonl", Lines, GROUPS)
COMPRESSED = Format("jsonl.zst", CompressedLines, GROUPS)
