"""The only call of trafilatura: what it and resiliparse would take for the body, as votes on our own blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from resiliparse.extract.html2text import extract_plain_text
from trafilatura import bare_extraction

from pipelines.extraction.alignment import matched_words, words
from pipelines.extraction.blocks import Block
from pipelines.extraction.document import Document

Votes = NDArray[np.float64]


def score_blocks(document: Document, blocks: Sequence[Block], title: str | None = None) -> list[float]:
    """How surely each block is body, 0 to 1, in the order of ``blocks``."""
    if document.root is None:
        return [1.0] * len(blocks)
    tokens = [words(block.text) for block in blocks]
    first = vote(tokens, trafilatura_text(document))
    second = vote(tokens, resiliparse_text(document))
    return [float(score) for score in 0.8 * first + 0.2 * second]


def vote(tokens: Sequence[Sequence[str]], text: str) -> Votes:
    """The share of each block's words that an extractor's ``text`` holds at that place."""
    flat = [word for block in tokens for word in block]
    sizes = np.array([len(block) for block in tokens], dtype=np.int64)
    matched = np.concatenate(([0], np.cumsum(matched_words(flat, words(text)))))
    ends = np.cumsum(sizes)
    shares: Votes = (matched[ends] - matched[ends - sizes]) / np.maximum(sizes, 1)
    return shares


def trafilatura_text(document: Document) -> str:
    """The body as trafilatura's fast mode sees it; empty where it finds none."""
    root: Any = document.root
    result: Any = bare_extraction(root, fast=True, include_comments=False, with_metadata=False)
    return (result.text or "") if result else ""


def resiliparse_text(document: Document) -> str:
    """The main content as resiliparse's rules see it (they take 2 ms)."""
    return str(extract_plain_text(document.text, main_content=True, alt_texts=False, list_bullets=False) or "")
