"""Train the block models: ``python -m bench.train_blocks GOLD_DIR… [--out FILE]`` (needs the extra ``train``).

Blocks are labelled by aligning the page with its gold text. Seeded; prints site-grouped cross-validation first, of both
models as pages are read with them, and how many pages the first one was sure of; writes a file that needs nothing but
NumPy to be read (see ``pipelines/extraction/classifier.py``).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import lightgbm
import numpy as np
from numpy.typing import NDArray

from bench.gold import GoldPage, read_gold
from bench.scoring import BodyScore, score_body, summarise_bodies
from pipelines.errors import BadInput
from pipelines.extraction.alignment import words
from pipelines.extraction.blocks import segment
from pipelines.extraction.body import SURE, PageFeatures, trafilatura_text, vote
from pipelines.extraction.classifier import LEAVES, MODELS, NODES, best_threshold
from pipelines.extraction.document import parse_document
from pipelines.extraction.features import candidates
from pipelines.extraction.features.columns import Bools, Columns, Floats

VERSION = "2"
TREES = 250
MODEL = Path("pipelines/extraction/model/blocks.npz")
COLLECTION_WEIGHT = {"fundus-dev": 4.0}
"""News pages weigh more than the how-to and blog pages that most of the other gold is."""
MIN_ORACLE = 0.9
"""Pages on which even the right blocks score below this have gold from another version of the page: left out."""
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.07,
    "num_leaves": LEAVES,
    "min_data_in_leaf": 30,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "seed": 1,
    "deterministic": True,
    "num_threads": 1,
    "verbose": -1,
}


Boosters = dict[str, lightgbm.Booster]
"""By the name of the model."""


@dataclass
class Sample:
    """A page ready to train on: one row a block. ``columns`` of each model; ``labels``: is most of a block gold?"""

    page: GoldPage
    columns: dict[str, Columns]
    sizes: Floats
    texts: list[str]
    labels: Bools

    @cached_property
    def oracle(self) -> BodyScore:
        """The score that the best choice of blocks reaches."""
        return self.score(self.labels)

    def score(self, kept: Bools) -> BodyScore:
        """The score of a choice of blocks."""
        body = "\n".join(text for text, keep in zip(self.texts, kept, strict=True) if keep)
        return score_body(self.page.id, self.page.text, body)


def read_sample(page: GoldPage) -> Sample | None:
    """Features and labels of a page; None for a page without text or tree."""
    try:
        document = parse_document(page.raw)
    except BadInput:
        return None
    blocks = segment(document.body) if document.body is not None else []
    if not blocks or not page.text.strip():
        return None
    features = PageFeatures(document, blocks)
    columns = {"alone": features.columns(), "advised": features.columns(trafilatura_text(document))}
    labels = vote([words(block.text) for block in blocks], page.text) > 0.5
    return Sample(page, columns, features.sizes, [block.text for block in blocks], labels)


def train(samples: Sequence[Sample], names: Sequence[str]) -> Boosters:
    """Both models on the samples whose gold is of the same version of the page."""
    good = [sample for sample in samples if sample.oracle.f1 > MIN_ORACLE]
    return {model: _train(good, model, names) for model in MODELS}


def _train(samples: Sequence[Sample], model: str, names: Sequence[str]) -> lightgbm.Booster:
    """Boosted trees on the samples' candidates; every page has the same weight within its collection."""
    rows, labels, weights = [], [], []
    for sample in samples:
        near = candidates(sample.columns[model])
        weight = np.sqrt(np.maximum(sample.sizes, 1.0))
        weight *= COLLECTION_WEIGHT.get(sample.page.collection, 1.0) * 200 / weight.sum()
        rows.append(matrix(sample.columns[model], names)[near])
        labels.append(sample.labels[near])
        weights.append(weight[near])
    data = lightgbm.Dataset(np.concatenate(rows), np.concatenate(labels), weight=np.concatenate(weights))
    return lightgbm.train(PARAMETERS, data, TREES)


def matrix(columns: Columns, names: Sequence[str]) -> NDArray[np.float32]:
    """Chosen columns side by side."""
    return np.stack([columns[name] for name in names], axis=1).astype(np.float32)


def cross_validate(samples: Sequence[Sample], names: Sequence[str], folds: int) -> list[Judged]:
    """All samples, each judged by models that have seen no page of its site."""
    found: list[Judged] = []
    fold_of = [crc32(sample.page.site.encode()) % folds for sample in samples]
    for fold in range(folds):
        boosters = train([s for s, f in zip(samples, fold_of, strict=True) if f != fold], names)
        found += [judged(boosters, s, names) for s, f in zip(samples, fold_of, strict=True) if f == fold]
    return found


def cross_collections(samples: Sequence[Sample], names: Sequence[str]) -> None:
    """Print how each larger collection fares with models that have seen nothing of it."""
    for collection in sorted({sample.page.collection for sample in samples}):
        own = [sample for sample in samples if sample.page.collection == collection]
        others = [sample for sample in samples if sample.page.collection != collection]
        if len(own) >= 50 and len(others) >= 50:
            boosters = train(others, names)
            report_all(f"trained without {collection}", [judged(boosters, s, names) for s in own])


