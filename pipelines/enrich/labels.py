"""The labels of an article with what says so, as the store keeps them."""

from __future__ import annotations

from pipelines.enrich.values import Label
from pipelines.items import Article


def labels(article: Article) -> tuple[Label, ...]:
    """A value a label, in the article's order; the evidence is empty where an older extraction kept none."""
    why = {each.label: each.text for each in article.evidence}
    return tuple(Label(label, why.get(label, "")) for label in article.labels)
