"""Our figures against hand-worked ones, and against the reference scorer where it is at hand."""

import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest

from bench.scoring import Tally, score_body, summarise_bodies

TEXT = "One two three four five. Six seven eight."
GOLD: dict[str, Any] = {
    "id": "a",
    "text": TEXT,
    "title": "A title",
    "date": "2031-02-03T04:05:06Z",
    "author": "Ada Lovelace and Max Born",
    "headings": ["Part one", "Part two"],
    "with": ["three four fi"],
    "without": ["Read also", "eight"],
}


@pytest.mark.parametrize(
    ("body", "precision", "recall", "exact"),
    [
        ("One two three four five. Six seven eight.", 1.0, 1.0, True),
        ("One two three four five", 1.0, 0.4, False),  # 2 of 5 runs of four words
        ("Read also one more. One two three four five. Six seven eight.", 5 / 9, 1.0, False),
        ("", 0.0, 0.0, False),
    ],
)
def test_bodies_are_compared_by_runs_of_four_words(body: str, precision: float, recall: float, exact: bool) -> None:
    score = score_body("a", TEXT, body)
    assert [score.precision, score.recall] == pytest.approx([precision, recall])
    assert score.exact is exact


def test_f1_is_of_the_means_and_an_empty_body_counts_only_against_recall() -> None:
    whole, none = score_body("a", TEXT, TEXT), score_body("b", TEXT, "")
    assert summarise_bodies([whole, none]) == pytest.approx(
        {"precision": 1.0, "recall": 0.5, "f1": 2 / 3, "exact": 0.5}
    )


def test_everything_else_is_tallied_by_page() -> None:
    tally = Tally()
    tally.add(
        GOLD,
        {
            "body": TEXT,
            "title": "A Title!",
            "authors": ["Max Born", "Ada Lovelace"],
            "published_at": "2031-02-03",
            "headings": [{"text": "part one"}, {"text": "Share"}],
        },
    )
    found = tally.summary()
    assert found["title"] == found["date"] == found["author"] == found["kept"] == 1.0
    assert found["leaked"] == 0.5
    assert found["headings_f1"] == pytest.approx(0.5)


def test_the_reference_scorer_agrees() -> None:
    reference = Path(os.environ.get("NEWSMINT_REFERENCE_SCORER", "shared/bench/score.py"))
    if not reference.is_file():
        pytest.skip("NEWSMINT_REFERENCE_SCORER names no file: not compared with the reference scorer")
    spec = importlib.util.spec_from_file_location("reference_score", reference)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    bodies = [TEXT, "One two three four five. Read also. Six seven eight nine", ""]
    pages = [{**GOLD, "id": str(number)} for number in range(len(bodies))]
    articles = [
        {"body": body, "title": "A title", "authors": ["Ada Lovelace"], "headings": ["Part one"]} for body in bodies
    ]
    tally = Tally()
    for page, article in zip(pages, articles, strict=True):
        tally.add(page, article)
    wanted, _ = module.score(pages, {str(number): article for number, article in enumerate(articles)})
    found = tally.summary()
    for key in ("f1", "precision", "recall", "exact", "headings_f1", "kept", "leaked", "title", "author"):
        assert found[key] == pytest.approx(wanted[key]), key
