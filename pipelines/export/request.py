"""What is asked of an export, whole: the same request of the same store gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipelines.errors import UsageError
from pipelines.export import csv, jsonl, parquet
from pipelines.export.base import Format
from pipelines.export.columns import Shape
from pipelines.export.picking import Splits
from pipelines.export.selection import Selection

_BODIES = ("text", "markdown", "blocks")
HUGGINGFACE = Format("huggingface", parquet.FORMAT.open, parquet.GROUPS)

FORMATS: dict[str, Format] = {
    each.name: each for each in (jsonl.FORMAT, jsonl.COMPRESSED, csv.FORMAT, parquet.FORMAT, HUGGINGFACE)
}
"""By name, which is also the ending of a format's files; ``huggingface`` is a folder of Parquet files with a card."""


@dataclass(frozen=True, slots=True)
class Request:
    """Which articles, what of them, in which form.

    ``include`` adds groups of columns to those of the format, ``columns`` names the columns themselves instead;
    ``body`` is any of ``text``, ``markdown``, ``blocks``; ``shard_bytes`` is about the size of the files of a folder.
    """

    format: str = "jsonl"
    selection: Selection = field(default_factory=Selection)
    dedupe: str = "none"
    splits: Splits = field(default_factory=Splits)
    include: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    tables: str = "nested"
    authors: str = "keep"
    author_key: str = field(default="", repr=False)
    shard_bytes: int = 500_000_000

    def __post_init__(self) -> None:
        unknown = [each for each in self.body if each not in _BODIES]
        if unknown:
            raise UsageError(f"--body: {unknown[0]!r} is none of {', '.join(_BODIES)}")

    @property
    def form(self) -> Format:
        """The format of its files."""
        return parquet.FORMAT if self.format == "huggingface" else FORMATS[self.format]

    @property
    def shape(self) -> Shape:
        """The columns and tables."""
        groups = [each for each in FORMATS[self.format].groups if not self.body or each not in _BODIES]
        clusters = ["cluster"] if self.dedupe != "none" or self.splits.boundaries else []
        dated = bool(self.selection.as_of or self.splits.boundaries)
        wanted = tuple(dict.fromkeys([*groups, *self.body, *clusters, *self.include]))
        return Shape(wanted, self.columns, self.tables, self.authors, dated)

    def as_dict(self) -> dict[str, Any]:
        """For a manifest: without what is as usual, and without the key that hides authors."""
        usual = Request(format=self.format)
        asked = {
            name: list(value) if isinstance(value := getattr(self, name), tuple) else value
            for name in ("format", "dedupe", "include", "columns", "body", "tables", "authors", "shard_bytes")
            if name == "format" or getattr(self, name) != getattr(usual, name)
        }
        split = {"split": f"time:{','.join(self.splits.boundaries)}"} if self.splits.boundaries else {}
        selection = self.selection.as_dict()
        return asked | split | ({"selection": selection} if selection else {})


def several_files(request: Request) -> bool:
    """Whether a data set is more than one file, and so a folder."""
    return request.format == "huggingface" or request.tables == "side" or bool(request.splits.boundaries)
