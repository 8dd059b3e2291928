"""Features of a block's place in the tree, for all blocks at once.

Elements are numbered; row ``b`` of ``chains`` lists block b's element and its ancestors, innermost first, padded with
``len(elements)``. Subtree sums are sums over the chains' columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from lxml.html import HtmlElement

from pipelines.extraction.blocks import Block
from pipelines.extraction.features.columns import Bools, Columns, Floats, Ints
from pipelines.extraction.features.vocabulary import CLASS_GROUPS, class_groups

MAX_CHAIN = 40
FADE = 0.7
"""What an ancestor's class loses in weight with each step away from the block."""
TAGS = "nav aside footer header form figure table ul li article main section blockquote a details".split()
GROUPS = (*CLASS_GROUPS, *(f"tag_{tag}" for tag in TAGS), "itemprop", "hidden_now")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(frozen=True)
class Tree:
    """The elements around blocks. ``depths`` is an element's number of ancestors below ``body``."""

    elements: list[HtmlElement]
    parents: Ints
    chains: Ints
    depths: Ints

    def marks(self, wanted: Ints) -> Floats:
        """One row an element and one for the padding, one column a name of ``GROUPS``; only ``wanted`` rows filled."""
        rows = np.zeros((len(self.elements) + 1, len(GROUPS)))
        wanted = wanted[wanted < len(self.elements)]
        if len(wanted):
            rows[wanted] = [_marks(self.elements[element]) for element in wanted.tolist()]
        return rows

    @cached_property
    def signatures(self) -> tuple[Ints, int]:
        """For each block the number of its signature, the tags and first classes around it, and how many there are."""
        seen: dict[str, int] = {}
        numbers = [seen.setdefault(label, len(seen)) for label in (*map(_label, self.elements), "")]
        rows = np.array(numbers, dtype=np.int64)[self.chains[:, :4]]
        keys = np.unique(rows @ len(seen) ** np.arange(rows.shape[1]), return_inverse=True)[1]
        return keys, int(keys.max()) + 1

    def sums(self, values: Floats) -> Floats:
        """Sum of the blocks' values below each element."""
        repeated = np.repeat(values, self.chains.shape[1])
        total = np.asarray(np.bincount(self.chains.reshape(-1), repeated, len(self.elements) + 1), dtype=np.float64)
        total[-1] = 0.0
        return total

    def smallest_with(self, values: Floats, share: float) -> int:
        """The innermost element that holds ``share`` of the values' sum (the outermost of all where that is zero)."""
        sums = self.sums(values)[:-1]
        enough = (
            np.flatnonzero(sums >= share * values.sum() - 1e-9) if values.sum() > 0 else np.array([], dtype=np.int64)
        )
        return int(enough[np.argmax(self.depths[enough])]) if len(enough) else 0

    def on_path(self, element: int) -> Bools:
        """Whether each element is ``element`` or one of its ancestors; True for the padding."""
        mask = np.zeros(len(self.elements) + 1, dtype=np.bool_)
        mask[-1] = True
        while element >= 0:
            mask[element] = True
            element = int(self.parents[element])
        return mask


def read_tree(blocks: Sequence[Block]) -> Tree:
    """Number the elements around the blocks."""
    numbers: dict[HtmlElement, int] = {}
    elements: list[HtmlElement] = []
    parents: list[int] = []
    depths: list[int] = []

    def number(element: HtmlElement) -> int:
        above = []
        current: HtmlElement | None = element
        while current is not None and current not in numbers and current.tag != "html":
            above.append(current)
            current = current.getparent()
        parent = numbers.get(current, -1) if current is not None else -1
        for found in reversed(above):
            numbers[found] = len(elements)
            elements.append(found)
            parents.append(parent)
            depths.append(depths[parent] + 1 if parent >= 0 else 0)
            parent = numbers[found]
        return parent

    leaves = [number(block.element) if block.element is not None else 0 for block in blocks]
    parent_array = np.array([*parents, len(elements)], dtype=np.int64)
    parent_array[parent_array < 0] = len(elements)
    columns = [np.array(leaves, dtype=np.int64)]
    while len(columns) < MAX_CHAIN and (columns[-1] < len(elements)).any():
        columns.append(parent_array[columns[-1]])
    return Tree(
        elements, np.array(parents, dtype=np.int64), np.stack(columns, axis=1), np.array(depths, dtype=np.int64)
    )


def _label(element: HtmlElement) -> str:
    return f"{element.tag!s}.{(element.get('class') or '').split(' ')[0]}"


def _marks(element: HtmlElement) -> tuple[float, ...]:
    get = element.get
    tag = str(element.tag)
    names = "" if tag == "body" else f"{get('class') or ''} {get('id') or ''} {get('data-testid') or ''}"
    style = get("style")
    hidden = get("hidden") is not None or get("aria-hidden") == "true" or bool(style and _HIDDEN.search(style[:500]))
    return _marks_of(tag, names, get("role") or "", get("itemprop") or "", hidden)


@lru_cache(maxsize=20_000)
def _marks_of(tag: str, names: str, role: str, itemprop: str, hidden: bool) -> tuple[float, ...]:
    tags = (float(name in (tag, role)) for name in TAGS)
    return (*class_groups(names), *tags, float("articleBody" in itemprop), float(hidden))


def class_columns(tree: Tree, path: Bools, at: Ints) -> Columns:
    """For the blocks ``at``: marks of the ancestors by nearness, and of those off the way to the main container."""
    chains = tree.chains[at]
    around = tree.marks(np.unique(chains))[chains]
    near, off = np.zeros((2, len(tree.chains), len(GROUPS)))
    near[at] = (around * (FADE ** np.arange(chains.shape[1]))[None, :, None]).max(axis=1)
    off[at] = (around * ~path[chains][:, :, None]).max(axis=1)
    columns = {f"near_{name}": near[:, i] for i, name in enumerate(GROUPS)}
    return columns | {f"off_{name}": off[:, i] for i, name in enumerate(GROUPS)}


def place_columns(tree: Tree, path: Bools, prefix: str) -> Columns:
    """How far a block is from the way to a container: steps off it, and how high it leaves it."""
    on = path[tree.chains]
    inside = tree.chains < len(tree.elements)
    depth = inside.sum(axis=1) - 1.0
    steps = (~on).sum(axis=1).astype(np.float64)
    bottom = float(path[:-1].sum() - 1)
    return {f"{prefix}_steps": steps, f"{prefix}_above": bottom - (depth - steps), f"{prefix}_depth": depth}


def branches(tree: Tree, path: Bools) -> Ints:
    """For each block the outermost ancestor off the path (its own element where it has none)."""
    off = ~path[tree.chains]
    last = off.shape[1] - 1 - np.argmax(off[:, ::-1], axis=1)
    return tree.chains[np.arange(len(off)), np.where(off.any(axis=1), last, 0)]


def subtree_columns(at: Ints, name: str, sums: dict[str, Floats]) -> Columns:
    """What lies below one element a block: log of words, shares of linked and voted words, blocks, paragraphs."""
    total = np.maximum(sums["words"][at], 1.0)
    columns = {f"{name}_words": np.log1p(sums["words"][at]), f"{name}_blocks": np.log1p(sums["blocks"][at])}
    columns |= {f"{name}_{key}": sums[key][at] / total for key in sums if key not in ("words", "blocks")}
    return columns
