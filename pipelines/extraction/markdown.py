"""Body blocks as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.extraction.blocks import Block, Kind

_PREFIX = {Kind.LIST_ITEM: "- ", Kind.QUOTE: "> "}


def to_markdown(blocks: Sequence[Block]) -> str:
    """Markdown of the blocks in order, separated by blank lines."""
    return "\n\n".join(_block(block) for block in blocks)


def _block(block: Block) -> str:
    if block.kind is Kind.HEADING:
        return "#" * max(block.level, 1) + " " + block.text
    if block.kind is Kind.CODE:
        return f"```\n{block.text}\n```"
    return _PREFIX.get(block.kind, "") + block.text
