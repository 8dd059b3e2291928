"""What of a text is removed and added, by the word."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.diff import MAX_ALIGNED, Op, Segment, abridged, count_words, diff

KEPT, REMOVED, ADDED, SKIPPED = Op.KEPT, Op.REMOVED, Op.ADDED, Op.SKIPPED


def marked(old: str, new: str) -> str:
    """The changes on one line: ``[-removed-]`` and ``[+added+]``."""
    signs = {KEPT: ("", ""), REMOVED: ("[-", "-]"), ADDED: ("[+", "+]")}
    return "".join(f"{signs[it.op][0]}{it.text}{signs[it.op][1]}" for it in diff(old, new)).replace("\n\n", "¶")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ""),
        ("", "A word", "[+A word¶+]"),
        ("A word", "", "[-A word¶-]"),
        ("Fees fell on Monday", "Fees rose on Monday", "Fees [-fell -][+rose +]on Monday¶"),
        ("One.\n\nTwo.\n\nThree.", "One.\n\nThree.", "One.¶[-Two.¶-]Three.¶"),
        ("Fees fell. Miners left. It rained.", "Fees fell. It rained.", "Fees fell. [-Miners left. -]It rained.¶"),
        (
            "It rained. Fees fell.",
            "It rained. Nobody was hurt at all.",
            "It rained. [-Fees fell.¶-][+Nobody was hurt at all.¶+]",
        ),
        ("晴れです。雨です。", "晴れです。", "晴れです。[-雨です。-]¶"),
        ("One.\n\nTwo.", "One.\n\nNew.\n\nTwo.", "One.¶[+New.¶+]Two.¶"),
        ("A paragraph. Its end.", "A paragraph.\n\nIts end.", "A paragraph.¶Its end.¶"),
        ("The bank doesn't pay $1,200.50", "The bank doesn't pay $900", "The bank doesn't pay $[-1,200.50¶-][+900¶+]"),
        ("Nothing alike in here", "Entirely other words stand there", None),
        ("今日は晴れです", "今日は雨です", "今日は[-晴れ-][+雨+]です¶"),
    ],
)
def test_changes(old: str, new: str, expected: str | None) -> None:
    """Of two texts with hardly a common word each is shown whole."""
    assert marked(old, new) == (expected if expected is not None else f"[-{old}¶-][+{new}¶+]")


@pytest.mark.parametrize(
    ("text", "words"), [("", 0), ("Don't pay $1,200.50 - ever!", 4), ("BTC/USD ERC-20", 3), ("今日は", 3), ("… — !", 0)]
)
def test_count_words(text: str, words: int) -> None:
    assert count_words(text) == words


blocks = st.lists(st.text("ab ,.今\n", min_size=1), max_size=8).map("\n\n".join)


@given(old=blocks, new=blocks)
def test_no_word_is_made_up_or_forgotten(old: str, new: str) -> None:
    pieces = diff(old, new)
    sides = ["".join(it.text for it in pieces if it.op in (KEPT, op)).split() for op in (REMOVED, ADDED)]
    assert ["".join(side) for side in sides] == ["".join(old.split()), "".join(new.split())]


@pytest.mark.parametrize(
    "old",
    ["a b " * 50_000, "word " * 100_000, "\n\n".join("xy" * (at % 7) for at in range(20_000)), "-'" * 100_000],
    ids=["alternating", "repeated", "blocks", "punctuation"],
)
def test_hostile_texts_take_bounded_time(old: str) -> None:
    began = time.process_time()
    diff(old, f"b {old[::-1]} a")
    assert time.process_time() - began < 5


def test_a_long_text_edited_everywhere_is_compared_block_by_block() -> None:
    old = [
        f"Paragraph {at} holds some twelve words that are the same on either side." for at in range(MAX_ALIGNED // 4)
    ]
    pieces = diff("\n\n".join(old), "\n\n".join(f"{block} Yes" for block in old))
    assert {it.text for it in pieces if it.op is ADDED} == {"Yes\n\n"}
    assert not [it for it in pieces if it.op is REMOVED]


def test_long_unchanged_stretches_are_left_out() -> None:
    shown = abridged([Segment(KEPT, "word " * 1000), Segment(REMOVED, "gone "), Segment(KEPT, "short")])
    assert [piece.op for piece in shown] == [KEPT, SKIPPED, KEPT, REMOVED, KEPT]
    assert shown[1].text == "904 words unchanged"


def test_what_is_shown_is_bounded() -> None:
    shown = abridged([Segment(op, "word " * 5_000) for op in (REMOVED, ADDED, REMOVED)])
    assert sum(len(piece.text) for piece in shown) < 45_000
    assert shown[-1].op is SKIPPED
