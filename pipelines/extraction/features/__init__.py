"""What the classifier sees of each block: its text, its place in the tree, its neighbours, and what others voted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pipelines.extraction.blocks import Block
from pipelines.extraction.features.columns import Bools, Columns, Floats
from pipelines.extraction.features.context import (
    lead_columns,
    neighbour_columns,
    section_columns,
    shifted_any,
    signature_columns,
    title_columns,
    vote_columns,
)
from pipelines.extraction.features.text import Details, plain_columns
from pipelines.extraction.features.tree import branches, class_columns, place_columns, read_tree, subtree_columns

__all__ = ["BlockFeatures", "block_sizes", "candidates"]

MIN_VOTED = 80
"""Words; a smaller vote of trafilatura does not say where the article is."""


class BlockFeatures:
    """A page's blocks, ready to be seen with anybody's votes: what does not depend on those is made once.

    ``tokens`` are the blocks' words, ``titles`` the variants of the page's title and ``about`` its description;
    ``sizes`` are the blocks' sizes in words.
    """

    def __init__(
        self,
        blocks: Sequence[Block],
        tokens: Sequence[Sequence[str]],
        titles: Sequence[str] = (),
        about: str = "",
    ) -> None:
        self.sizes = sizes = block_sizes(blocks, tokens)
        self._blocks = blocks
        self._tree = tree = read_tree(blocks)
        self._details = Details(blocks, tokens, titles, about)
        plain = plain_columns(blocks, sizes)
        self._prose = prose = sizes * ((sizes >= 12) & (plain["linked"] < 0.4) & (plain["ends_sentence"] > 0))
        around = place_columns(tree, tree.on_path(tree.smallest_with(prose, 0.5)), "prose")
        self._plain = plain | around | _page_columns(sizes, prose)
        below = {"words": sizes, "blocks": np.ones(len(sizes)), "linked": plain["linked"] * sizes, "prose": prose}
        self._sums = {name: tree.sums(value) for name, value in below.items()}

    def columns(self, votes: Mapping[str, Floats]) -> Columns:
        """All features by name, one value a block; what is dear to compute is 0 where a block is no candidate.

        ``votes``: each extractor's share of every block.
        """
        sizes, tree, columns = self.sizes, self._tree, dict(self._plain)
        for name, values in votes.items():
            columns |= vote_columns(name, values, sizes)
        voted = votes["trafilatura"] * sizes
        main = tree.on_path(tree.smallest_with(voted if voted.sum() > MIN_VOTED else self._prose, 0.7))
        columns |= place_columns(tree, main, "main")
        columns |= signature_columns(tree, sizes, dict(votes), columns["linked"])
        sums = self._sums | {name: tree.sums(values * sizes) for name, values in votes.items()}
        columns |= subtree_columns(branches(tree, main), "branch", sums)
        for step in (1, 2, 3):
            columns |= subtree_columns(tree.chains[:, min(step, tree.chains.shape[1] - 1)], f"up{step}", sums)
        columns |= lead_columns(columns)
        near = candidates(columns)
        columns |= class_columns(tree, main, np.flatnonzero(near))
        columns |= self._details.columns(near | shifted_any(near) | (columns["level"] > 0))
        return columns | title_columns(columns) | section_columns(self._blocks, columns) | neighbour_columns(columns)


def candidates(columns: Columns) -> Bools:
    """Blocks worth a look: near what anybody voted for, or where a standfirst would be. Half of a page's blocks."""
    likely: Bools = (
        (columns["trafilatura"] > 0)
        | (columns["resiliparse"] > 0.5)
        | (columns["main_above"] <= 2)
        | (columns["alike_trafilatura"] > 0.05)
        | (columns["lead"] > 0)
    )
    return likely


def block_sizes(blocks: Sequence[Block], tokens: Sequence[Sequence[str]]) -> Floats:
    """Words a block; for scripts that put no space between words, half the characters."""
    counts = np.array([len(block_words) for block_words in tokens], dtype=np.float64)
    chars = np.array([len(block.text) for block in blocks], dtype=np.float64)
    return np.where(chars < 2.5 * counts, counts / 2, counts)


def _page_columns(sizes: Floats, prose: Floats) -> Columns:
    count = len(sizes)
    places = np.arange(count)
    return {
        "place": places / max(count, 1),
        "words_before": (np.cumsum(sizes) - sizes) / max(sizes.sum(), 1.0),
        "prose_before": (np.cumsum(prose) - prose) / max(prose.sum(), 1.0),
        "page_words": np.full(count, np.log1p(sizes.sum())),
        "page_prose": np.full(count, np.log1p(prose.sum())),
        "page_blocks": np.full(count, np.log1p(count)),
    }
