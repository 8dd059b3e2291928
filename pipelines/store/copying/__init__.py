"""Copying a store, from a file or a server to a file or a server: ``newsmint copy``.

Rows go over table by table in the order of their keys, a batch a transaction, together with how far the copy is: one
that was killed goes on where it was. The values of both sides are summed up by hash, and compared before the copy
becomes a store that others can open.
"""

from pipelines.store.copying.compare import Compared, compare_stores
from pipelines.store.copying.copy import Report, copy_store, crawling
from pipelines.store.copying.watching import QUIET, Watcher

__all__ = ["QUIET", "Compared", "Report", "Watcher", "compare_stores", "copy_store", "crawling"]
