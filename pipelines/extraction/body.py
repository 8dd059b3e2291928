"""How surely each block is body: our own model first, and trafilatura asked (here alone) where that is unsure.

What trafilatura and resiliparse would take for the body are votes on our own blocks. trafilatura's is the dearest part
of reading a page, and on most pages changes nothing: a model that was trained without it is sure there.
"""

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
from pipelines.extraction.classifier import best_threshold, load_models
from pipelines.extraction.document import Document
from pipelines.extraction.features import BlockFeatures
from pipelines.extraction.features.columns import Columns

DEFAULT_CONFIG.set("DEFAULT", "INSECURE_SSL_FALLBACK", "off")  # it never fetches for us; nor will it without TLS

Votes = NDArray[np.float64]
SURE = 0.975
"""F1 that the model expects of its own choice, from which trafilatura is not asked: so on seven pages of ten. In
cross-validation bodies are as good as when it is asked always (``bench/README.md``)."""
_FAST = Extractor(fast=True, comments=False, output_format="txt")
"""trafilatura's options, made once: it would read its configuration file's values again for every page."""


def score_blocks(document: Document, blocks: Sequence[Block]) -> list[float]:
    """How surely each block is body, in the order of ``blocks``: 0 to 1, body from 0.5 on."""
    if document.root is None or not blocks:
        return [1.0] * len(blocks)
    page, models = PageFeatures(document, blocks), load_models()
    probabilities = models.alone.probabilities(page.columns())
    threshold, expected_f1 = best_threshold(probabilities, page.sizes)
    if expected_f1 < SURE:
        probabilities = models.advised.probabilities(page.columns(trafilatura_text(document)))
        threshold, _ = best_threshold(probabilities, page.sizes)
    scores = np.where(
        probabilities < threshold,
        probabilities / threshold * 0.5,
        0.5 + (probabilities - threshold) / (1 - threshold) * 0.5,
    )
    return [float(score) for score in scores]


class PageFeatures:
    """The features of a page's blocks, which models are trained on and applied to, and the blocks' sizes in words."""

    def __init__(self, document: Document, blocks: Sequence[Block]) -> None:
        tokens = [words(block.text) for block in blocks]
        self._shares = _Shares(tokens)
        self._resiliparse = self._shares.in_text(resiliparse_text(document))
        self._features = BlockFeatures(blocks, tokens, page_titles(document), page_summary(document))
        self.sizes: Votes = self._features.sizes

    def columns(self, advice: str = "") -> Columns:
        """All features. ``advice``: the body as trafilatura sees it; empty where it was not asked."""
        votes = {"trafilatura": self._shares.in_text(advice), "resiliparse": self._resiliparse}
        return self._features.columns(votes)


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
