"""Near-duplicates: labelled pairs, what a sketch is and is not of, and how long a hostile body takes."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from bench.duplicates import Pair, Text, is_found, judged, precision_and_recall, texts
from pipelines.enrich.duplicates import TEXT_BANDS, Reading, added_words, estimate, likeness, sketch
from pipelines.enrich.wires import from_wire

TEXTS = texts()
PAIRS = judged()
BRIDGE = TEXTS["bridge"]


@pytest.mark.parametrize("name", ["seen", "held"])
def test_labelled_pairs(name: str) -> None:
    found = [each for each in PAIRS if each[0].set == name]
    precision, recall = precision_and_recall(found)
    mistakes = [pair.name for pair, is_hit in found if is_hit != pair.same]
    assert precision >= 0.98, mistakes
    assert recall >= 0.95, mistakes


def test_pairs_are_enough_of_either_kind() -> None:
    for name in ("seen", "held"):
        same = [pair.same for pair, _ in PAIRS if pair.set == name]
        assert min(same.count(True), same.count(False)) >= 15


def test_any_two_of_the_texts_are_two_stories() -> None:
    alike = [(one, other) for one in TEXTS for other in TEXTS if one < other and is_found(TEXTS[one], TEXTS[other])]
    assert alike == []


def test_a_wrong_answer_costs_precision_and_a_missed_one_recall() -> None:
    same, other = (Pair("", "", "seen", is_same, BRIDGE, BRIDGE) for is_same in (True, False))
    assert precision_and_recall([(same, True), (same, False), (other, False)]) == (1.0, 0.5)
    assert precision_and_recall([(same, True), (other, True)]) == (0.5, 1.0)


def test_a_sketch_is_the_same_however_the_body_is_spaced_and_whatever_its_numbers() -> None:
    article = BRIDGE.article
    again = sketch(replace(article, body=article.body.replace("\n\n", " \n").replace("34%", "31%").upper()))
    found = sketch(article)
    assert found
    assert again
    assert (found.signature, found.bands[:TEXT_BANDS]) == (again.signature, again.bands[:TEXT_BANDS])


def test_what_a_sketch_is_of_is_stored_and_must_not_change() -> None:
    """A change here makes stored sketches useless; ``newsmint enrich`` makes them again, once ENRICHER is another."""
    found = sketch(BRIDGE.article)
    assert found is not None
    assert len(found.signature) == 256
    assert len(set(found.bands)) == TEXT_BANDS + 3
    assert len(sketch(replace(BRIDGE.article, body="word and other words " * 9)).bands) == TEXT_BANDS  # type: ignore[union-attr]
    assert all(0 <= band < 2**63 for band in found.bands)
    assert found.bands[0] == BAND


BAND = 180179040584443581


@pytest.mark.parametrize("body", ["", "Subscribe to read on.", "word " * 19, "…" * 500, "\n\n"])
def test_a_body_without_words_enough_has_none(body: str) -> None:
    assert sketch(replace(BRIDGE.article, body=body)) is None


def test_signatures_tell_how_alike_bodies_are() -> None:
    half = replace(BRIDGE.article, body="\n\n".join(BRIDGE.body.split("\n\n")[:3]))
    one, other, third = sketch(BRIDGE.article), sketch(half), sketch(TEXTS["tarvia"].article)
    assert one
    assert other
    assert third
    assert estimate(one.signature, one.signature) == 1
    assert 0.4 < estimate(one.signature, other.signature) < 0.8
    assert estimate(one.signature, third.signature) < 0.1
    assert estimate(one.signature, b"") == 0


def test_added_words_are_those_of_new_passages() -> None:
    first = Reading.of(BRIDGE.title, BRIDGE.body)
    assert added_words(first, first) == 0
    longer = Reading.of(BRIDGE.title, f"Seven words that nobody wrote before today.\n\n{BRIDGE.body}")
    assert added_words(longer, first) == 7
    assert added_words(first, longer) == 0


def test_empty_texts_are_not_alike() -> None:
    assert likeness(Reading.of(None, ""), Reading.of(None, "")) is None
    assert likeness(Reading.of("A title", "One word"), Reading.of("A title", BRIDGE.body)) is None


@pytest.mark.parametrize(
    "body",
    ["word " * 1_000_000, "1.1,1:" * 300_000, "A" * 2_000_000, "Aa " * 500_000, "北" * 1_000_000, "\ud800 " * 500_000],
    ids=["words", "numbers", "letters", "names", "characters", "surrogates"],
)
def test_hostile_bodies_take_bounded_time(body: str) -> None:
    began = time.process_time()
    sketch(replace(BRIDGE.article, body=body))
    likeness(Reading.of("", body), Reading.of("", f"{body[:-1]} end"))
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ("COLBY, Nov. 20, 2026 /PRNewswire/ -- Quillon Labs", True),
        ("HARBOUR CITY--(BUSINESS WIRE)--Quillon Labs", True),
        ("COLBY, Nov. 20, 2026 (GLOBE NEWSWIRE) -- Quillon", True),
        ("Varo, Tarvia, November 20th, 2026, Chainwire", True),
        ("Shares of the chain wired to the fund fell", False),
        ("The business wire service went on strike", False),
        ("", False),
    ],
)
def test_wires_name_themselves_in_the_lead(lead: str, expected: bool) -> None:
    assert from_wire(lead) is expected
    assert not from_wire(f"{'A long story. ' * 60}{lead}")


def test_a_copy_stands_out_among_texts_of_its_template() -> None:
    """All are alike but for numbers; what is added at the end leaves those bands as they are."""
    table = TEXTS["table"].article
    copy = sketch(replace(table, body=f"{table.body}\n\nReported by our own desk."))
    other = sketch(replace(table, body=table.body.translate(str.maketrans("0123456789", "1234567890"))))
    mine = sketch(table)
    assert mine
    assert copy
    assert other
    assert mine.bands[:TEXT_BANDS] == other.bands[:TEXT_BANDS]
    assert not set(mine.bands[TEXT_BANDS:]) & set(other.bands)
    assert set(mine.bands[TEXT_BANDS:]) <= set(copy.bands)


def test_a_flash_of_two_sentences_is_told_from_the_next_by_its_numbers() -> None:
    flash = TEXTS["flash"]
    assert not is_found(
        flash, Text(flash.title, flash.body.replace("59,984.10", "59,912.00").replace("14:05", "15:20"))
    )
    assert is_found(flash, Text("Bitcoin slips", flash.body))
