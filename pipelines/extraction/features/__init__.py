"""What the classifier sees of each block: its text, its place in the tree, its neighbours, and what others voted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pipelines.extraction.blocks import Block
from pipelines.extraction.features.columns import Columns, Floats
from pipelines.extraction.features.context import (
    neighbour_columns,
    section_columns,
    signature_columns,
    title_columns,
    vote_columns,
)
from pipelines.extraction.features.text import text_columns
from pipelines.extraction.features.tree import branches, class_columns, place_columns, read_tree, subtree_columns

__all__ = ["block_features"]


def block_features(
    blocks: Sequence[Block],
    tokens: Sequence[Sequence[str]],
    votes: Mapping[str, Floats],
    titles: Sequence[str] = (),
    about: str = "",
) -> Columns:
    """All features of all blocks, by name.

    ``tokens`` are the blocks' words, ``votes`` each extractor's share of every block, ``titles`` the variants of the
    page's title and ``about`` its description.
    """
    sizes = block_sizes(blocks, tokens)
    columns = text_columns(blocks, tokens, titles, about)
    for name, values in votes.items():
        columns |= vote_columns(name, values, sizes)
    prose = sizes * ((sizes >= 12) & (columns["linked"] < 0.4) & (columns["ends_sentence"] > 0))
    tree = read_tree(blocks)
    voted = votes["trafilatura"] * sizes
    main = tree.on_path(tree.smallest_with(voted if voted.sum() > 80 else prose, 0.7))
    whole = tree.on_path(tree.smallest_with(prose, 0.5))
    below = {"words": sizes, "blocks": np.ones(len(sizes)), "linked": columns["linked"] * sizes, "prose": prose}
    below |= {name: values * sizes for name, values in votes.items()}
    columns |= class_columns(tree, main)
    columns |= place_columns(tree, main, "main") | place_columns(tree, whole, "prose")
    columns |= subtree_columns(tree, branches(tree, main), "branch", below)
    for step in (1, 2, 3):
        if tree.chains.shape[1] > step:
            at = np.minimum(tree.chains[:, step], len(tree.elements))
            columns |= subtree_columns(tree, at, f"up{step}", below)
        else:
            columns |= subtree_columns(tree, tree.chains[:, -1], f"up{step}", below)
    columns |= signature_columns(tree, sizes, dict(votes), columns["linked"])
    columns |= title_columns(columns) | section_columns(blocks, columns) | neighbour_columns(columns)
    columns |= _page_columns(sizes, prose)
    return columns


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
