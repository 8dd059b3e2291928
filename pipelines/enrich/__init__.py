"""What a clean article speaks of and what it resembles. Pure: the same article gives the same enrichment."""

from __future__ import annotations

from pipelines.enrich.values import Credit, Enrichment, Label, Mention, Sketch
from pipelines.enrich.version import enricher_version
from pipelines.items import Article

ENRICHER = enricher_version()
"""Version of code and data: written on every article, so that what older ones found can be found again."""

__all__ = ["ENRICHER", "Credit", "Enrichment", "Label", "Mention", "Sketch", "enrich"]


def enrich(article: Article) -> Enrichment:
    """Mentions of assets, outlets credited, labels with their evidence, and the sketch of the body."""
    # Their tables of names take a third of a second to load, and a crawl's own process leaves this to its workers.
    from pipelines.enrich.assets import mentions
    from pipelines.enrich.credits import find_credits
    from pipelines.enrich.duplicates import sketch
    from pipelines.enrich.labels import labels

    return Enrichment(
        ENRICHER,
        mentions=mentions(article),
        credits=find_credits(article),
        labels=labels(article),
        sketch=sketch(article),
    )
