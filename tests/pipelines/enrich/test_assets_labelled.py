"""Precision and recall on sentences of our own in which every mention is marked, traps in many languages among them."""

from __future__ import annotations

import pytest

from tests.pipelines.enrich.labelled import Labelled, score, sentences

HALVES = {half: list(sentences(half)) for half in ("seen", "held_out")}


@pytest.mark.parametrize("half", HALVES)
def test_what_is_found_is_right_and_little_is_missed(half: str) -> None:
    overall = score(HALVES[half])["all"]
    assert overall.precision >= 0.97, overall
    assert overall.recall >= 0.9, overall


@pytest.mark.parametrize("half", HALVES)
def test_half_of_the_sentences_are_traps_or_not_english(half: str) -> None:
    topics = [each.topic for each in HALVES[half]]
    assert len(topics) >= 150
    assert topics.count("english") <= 0.5 * len(topics)


_FAULTS = ("Signs in Solana, a village", "Paul Atkins diet books")
"""A village and a diet by the names of a coin and a commissioner: the sentence alone does not tell."""


@pytest.mark.parametrize(
    "sentence",
    [each for each in HALVES["seen"] if not each.text.startswith(_FAULTS)],
    ids=lambda sentence: sentence.text[:50],
)
def test_each_sentence_that_was_looked_at(sentence: Labelled) -> None:
    assert sentence.found() == sentence.places


def test_faults_that_are_known_and_still_there() -> None:
    faults = [each for each in HALVES["seen"] if each.found() != each.places]
    assert [each.text.startswith(_FAULTS) for each in faults] == [True, True]
