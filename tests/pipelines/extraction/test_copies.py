from __future__ import annotations

import pytest

from pipelines.extraction import extract_article
from pipelines.extraction.copies import second_copies
from pipelines.items import RawPage

STORY = [
    f"Paragraph {number} of the story says what the council of {place} decided about its new exchange, and on which "
    f"day of the spring the {number} members who were present voted for it in the end."
    for number, place in enumerate(("Arden", "Brook", "Colby", "Dover"), 1)
]


@pytest.mark.parametrize(
    ("texts", "copies"),
    [
        (["Lead", *STORY, "Between", *STORY], {6, 7, 8, 9}),
        ([*STORY, *STORY, *STORY], set(range(4, 12))),
        ([*STORY, STORY[0]], set()),
        ([*STORY, *reversed(STORY)], set()),
        (["Buy", "Sell", "Hold the coin"] * 30, set()),
        ([STORY[0]] * 5, set()),
        ([], set()),
    ],
    ids=["twice", "three times", "one quoted again", "another order", "short lines", "one line only", "nothing"],
)
def test_a_run_that_repeats_in_order_is_a_copy(texts: list[str], copies: set[int]) -> None:
    assert second_copies(texts) == copies


def test_a_page_that_holds_its_story_twice_gives_it_once() -> None:
    story = "".join(f"<p>{text}</p>" for text in STORY)
    page = f"<html><body><article><h1>The vote</h1><div>{story}</div><div>{story}</div></article></body></html>"
    article = extract_article(RawPage("https://ledger.example/news/vote", page.encode()))
    assert article.body.split("\n\n") == STORY
    assert {(each.reason, each.rule) for each in article.removed if each.text in STORY} == {("copy", "second-copy")}
