"""Imported by the server that forks extraction's processes: what it has loaded, these have at once."""

from __future__ import annotations

import gc

from pipelines.pool import preload

preload()
gc.collect()
gc.freeze()  # what is loaded stays: a fork's collector would otherwise write to each of its pages