class Judged(NamedTuple):
    """A page's score as it is read, and with trafilatura asked in any case."""

    score: BodyScore
    advised: BodyScore
    is_sure: bool


def judged(boosters: Boosters, sample: Sample, names: Sequence[str]) -> Judged:
    """The score of the blocks that the models take, as ``score_blocks`` goes about it."""
    alone, expected_f1 = _choice(boosters, "alone", sample, names)
    advised, _ = _choice(boosters, "advised", sample, names)
    is_sure = expected_f1 >= SURE
    by_advice = sample.score(advised)
    return Judged(sample.score(alone) if is_sure else by_advice, by_advice, is_sure)


def _choice(boosters: Boosters, model: str, sample: Sample, names: Sequence[str]) -> tuple[Bools, float]:
    columns = sample.columns[model]
    found = np.asarray(boosters[model].predict(matrix(columns, names)))
    probabilities = np.where(candidates(columns), found, 0.0)
    threshold, expected_f1 = best_threshold(probabilities, sample.sizes)
    return probabilities >= threshold, expected_f1


class Node(NamedTuple):
    """A test of a tree. ``first`` to ``end``: the leaves on its left."""

    feature: int
    threshold: np.float32
    first: int
    end: int


def _flatten(tree: dict[str, Any], first: int) -> tuple[list[Node], list[float]]:
    """The nodes and leaves of a subtree whose leftmost leaf is number ``first``."""
    if "leaf_value" in tree:
        return [], [tree["leaf_value"]]
    left_nodes, left_leaves = _flatten(tree["left_child"], first)
    end = first + len(left_leaves)
    right_nodes, right_leaves = _flatten(tree["right_child"], end)
    node = Node(tree["split_feature"], _rounded_down(tree["threshold"]), first, end)
    return [*left_nodes, node, *right_nodes], left_leaves + right_leaves


def _rounded_down(limit: float) -> np.float32:
    """The largest float32 that is at most ``limit``: values are compared as float32."""
    near = np.float32(limit)
    return np.nextafter(near, np.float32(-np.inf)) if near > limit else near


def export(boosters: Boosters, names: Sequence[str]) -> dict[str, Any]:
    """The models as the arrays that ``classifier.read_models`` reads."""
    arrays: dict[str, Any] = {"version": VERSION, "names": np.array(names)}
    for model, booster in boosters.items():
        arrays |= {f"{model}_{part}": values for part, values in _trees(booster).items()}
    return arrays


def _trees(booster: lightgbm.Booster) -> dict[str, Any]:
    """A model's trees as arrays. Leaves are numbered from left to right."""
    trees = [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    feature = np.zeros((len(trees), NODES), dtype=np.int16)
    threshold = np.full((len(trees), NODES), np.inf, dtype=np.float32)
    mask = np.full((len(trees), NODES), 0xFFFF, dtype=np.uint16)
    value = np.zeros((len(trees), LEAVES), dtype=np.float32)
    for number, tree in enumerate(trees):
        nodes, leaves = _flatten(tree, 0)
        value[number, : len(leaves)] = leaves
        for place, node in enumerate(nodes):
            feature[number, place] = node.feature
            threshold[number, place] = node.threshold
            mask[number, place] = 0xFFFF & ~((1 << node.end) - (1 << node.first))
    return {"feature": feature, "threshold": threshold, "mask": mask, "value": value}


def report(title: str, scores: Sequence[BodyScore], more: str = "") -> None:
    """One line of figures."""
    figures = summarise_bodies(scores)
    line = "  ".join(f"{key} {value:.4f}" for key, value in figures.items())
    print(f"{title:32} n {len(scores):4}  {line}{more}", flush=True)


def report_all(title: str, found: Sequence[Judged]) -> None:
    """A line as pages are read, and one with trafilatura asked for each."""
    report(title, [each.score for each in found], f"  asked {1 - np.mean([each.is_sure for each in found]):.2f}")
    report("  asked for every page", [each.advised for each in found])


def main() -> None:
    """Read, cross-validate, train on everything, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--folds", type=int, default=5, help="0 skips cross-validation")
    options = parser.parse_args()
    pages = [page for folder in options.gold for page in read_gold(folder)]
    with ProcessPoolExecutor(2) as pool:
        samples = [sample for sample in pool.map(read_sample, pages, chunksize=8) if sample]
    names = sorted(samples[0].columns["advised"])
    for collection in sorted({sample.page.collection for sample in samples}):
        report(f"oracle {collection}", [s.oracle for s in samples if s.page.collection == collection])
    if options.folds:
        found = cross_validate(samples, names, options.folds)
        where = {sample.page.id: sample.page.collection for sample in samples}
        for collection in sorted(set(where.values())):
            report_all(
                f"cross-validated {collection}", [each for each in found if where[each.score.page] == collection]
            )
        cross_collections(samples, names)
    boosters = train(samples, names)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(options.out, allow_pickle=False, **export(boosters, names))
    print(f"wrote {options.out}: {options.out.stat().st_size / 1000:.0f} kB, {len(names)} features")


if __name__ == "__main__":
    main()
