"""From a page to an article. Pure: no network, no clock, no store; the same page gives the same article."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipelines.errors import BadInput
from pipelines.extraction.blocks import Block, segment
from pipelines.extraction.body import score_blocks
from pipelines.extraction.box import body_path
from pipelines.extraction.charts import with_charts
from pipelines.extraction.controls import without_controls
from pipelines.extraction.document import Document, parse_document
from pipelines.extraction.embedded import embedded_body
from pipelines.extraction.markdown import to_markdown
from pipelines.extraction.metadata import Metadata, read_metadata
from pipelines.extraction.pages import join
from pipelines.extraction.separate import Parts, separate
from pipelines.extraction.textdump import text_blocks, text_metadata
from pipelines.extraction.verdict import judge
from pipelines.extraction.version import extractor_version
from pipelines.items import Article, Link, LinkKind, RawPage, Verdict, article_id
from pipelines.paging import MAX_PAGES
from pipelines.site import UNKNOWN_SITE, Site
from pipelines.urls import canonicalise

EXTRACTOR = extractor_version()
"""Version of code, rules and model: written on every article."""
THIN_BODY = 600
"""Characters of visible body below which the page's data is searched for one."""

__all__ = ["EXTRACTOR", "extract_article", "read_page"]


def extract_article(page: RawPage, site: Site = UNKNOWN_SITE) -> Article:
    """The article on a page: body, headings, links, metadata, and what was removed.

    ``site`` is what is known of the page's site: what it repeats, what people have put right there. Never raises for
    what a page holds: an unusable page comes back with verdict ``error`` and no body.
    """
    return read_page(page, site)[0]


def read_page(page: RawPage, site: Site = UNKNOWN_SITE) -> tuple[Article, Document | None]:
    """``extract_article``, with the parsed page for whatever else is read out of it; None for an unusable one."""
    try:
        document = parse_document(page)
    except BadInput:
        return _unusable(page), None
    return _article(document, page, site), document


def _article(document: Document, page: RawPage, site: Site) -> Article:
    blocks = _blocks(document)
    metadata = text_metadata(blocks) if document.root is None else read_metadata(document, page.hint, page.fetched_at)
    first = _parts(document, blocks, metadata, site)
    parts = join([first, *_further(page, metadata, site)])
    canonical_url = metadata.canonical_url or canonicalise(page.url) or page.url
    body = "\n\n".join(block.text for block in parts.body)
    evidence = with_charts(metadata.evidence, metadata.title, body)
    article = Article(
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
        body=body,
        body_markdown=to_markdown(parts.body),
        headings=parts.headings,
        links=(*parts.links, *(Link(LinkKind.ALIAS, url, "") for url in metadata.aliases)),
        removed=parts.removed,
        verdict=judge(document, metadata, parts.body),
        labels=tuple(each.label for each in evidence),
        fetched_at=page.fetched_at,
        body_path=body_path(first.body),
        extractor=EXTRACTOR,
        evidence=evidence,
    )
    return without_controls(article)


def _parts(document: Document, blocks: list[Block], metadata: Metadata, site: Site) -> Parts:
    """The page taken apart; where it shows hardly any body and its data holds one, that one is."""
    parts = separate(document, blocks, score_blocks(document, blocks), metadata, site)
    shown = sum(len(block.text) for block in parts.body)
    hidden = embedded_body(document) if document.root is not None and shown < THIN_BODY else None
    if hidden is None:
        return parts
    blocks = segment(hidden)
    if sum(len(block.text) for block in blocks) < 2 * shown:
        return parts
    return separate(document, blocks, [1.0] * len(blocks), metadata, site)


def _further(page: RawPage, metadata: Metadata, site: Site) -> Iterator[Parts]:
    """Pages 2, 3, … of a multi-page article, each taken apart; an unusable one is left out."""
    for number, body in enumerate(page.parts[:MAX_PAGES], 2):
        try:
            document = parse_document(replace(page, url=f"{page.url.rstrip('/')}/{number}", body=body, parts=()))
        except BadInput:
            continue
        yield _parts(document, _blocks(document), metadata, site)


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
