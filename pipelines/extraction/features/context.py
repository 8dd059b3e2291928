"""Features of a block's neighbours in page order, of its section, and of the blocks marked up alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipelines.extraction.blocks import Block, Kind
from pipelines.extraction.features.columns import Bools, Columns, Floats
from pipelines.extraction.features.tree import Tree

LEAD_REACH = 60
"""Blocks; a first vote further below the title is not the story's beginning."""
NEIGHBOURS: dict[str, tuple[int, ...]] = {
    "words": (-2, -1, 1, 2),
    "linked": (-2, -1, 1, 2),
    "trafilatura": (-2, -1, 1, 2),
    "resiliparse": (-1, 1),
    "ends_sentence": (-1, 1),
    "kind_heading": (-1, 1),
    "text_more": (-1, 1),
    "text_newsletter": (-1, 1),
}


def neighbour_columns(columns: Columns) -> Columns:
    """Chosen columns of the blocks before and after."""
    return {f"{name}{step:+d}": shifted(columns[name], step) for name, steps in NEIGHBOURS.items() for step in steps}


def shifted(values: Floats, step: int) -> Floats:
    """The value of the block ``step`` places on; -1 beyond the page."""
    out = np.full(len(values), -1.0)
    if step > 0:
        out[:-step] = values[step:]
    else:
        out[-step:] = values[:step]
    return out


def shifted_any(mask: Bools) -> Bools:
    """Whether the block before or after is marked."""
    out = np.zeros_like(mask)
    out[1:] |= mask[:-1]
    out[:-1] |= mask[1:]
    return out


def vote_columns(name: str, votes: Floats, sizes: Floats) -> Columns:
    """Where a block stands in what another extractor took: share before it, distance to its ends, votes around it."""
    voted = votes * sizes
    total = max(voted.sum(), 1.0)
    before = (np.cumsum(voted) - voted) / total
    sure = np.flatnonzero((votes > 0.7) & (sizes >= 8))
    first, last = (int(sure[0]), int(sure[-1])) if len(sure) else (0, len(votes) - 1)
    places = np.arange(len(votes))
    around = np.convolve(voted, np.ones(11), "same") / np.maximum(np.convolve(sizes, np.ones(11), "same"), 1.0)
    return {
        name: votes,
        f"{name}_before": before,
        f"{name}_from_first": np.clip(places - first, -40, 40).astype(np.float64),
        f"{name}_to_last": np.clip(last - places, -40, 40).astype(np.float64),
        f"{name}_around": around[: len(votes)],
        f"{name}_total": np.full(len(votes), np.log1p(voted.sum())),
    }


def section_columns(blocks: Sequence[Block], columns: Columns) -> Columns:
    """The nearest heading above: how far, how it reads, whether it was voted for."""
    last, current = np.full(len(blocks), -1, dtype=np.int64), -1
    for index, block in enumerate(blocks):
        last[index] = current
        if block.kind is Kind.HEADING:
            current = index
    known = last >= 0
    out: Columns = {
        "heading_distance": np.where(known, np.minimum(np.arange(len(blocks)) - last, 40), 41).astype(np.float64)
    }
    for name in (
        "level",
        "words",
        "linked",
        "trafilatura",
        "resiliparse",
        "like_title",
        "text_more",
        "text_newsletter",
        "text_comment",
    ):
        out[f"heading_{name}"] = np.where(known, columns[name][last], -1.0)
    return out


def lead_columns(columns: Columns) -> Columns:
    """1 between the last ``h1`` before the first sure vote and that vote: where standfirsts are, outside all else."""
    lead = np.zeros(len(columns["level"]))
    votes = columns["trafilatura"] if columns["trafilatura"].any() else columns["resiliparse"]
    sure = np.flatnonzero((votes > 0.7) & (columns["words"] >= np.log1p(8)))
    titles = np.flatnonzero(columns["level"] == 1)
    if len(sure) and len(titles) and titles[0] < sure[0] < titles[titles < sure[0]][-1] + LEAD_REACH:
        lead[titles[titles < sure[0]][-1] + 1 : sure[0]] = 1.0
    return {"lead": lead}


def title_columns(columns: Columns) -> Columns:
    """Distance in blocks to the line that reads most like the title."""
    like = columns["like_title"] + 0.3 * (columns["level"] == 1)
    place = int(np.argmax(like)) if len(like) and like.max() > 0.4 else -1
    places = np.arange(len(like), dtype=np.float64)
    return {"from_title": np.clip(places - place, -30, 30) if place >= 0 else np.full(len(like), -31.0)}


def signature_columns(tree: Tree, sizes: Floats, votes: dict[str, Floats], linked: Floats) -> Columns:
    """Totals over the blocks with the same tags and first classes: how much text, how many, how much of it voted."""
    keys, groups = tree.signatures

    def total(values: Floats) -> Floats:
        return np.asarray(np.bincount(keys, values, groups)[keys], dtype=np.float64)

    words_, count = total(sizes), total(np.ones(len(sizes)))
    out: Columns = {
        "alike_words": np.log1p(words_),
        "alike_blocks": np.log1p(count),
        "alike_mean": words_ / count,
        "alike_share": words_ / max(sizes.sum(), 1.0),
        "alike_linked": total(linked * sizes) / np.maximum(words_, 1.0),
    }
    for name, value in votes.items():
        voted = total(value * sizes)
        out[f"alike_{name}"] = voted / np.maximum(words_, 1.0)
        out[f"alike_{name}_share"] = voted / max((value * sizes).sum(), 1.0)
    return out
