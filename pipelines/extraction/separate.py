"""Body, headings, related links and removed blocks: each in its own place.

Rules speak first: what one of them knows leaves the body with its reason. Of the rest the model's score decides, and
weak rules and the page's structure explain what it took out. No rule keeps a block that the model would remove;
a person's correction does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipelines.extraction.blocks import Block, tag_path
from pipelines.extraction.boilerplate import RuleSet, rules_for
from pipelines.extraction.coherence import keep_together
from pipelines.extraction.document import Document
from pipelines.extraction.evidence import explain
from pipelines.extraction.findings import Finding, find_furniture, spare
from pipelines.extraction.headings import read_headings, settle_headings
from pipelines.extraction.links import read_links
from pipelines.extraction.metadata import Metadata
from pipelines.extraction.scene import Scene
from pipelines.items import Heading, Link, RemovedBlock
from pipelines.site import UNKNOWN_SITE, Site
from pipelines.urls import host

MAX_REMOVED = 250
MAX_REMOVED_TEXT = 600


@dataclass(frozen=True, slots=True)
class Parts:
    """A page taken apart. ``body`` in page order; ``links`` and ``headings`` positions are indices into it."""

    body: tuple[Block, ...]
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    removed: tuple[RemovedBlock, ...]


def separate(
    document: Document,
    blocks: Sequence[Block],
    scores: Sequence[float],
    metadata: Metadata,
    site: Site = UNKNOWN_SITE,
    rules: RuleSet | None = None,
) -> Parts:
    """Put every block of the page where it belongs. ``site``: what is known of the page's site."""
    home = host(document.url) or host(metadata.canonical_url or "")
    scene = Scene(blocks, scores, rules or rules_for(home, without=site.corrections.without), home)
    findings = find_furniture(scene, metadata.title, metadata.authors, site, is_dump=document.root is None)
    spared = spare(scene, site.corrections, findings) | keep_together(scene, findings)
    body = settle_headings(scene, findings, spared, metadata.title)
    kept = {block.index for block in body}
    return Parts(
        body=tuple(body),
        headings=read_headings(body),
        links=read_links(document, scene, body, findings),
        removed=tuple(_ledger(scene, kept, findings)),
    )


def _ledger(scene: Scene, kept: set[int], findings: dict[int, Finding]) -> list[RemovedBlock]:
    """An entry for each block of the body's neighbourhood that is not body, and for all that rules alone took out."""
    entries = []
    paths: dict[HtmlElement | None, str] = {}
    for index, block in enumerate(scene.blocks):
        finding = findings.get(index)
        if index not in kept and finding and (index in scene.near or scene.is_body(index)):
            finding = explain(scene, index, findings)
            path = paths.get(block.element) or paths.setdefault(block.element, tag_path(block.element))
            entries.append(RemovedBlock(finding.reason, finding.rule, _bounded(block.text), path))
            if len(entries) == MAX_REMOVED:
                break
    return entries


def _bounded(text: str) -> str:
    return text if len(text) <= MAX_REMOVED_TEXT else text[: MAX_REMOVED_TEXT - 1] + "…"
