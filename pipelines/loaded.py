"""Imported by the server that forks extraction's processes: what it has loaded, these have at once."""

from __future__ import annotations

from pipelines.collector import keep_loaded
from pipelines.pool import preload

preload()
keep_loaded()
