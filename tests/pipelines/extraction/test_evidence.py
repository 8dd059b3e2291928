"""What the ledger says of blocks that only the model took out."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.apart import MORE, PROSE, apart

BODY = f"<article><p data-body=1>{PROSE}</p><p data-body=1>{MORE}</p>"


@pytest.mark.parametrize(
    ("markup", "reason", "rule"),
    [
        ("<p>Stand: 28.04.2026 17:23 Uhr</p>", "byline", "model: date"),
        ("<p>imago images / Ada Kim</p>", "caption", "model: credit"),
        ('<div class="storyTeaser__text"><p>Nobody saw it come</p></div>', "related_block", "model: class teaser"),
        ('<div class="mod"><p id="author-line">Ada Kim</p></div>', "byline", "model: class author"),
        ('<div class="story-crumbs"><p>Home » News » Harbor</p></div>', "navigation", "model: class crumbs"),
        ('<label><p class="x1">Your name, please</p></label>', "navigation", "model: label"),
        ('<p><a href="/2026/04/the-harbor-sleeps">The harbor sleeps at last tonight</a></p>', "related_block", None),
        ('<p><a href="/all">All stories</a></p>', "navigation", "model: link"),
        ("<p>Nobody knows what this is</p>", "model", "model"),
    ],
)
def test_the_page_says_what_a_block_is(markup: str, reason: str, rule: str | None) -> None:
    [removed] = apart(f"{BODY}{markup}</article>", keep=False).removed
    assert removed.reason == reason
    assert removed.rule == rule or rule is None


def test_a_line_in_a_box_with_a_known_one_is_of_its_kind() -> None:
    link = '<a href="/2026/04/the-harbor-sleeps">The harbor sleeps again tonight</a>'
    box = f"<div><div><p>The story so far</p><p>{link}</p></div></div>"
    first, second = apart(f"{BODY}{box}</article>", keep=False).removed
    assert (first.reason, first.rule) == (second.reason, "model: beside related_block")


def test_evidence_gives_no_links_and_keeps_no_block_from_its_table() -> None:
    rows = "".join(
        f"<tr {'data-body=1' if row else ''} class='card'><td>{row} coins</td><td>{PROSE}</td></tr>" for row in range(4)
    )
    teaser = (
        '<div class="teaser"><p>Look at <a href="/2026/04/the-harbor-sleeps">the harbor that sleeps</a> now</p></div>'
    )
    parts = apart(f"{BODY}<table>{rows}</table>{teaser}</article>", keep=False)
    assert [block.text[:7] for block in parts.body][2:] == ["0 coins", "1 coins", "2 coins", "3 coins"]
    assert [block.rule for block in parts.removed] == ["model: class teaser"]
    assert parts.links == ()


def test_labels_side_by_side_are_set_apart() -> None:
    [removed] = apart(f"{BODY}<div><span>By Ada Kim</span><span>Sep 3</span></div></article>", keep=False).removed
    assert removed.text == "By Ada Kim Sep 3"
    word = f"<div><span>C</span><span>OIN</span></div><p><b>Coin</b><b>Desk</b> {PROSE}</p>"
    assert [block.text[:9] for block in apart(f"<article>{word}</article>").body] == ["COIN", "CoinDesk "]
