"""The only call of trafilatura: what it and resiliparse would take for the body, as votes on our own blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from resiliparse.extract.html2text import extract_plain_text
from trafilatura import bare_extraction
from trafilatura.settings import DEFAULT_CONFIG, Extractor

from pipelines.extraction.alignment import PageWords, words
from pipelines.extraction.blocks import Block
from pipelines.extraction.classifier import best_threshold, load_model
from pipelines.extraction.document import Document
from pipelines.extraction.features import block_features, block_sizes
from pipelines.extraction.features.columns import Columns

DEFAULT_CONFIG.set("DEFAULT", "INSECURE_SSL_FALLBACK", "off")  # it never fetches for us; nor will it without TLS

Votes = NDArray[np.float64]
_FAST = Extractor(fast=True, comments=False, output_format="txt")
"""trafilatura's options, made once: it would read its configuration file's values again for every page."""


def score_blocks(document: Document, blocks: Sequence[Block]) -> list[float]:
    """How surely each block is body, in the order of ``blocks``: 0 to 1, body from 0.5 on."""
    if document.root is None or not blocks:
        return [1.0] * len(blocks)
    columns, sizes = page_features(document, blocks)
    probabilities = load_model().probabilities(columns)
    threshold = best_threshold(probabilities, sizes)
    scores = np.where(
        probabilities < threshold,
        probabilities / threshold * 0.5,
        0.5 + (probabilities - threshold) / (1 - threshold) * 0.5,
    )
    return [float(score) for score in scores]


def page_features(document: Document, blocks: Sequence[Block]) -> tuple[Columns, Votes]:
    """The blocks' features and their sizes in words: what the model is trained on and applied to."""
    tokens = [words(block.text) for block in blocks]
    shares = _Shares(tokens)
    votes = {
        "trafilatura": shares.in_text(trafilatura_text(document)),
        "resiliparse": shares.in_text(resiliparse_text(document)),
    }
    columns = block_features(blocks, tokens, votes, page_titles(document), page_summary(document))
    return columns, block_sizes(blocks, tokens)


def vote(tokens: Sequence[Sequence[str]], text: str) -> Votes:
    """The share of each block's words that an extractor's ``text`` holds at that place."""
    return _Shares(tokens).in_text(text)


class _Shares:
    """The words of blocks, prepared once for every extractor's vote."""

    def __init__(self, tokens: Sequence[Sequence[str]]) -> None:
        self._words = PageWords([word for block in tokens for word in block])
        self._sizes = np.fromiter(map(len, tokens), np.int64, len(tokens))

    def in_text(self, text: str) -> Votes:
        matched = np.concatenate(([0], np.cumsum(self._words.matched(words(text)))))
        ends = np.cumsum(self._sizes)
        shares: Votes = (matched[ends] - matched[ends - self._sizes]) / np.maximum(self._sizes, 1)
        return shares


def trafilatura_text(document: Document) -> str:
    """The body as trafilatura's fast mode sees it; empty where it finds none."""
    root: Any = document.root
    result: Any = bare_extraction(root, options=_FAST)
    return (result.raw_text or "") if result else ""


def resiliparse_text(document: Document) -> str:
    """The main content as resiliparse's rules see it (they take 2 ms)."""
    return str(extract_plain_text(document.text, main_content=True, alt_texts=False, list_bullets=False) or "")


def page_titles(document: Document) -> tuple[str, ...]:
    """The variants of the title that the page's head gives."""
    if document.data is None:
        return ()
    return tuple(filter(None, (document.data.head_title, *document.data.meta("og:title", "twitter:title"))))


def page_summary(document: Document) -> str:
    """The longest description that the page's head gives."""
    found = document.data.meta("og:description", "description", "twitter:description") if document.data else []
    return max(found, key=len, default="")
