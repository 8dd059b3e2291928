"""Words matched by place: what repeats elsewhere on the page must not count as taken."""

import numpy as np
import pytest

from pipelines.extraction.alignment import matched_words, words

STORY = "The bridge was paused on Sunday after a routine check. Nobody lost funds, its operator said."


def taken(page: str, text: str) -> str:
    """The words of ``page`` that are part of ``text``."""
    found = words(page)
    return " ".join(word for word, match in zip(found, matched_words(found, words(text)), strict=True) if match)


@pytest.mark.parametrize(
    ("page", "text", "expected"),
    [
        ("Home Markets " + STORY + " Share this", STORY, STORY),
        ("Nobody lost funds. " + STORY, STORY, STORY),  # a teaser repeats half a sentence before the story
        (STORY + " Nobody lost funds.", STORY, STORY),
        ("Share this " + STORY, "", ""),
        ("", STORY, ""),
        ("one two", "two", "two"),
        ("取引所は出金を再開した。会員限定", "出金を再開した", "出金を再開した"),
    ],
)
def test_words_are_matched_where_they_stand(page: str, text: str, expected: str) -> None:
    assert taken(page, text) == " ".join(words(expected))


def test_a_page_that_prints_its_story_twice_matches_once() -> None:
    found = words(STORY + " " + STORY)
    assert int(matched_words(found, words(STORY)).sum()) == len(words(STORY))


def test_a_changed_word_costs_only_itself() -> None:
    assert taken(STORY, STORY.replace("routine", "planned")).split() == [w for w in words(STORY) if w != "routine"]


def test_long_texts_with_nothing_in_common_are_no_trouble() -> None:
    first = [f"a{i % 50}" for i in range(20_000)]
    second = [f"b{i % 50}" for i in range(20_000)]
    assert not np.any(matched_words(first, second))
