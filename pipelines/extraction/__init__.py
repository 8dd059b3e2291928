"""From a page to an article. Pure: no network, no clock, no store; the same page gives the same article."""

from __future__ import annotations

from pipelines.errors import BadInput
from pipelines.extraction.blocks import Block, segment
from pipelines.extraction.body import score_blocks
from pipelines.extraction.document import Document, parse_document
from pipelines.extraction.markdown import to_markdown
from pipelines.extraction.metadata import read_metadata
from pipelines.extraction.separate import separate
from pipelines.extraction.textdump import text_blocks, text_metadata
from pipelines.extraction.verdict import judge
from pipelines.items import Article, RawPage, Verdict, article_id
from pipelines.urls import canonicalise

EXTRACTOR = "newsmint 0.1.0"
"""Version of code, rules and model: written on every article."""

__all__ = ["EXTRACTOR", "extract_article"]


def extract_article(page: RawPage) -> Article:
    """The article on a page: body, headings, links, metadata, and what was removed.

    Never raises for what a page holds: an unusable page comes back with verdict ``error`` and no body.
    """
    try:
        document = parse_document(page)
    except BadInput:
        return _unusable(page)
    blocks = _blocks(document)
    metadata = text_metadata(blocks) if document.root is None else read_metadata(document, page.hint, page.fetched_at)
    parts = separate(document, blocks, score_blocks(document, blocks), metadata)
    canonical_url = metadata.canonical_url or canonicalise(page.url) or page.url
    return Article(
        id=article_id(canonical_url),
        url=page.url,
        canonical_url=canonical_url,
        source=page.source,
        title=metadata.title,
        description=metadata.description,
        authors=metadata.authors,
        published_at=metadata.published_at,
        modified_at=metadata.modified_at,
        language=metadata.language,
        section=metadata.section,
        tags=metadata.tags,
        image_url=metadata.image_url,
        body="\n\n".join(block.text for block in parts.body),
        body_markdown=to_markdown(parts.body),
        headings=parts.headings,
        links=parts.links,
        removed=parts.removed,
        verdict=judge(document, metadata, parts.body),
        labels=metadata.labels,
        fetched_at=page.fetched_at,
        extractor=EXTRACTOR,
    )


def _blocks(document: Document) -> list[Block]:
    if document.root is None:
        return text_blocks(document.text)
    return segment(document.body) if document.body is not None else []


def _unusable(page: RawPage) -> Article:
    url = canonicalise(page.url) or page.url
    return Article(
        id=article_id(url),
        url=page.url,
        canonical_url=url,
        source=page.source,
        verdict=Verdict.ERROR,
        fetched_at=page.fetched_at,
        extractor=EXTRACTOR,
    )
