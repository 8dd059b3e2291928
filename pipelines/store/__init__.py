"""The store: one SQLite file with everything an analyst asks about, and the archive of raw pages beside it.

``open_store`` gives a ``Store``, which is the API for scripts and notebooks; the modules are plain functions that take
its connection. ``docs/schema.md`` describes the tables.
"""

from pipelines.store.articles import Outcome
from pipelines.store.database import Store, open_store
from pipelines.store.search import Hit
from pipelines.store.sql import Result
from pipelines.store.versions import Version

__all__ = ["Hit", "Outcome", "Result", "Store", "Version", "open_store"]
