"""Which blocks are body, on pages small enough to read."""

import numpy as np
import pytest

from pipelines.extraction import body
from pipelines.extraction.alignment import words
from pipelines.extraction.blocks import segment
from pipelines.extraction.body import page_summary, page_titles, score_blocks, trafilatura_text, vote
from pipelines.extraction.document import Document, parse_document
from pipelines.items import RawPage

STORY = [
    "The Harbour exchange resumed withdrawals on Monday after engineers replaced the service that signs them.",
    "Clients had waited two days. “We owe them an account of every hour,” the exchange's head of operations said.",
    "The fault began with a certificate that nobody had renewed, according to a note the exchange sent its auditors.",
    "Regulators in three countries asked for the note; two of them said they would look no further into the matter.",
    "Volumes recovered within the hour, and the exchange's own token closed the day a little higher than it began.",
]
PAGE = f"""<!doctype html><html><head>
<title>Harbour resumes withdrawals | The Daily Block</title>
<meta property="og:title" content="Harbour resumes withdrawals">
<meta name="description" content="Two days without withdrawals end at Harbour.">
</head><body>
<nav><ul><li><a href="/m">Markets</a></li><li><a href="/p">Policy</a></li><li><a href="/t">Tech</a></li></ul></nav>
<main><article><h1>Harbour resumes withdrawals</h1>
<div class="byline">By Rosa Keel · 3 February 2031</div>
<div class="entry-content">{"".join(f"<p>{line}</p>" for line in STORY[:3])}
<h2>What the auditors were told</h2>{"".join(f"<p>{line}</p>" for line in STORY[3:])}</div></article>
<aside class="related-posts"><h3>Read next</h3><ul><li><a href="/1">Why custody is hard</a></li>
<li><a href="/2">Ten exchanges, ten ways to sign</a></li></ul></aside></main>
<footer><p>© 2031 The Daily Block. All rights reserved.</p></footer></body></html>"""


def document_of(markup: str) -> Document:
    return parse_document(RawPage("https://daily.example/story", markup.encode()))


def body_of(document: Document) -> list[str]:
    assert document.body is not None
    blocks = segment(document.body)
    scores = score_blocks(document, blocks)
    assert len(scores) == len(blocks)
    assert all(0.0 <= score <= 1.0 for score in scores)
    return [block.text for block, score in zip(blocks, scores, strict=True) if score >= 0.5]


def test_the_story_and_its_heading_are_body_and_nothing_else_is() -> None:
    assert body_of(document_of(PAGE)) == [*STORY[:3], "What the auditors were told", *STORY[3:]]


def asked(monkeypatch: pytest.MonkeyPatch, markup: str) -> int:
    calls: list[Document] = []

    def spy(document: Document) -> str:
        calls.append(document)
        return trafilatura_text(document)

    monkeypatch.setattr(body, "trafilatura_text", spy)
    body_of(document_of(markup))
    return len(calls)


def test_trafilatura_is_not_asked_about_a_plain_story(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, PAGE) == 0


def test_trafilatura_is_asked_once_where_the_story_is_hard_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    teasers = "".join(f"<div><a href='/{number}'>{line}</a> 3 min</div>" for number, line in enumerate(STORY))
    assert asked(monkeypatch, f"<body><div>{STORY[0]}</div>{teasers}</body>") == 1


def test_scoring_leaves_the_shared_tree_as_it_was() -> None:
    document = document_of(PAGE)
    assert document.body is not None
    before = [(block.text, block.element) for block in segment(document.body)]
    body_of(document)
    assert [(block.text, block.element) for block in segment(document.body)] == before


def test_a_vote_falls_only_where_the_text_stands() -> None:
    blocks = ["Nobody lost funds.", "The bridge was paused on Sunday.", "Nobody lost funds.", "Share this"]
    votes = vote([words(block) for block in blocks], "The bridge was paused on Sunday.\nNobody lost funds.")
    assert votes.tolist() == [0.0, 1.0, 1.0, 0.0]


def test_half_of_a_block_is_half_a_vote() -> None:
    assert vote([words("one two three four")], "one two").tolist() == [0.5]


def test_a_plain_text_dump_is_left_to_the_rules() -> None:
    document = document_of("Just a line of text.")
    assert document.root is None
    assert score_blocks(document, []) == []


@pytest.mark.parametrize(
    "markup",
    [
        "<html><body></body></html>",
        "<html><body><p></p></body></html>",
        "<html><body><p>Three short words</p></body></html>",
        "<body>" + "<div>" * 600 + "<p>" + STORY[0] + "</p>",
        "<body>" + "<p>same words again and again</p>" * 3000,
        "<body><table>" + "<tr><td>1</td></tr>" * 2000,
    ],
    ids=["empty", "no text", "tiny", "deep", "repeated", "table"],
)
def test_odd_pages_are_scored_without_trouble(markup: str) -> None:
    body_of(document_of(markup))


def test_title_variants_and_summary_come_from_the_head() -> None:
    document = document_of(PAGE)
    assert page_titles(document) == ("Harbour resumes withdrawals | The Daily Block", "Harbour resumes withdrawals")
    assert page_summary(document) == "Two days without withdrawals end at Harbour."


def test_the_same_page_always_scores_the_same() -> None:
    first, second = document_of(PAGE), document_of(PAGE)
    assert first.body is not None
    assert second.body is not None
    assert np.array_equal(score_blocks(first, segment(first.body)), score_blocks(second, segment(second.body)))
