"""Blocks of a plain text dump: an article as a poor scraper left it, with no markup to go by."""

from __future__ import annotations

from pipelines.extraction.blocks import Block, Kind


def text_blocks(text: str) -> list[Block]:
    """One block a non-empty line."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return [Block(index, Kind.PARAGRAPH, line) for index, line in enumerate(filter(None, lines))]
