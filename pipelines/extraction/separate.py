"""Body, headings, related links and removed blocks: each in its own place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.extraction.blocks import Block, Kind, tag_path
from pipelines.extraction.document import Document
from pipelines.extraction.metadata import Metadata
from pipelines.items import Heading, Link, Reason, RemovedBlock


@dataclass(frozen=True, slots=True)
class Parts:
    """A page taken apart. ``body`` in page order; ``links`` and ``headings`` positions are indices into it."""

    body: tuple[Block, ...]
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    removed: tuple[RemovedBlock, ...]


def separate(document: Document, blocks: Sequence[Block], scores: Sequence[float], metadata: Metadata) -> Parts:
    """Put every block of the page where it belongs."""
    body = tuple(block for block, score in zip(blocks, scores, strict=True) if score >= 0.5)
    removed = tuple(
        RemovedBlock(Reason.MODEL, "model", block.text[:500], tag_path(block.element))
        for block, score in zip(blocks, scores, strict=True)
        if score < 0.5
    )
    headings = tuple(
        Heading(block.level, block.text, position) for position, block in enumerate(body) if block.kind is Kind.HEADING
    )
    return Parts(body, headings, (), removed)
