"""The only call of trafilatura: what it would take for the body, as votes on our own blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trafilatura import bare_extraction

from pipelines.extraction.blocks import Block
from pipelines.extraction.document import Document


def score_blocks(document: Document, blocks: Sequence[Block]) -> list[float]:
    """How surely each block is body, 0 to 1, in the order of ``blocks``."""
    if document.root is None:
        return [1.0] * len(blocks)
    result: Any = bare_extraction(document.root, fast=True, include_comments=False, with_metadata=False)
    lines = {" ".join(line.split()).lstrip("- ") for line in (result.text or "").splitlines()} if result else set()
    return [1.0 if block.text in lines else 0.0 for block in blocks]
