"""What becomes of a page: extraction, enrichment, the store and the exports.

The public API is four names::

    from pipelines import Article, RawPage, extract_article, open_store

They load on first use, so that a worker that only extracts never imports the store.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.extraction import extract_article
    from pipelines.items import Article, RawPage
    from pipelines.store import open_store

__all__ = ["Article", "RawPage", "extract_article", "open_store"]

_HOMES = {
    "Article": "pipelines.items",
    "RawPage": "pipelines.items",
    "extract_article": "pipelines.extraction",
    "open_store": "pipelines.store",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
