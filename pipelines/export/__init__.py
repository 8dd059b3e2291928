"""Data sets out of the store: one traversal of one state of it, flat memory, files that appear whole or not at all.

A new format is a module with a ``FORMAT`` and an entry in ``request.py``; a new column is an entry in ``columns.toml``.
"""

from pipelines.export.exporting import Exported, export
from pipelines.export.increments import Increment, export_since_last
from pipelines.export.request import FORMATS, Request
from pipelines.export.selection import Selection

__all__ = ["FORMATS", "Exported", "Increment", "Request", "Selection", "export", "export_since_last"]
