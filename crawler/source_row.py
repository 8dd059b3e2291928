"""What a store is told of a source; apart from ``crawler.sources``, which has no need of a database."""

from __future__ import annotations

from crawler.sources import Source
from pipelines.store.sources import SourceRow


def row_of(source: Source) -> SourceRow:
    """The source's row, with the hosts that its crawl holds alone."""
    return SourceRow(source.key, source.name, source.domain, source.language, source.hosts)
