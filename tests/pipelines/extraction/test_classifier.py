"""The model file against the library that trained it, and the threshold rule."""

from io import BytesIO

import numpy as np
import pytest

from pipelines.errors import BadInput
from pipelines.extraction.classifier import LEAVES, NODES, BlockModel, best_threshold, load_models, read_models
from pipelines.extraction.features.columns import Columns

COLUMNS = ("trafilatura", "resiliparse", "main_above", "alike_trafilatura", "lead")


def stump(feature: int, threshold: float, left: float, right: float) -> BlockModel:
    """One tree with one split."""
    features = np.zeros(NODES, dtype=np.int64)
    thresholds = np.full(NODES, np.inf, dtype=np.float32)
    masks = np.full(NODES, 0xFFFF, dtype=np.uint16)
    values = np.zeros((1, LEAVES), dtype=np.float32)
    features[0], thresholds[0], masks[0] = feature, threshold, 0xFFFE
    values[0, :2] = left, right
    return BlockModel("test", COLUMNS, features, thresholds, masks, values)


def columns(**given: list[float]) -> Columns:
    count = len(next(iter(given.values())))
    return {name: np.array(given.get(name, [0.0] * count)) for name in COLUMNS}


def test_a_value_at_the_threshold_goes_left() -> None:
    model = stump(0, 0.5, left=-2.0, right=2.0)
    found = model.probabilities(columns(trafilatura=[0.5, 0.6]))
    assert found == pytest.approx([1 / (1 + np.exp(2)), 1 / (1 + np.exp(-2))])


def test_blocks_far_from_any_vote_are_not_even_looked_at() -> None:
    model = stump(0, 0.5, left=5.0, right=5.0)
    found = model.probabilities(columns(trafilatura=[0.0, 0.0], main_above=[9.0, 1.0]))
    assert found[0] == 0.0
    assert found[1] > 0.9


@pytest.mark.parametrize(
    ("probabilities", "threshold", "expected_f1"),
    [
        ([0.99, 0.98, 0.02], 0.5, 0.99),  # sure of all: one half
        ([0.4, 0.4, 0.4, 0.01], 0.4, 0.57),  # sure of none: better all three than nothing
        ([0.05, 0.05], 0.3, 0.10),  # but never on next to no evidence
    ],
)
def test_the_threshold_falls_where_the_model_is_unsure(
    probabilities: list[float], threshold: float, expected_f1: float
) -> None:
    sizes = np.full(len(probabilities), 50.0)
    found, expected = best_threshold(np.array(probabilities), sizes)
    assert found == pytest.approx(threshold)
    assert expected == pytest.approx(expected_f1, abs=0.005)


def test_the_packaged_models_are_small_and_whole() -> None:
    models = load_models()
    for model in (models.alone, models.advised):
        assert model.feature.max() < len(model.names)
        assert len(model.feature) == len(model.threshold) == len(model.mask) == NODES * len(model.value)
        assert np.isfinite(model.value).all()


def test_a_file_of_one_model_is_refused_by_name() -> None:
    file = BytesIO()
    np.savez_compressed(file, version="1", names=np.array(COLUMNS), value=np.zeros((1, LEAVES)))
    with pytest.raises(BadInput, match="advised_feature is not there"):
        read_models(file.getvalue())


def test_a_single_array_is_no_file_of_models() -> None:
    file = BytesIO()
    np.save(file, np.zeros(3))
    with pytest.raises(BadInput, match="a single one"):
        read_models(file.getvalue())


def test_trees_read_back_as_the_training_library_evaluates_them() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    from bench.train_blocks import PARAMETERS, export

    rng = np.random.default_rng(0)
    rows = rng.normal(size=(3000, len(COLUMNS))).astype(np.float32)
    rows[:, 0] = np.abs(rows[:, 0]) + 0.01  # every row a candidate
    labels = {"alone": rows[:, 4] > 0, "advised": rows[:, 1] * rows[:, 2] + rows[:, 3] > 0}
    boosters = {
        model: lightgbm.train({**PARAMETERS, "num_threads": 1}, lightgbm.Dataset(rows, right.astype(int)), 20)
        for model, right in labels.items()
    }
    file = BytesIO()
    np.savez_compressed(file, allow_pickle=False, **export(boosters, COLUMNS))
    models = read_models(file.getvalue())
    columns = {name: rows[:, i].astype(np.float64) for i, name in enumerate(COLUMNS)}
    assert models.alone.probabilities(columns) == pytest.approx(boosters["alone"].predict(rows), abs=1e-5)
    assert models.advised.probabilities(columns) == pytest.approx(boosters["advised"].predict(rows), abs=1e-5)
