"""Data sets out of the store: one traversal, flat memory, files that appear whole or not at all.

A new format is a module with a ``FORMAT`` and an entry here.
"""

from pipelines.export import csv, jsonl
from pipelines.export.base import Exported, Format, export_articles

FORMATS: dict[str, Format] = {each.name: each for each in (jsonl.FORMAT, csv.FORMAT)}
"""By the name of the format, which is also the ending of its files."""

__all__ = ["FORMATS", "Exported", "Format", "export_articles"]
