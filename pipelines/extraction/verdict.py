"""What a page turned out to be: an article, or something that must not be stored as one."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.extraction.blocks import Block
from pipelines.extraction.document import Document
from pipelines.extraction.metadata import Metadata
from pipelines.items import Verdict


def judge(document: Document, metadata: Metadata, body: Sequence[Block]) -> Verdict:
    """The verdict on a page whose body blocks are ``body``."""
    return Verdict.ARTICLE if sum(len(block.text) for block in body) >= 100 else Verdict.TOO_SHORT
