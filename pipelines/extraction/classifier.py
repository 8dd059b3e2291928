"""The trained block models: boosted trees read from a plain file and evaluated with NumPy alone.

The file (``model/blocks.npz``, see the card beside it) holds ``names`` of the features and, for each model of T trees
of at most 16 leaves: ``feature`` and ``threshold`` (T × 15, a node a column; a row goes left where its value <=
threshold), ``mask`` (T × 15, the leaves that remain possible after going right, one bit a leaf) and ``value`` (T × 16).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pipelines.errors import BadInput
from pipelines.extraction.features import candidates
from pipelines.extraction.features.columns import Columns, Floats

LEAVES = 16
NODES = LEAVES - 1
LOWEST_THRESHOLD = 0.3
MODELS = ("alone", "advised")
PARTS = ("feature", "threshold", "mask", "value")


@dataclass(frozen=True)
class BlockModel:
    """Trees as arrays, and what they were trained for."""

    version: str
    names: tuple[str, ...]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float32]
    mask: NDArray[np.uint16]
    value: NDArray[np.float32]

    def probabilities(self, columns: Columns) -> Floats:
        """Probability of being body, for each block."""
        mask = candidates(columns)
        out: Floats = np.zeros(len(mask))
        if mask.any():
            rows = np.stack([columns[name][mask] for name in self.names], axis=1).astype(np.float32)
            out[mask] = 1.0 / (1.0 + np.exp(-self._margins(rows)))
        return out

    def _margins(self, rows: NDArray[np.float32]) -> Floats:
        """Sum of the trees' leaves. All nodes are tested at once (QuickScorer, Lucchese and others, 2015).

        A test that fails rules out the leaves on its left; of the leaves that no test ruled out the leftmost is right.
        """
        goes_right = np.ascontiguousarray(rows.T)[self.feature] > self.threshold[:, None]
        ruled_out = (goes_right * ~self.mask[:, None]).reshape(-1, NODES, len(rows))
        leaves: NDArray[np.uint8] = _LOWEST_BIT[~np.bitwise_or.reduce(ruled_out, axis=1)].T
        trees = np.arange(self.value.shape[0])
        margins: Floats = self.value[trees, leaves].sum(axis=1, dtype=np.float64)
        return margins


def _lowest_bits() -> NDArray[np.uint8]:
    numbers = np.arange(1 << LEAVES, dtype=np.int64)
    lowest = numbers & -numbers
    lowest[0] = 1
    return np.asarray(np.log2(lowest), dtype=np.uint8)


_LOWEST_BIT = _lowest_bits()


@dataclass(frozen=True)
class BlockModels:
    """``alone`` has never seen a vote of trafilatura, ``advised`` always has."""

    alone: BlockModel
    advised: BlockModel


def best_threshold(probabilities: Floats, sizes: Floats) -> tuple[float, float]:
    """The probability down to which taking blocks gives the highest expected F1 over words, and that F1.

    On a page that the model is unsure of it is lower than one half (Lipton and others, 2014: half the best F1).
    """
    order = np.argsort(-probabilities)
    words = np.maximum(sizes, 0.5)
    expected = probabilities * words
    f1 = 2 * np.cumsum(expected[order]) / (np.cumsum(words[order]) + expected.sum())
    best = int(np.argmax(f1))
    return float(np.clip(probabilities[order][best], LOWEST_THRESHOLD, 0.5)), float(f1[best])


@cache
def load_models() -> BlockModels:
    """The models that come with the package."""
    data = files("pipelines.extraction").joinpath("model/blocks.npz").read_bytes()
    return read_models(data)


def read_models(data: bytes) -> BlockModels:
    """The models from the bytes of their file. Plain arrays: nothing in it can run. BadInput for anything else."""
    try:
        loaded = np.load(BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, BadZipFile) as error:
        raise BadInput(f"no file of arrays ({error})") from None
    if not isinstance(loaded, np.lib.npyio.NpzFile):
        raise BadInput("no file of arrays (a single one)")
    with loaded as arrays:
        if missing := {"version", "names", *(f"{name}_{part}" for name in MODELS for part in PARTS)} - set(arrays):
            raise BadInput(f"no block models of this version ({min(missing)} is not there): train them again")
        return BlockModels(**{name: _model(arrays, name) for name in MODELS})


def _model(arrays: Mapping[str, Any], name: str) -> BlockModel:
    return BlockModel(
        version=str(arrays["version"]),
        names=tuple(arrays["names"].tolist()),
        feature=arrays[f"{name}_feature"].reshape(-1).astype(np.int64),
        threshold=arrays[f"{name}_threshold"].reshape(-1),
        mask=arrays[f"{name}_mask"].reshape(-1),
        value=arrays[f"{name}_value"],
    )
