"""The article's own headings: marked up, bold or styled; none of the furniture's."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.apart import MORE, PROSE, apart

BOLD = "<p><strong>{}</strong></p>"
STYLED = '<div class="article-subheading">{}</div>'
TWO = ("Why They Left", "What Stays Behind")

CASES = [
    ("levels are kept, a second h1 is a section", "<h2>{}</h2>", "<h1>{}</h1>", [(2, TWO[0], 1), (2, TWO[1], 3)]),
    ("deeper levels", "<h2>{}</h2>", "<h3>{}</h3>", [(2, TWO[0], 1), (3, TWO[1], 3)]),
    ("bold paragraphs, where the page has two alike", BOLD, BOLD, [(2, TWO[0], 1), (2, TWO[1], 3)]),
    ("styled divs", STYLED, STYLED, [(2, TWO[0], 1), (2, TWO[1], 3)]),
    ("bold paragraphs below marked headings", "<h2>{}</h2>", BOLD, [(2, TWO[0], 1)]),
    ("one bold line is emphasis", "<p>{}</p>", BOLD, []),
    ("a bold sentence is a sentence", "<p><b>{}.</b></p>", "<p><b>{}.</b></p>", []),
]


@pytest.mark.parametrize(("first", "second", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_headings(first: str, second: str, expected: list[tuple[int, str, int]]) -> None:
    markup = f"<p>{PROSE}</p>{first.format(TWO[0])}<p>{MORE}</p>{second.format(TWO[1])}<p>{PROSE}</p>"
    parts = apart(f"<article>{markup}</article>")
    assert [(heading.level, heading.text, heading.position) for heading in parts.headings] == expected
    assert all(parts.body[heading.position].text == heading.text for heading in parts.headings)


def test_a_heading_with_nothing_below_it_is_not_the_articles() -> None:
    parts = apart(f"<article><p>{PROSE}</p><p>{MORE}</p><h2>Stay close</h2></article>")
    assert (parts.headings, [block.rule for block in parts.removed]) == ((), ["dangling-heading"])


def test_lines_set_apart_from_the_paragraphs_are_headings() -> None:
    apart_line = '<p class="x">{}</p>'
    markup = "".join(
        f"{apart_line.format(line)}<div><p>{text}</p></div>" for line, text in zip(TWO, (MORE, PROSE), strict=True)
    )
    parts = apart(f"<article><div><p>{PROSE}</p></div>{markup}</article>")
    assert [heading.text for heading in parts.headings] == [*TWO]


def test_a_bold_byline_above_the_text_is_no_heading() -> None:
    lines = "".join(f"{BOLD.format(line)}<p>{text}</p>" for line, text in zip(TWO, (MORE, PROSE), strict=True))
    parts = apart(f"<article>{BOLD.format('Ada Quill')}<p>{PROSE}</p>{lines}</article>")
    assert ([heading.text for heading in parts.headings], parts.body[0].text) == ([*TWO], "Ada Quill")


def test_a_box_whose_content_is_gone_leaves_no_heading() -> None:
    box = '<div><h3 data-score="0.7">A chart of it</h3><p data-score="0">Trucks a day</p></div>'
    parts = apart(f"<article><p>{PROSE}</p>{box}<p>{MORE}</p><h2>{TWO[0]}</h2><p>{PROSE}</p></article>")
    assert [heading.text for heading in parts.headings] == [TWO[0]]
    assert ("bare-heading", "A chart of it") in [(block.rule, block.text) for block in parts.removed]


def test_a_heading_said_again_above_nothing_goes() -> None:
    again = f'<h2 data-score="0.6">{TWO[0]}</h2><p data-score="0">{MORE}</p>'
    parts = apart(f"<article><h2>{TWO[0]}</h2><p>{PROSE}</p>{again}<h2>{TWO[1]}</h2><p>{MORE}</p></article>")
    assert [heading.text for heading in parts.headings] == [*TWO]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ('<h2 class="mid" data-score="0.3">{}</h2>', [*TWO]),
        ('<h2 class="mid" data-score="0.3"><a href="/2025/01/an-older-story-of-the-port">{}</a></h2>', [*TWO]),
        ('<h2 class="other" data-score="0.3">{}</h2>', [TWO[0]]),
        ('<h2 class="mid" data-score="0.1">{}</h2>', [TWO[0]]),
        ('<h2 class="mid" data-score="0.3">{}</h2><h2 data-score="0">Newest</h2>', [TWO[0]]),
    ],
    ids=["set alike", "a link", "set otherwise", "too doubtful", "nothing below"],
)
def test_a_heading_that_the_model_missed(second: str, expected: list[str]) -> None:
    first = f'<p>{PROSE}</p><h2 class="mid">{TWO[0]}</h2><p>{MORE}</p>'
    parts = apart(f"<article>{first}{second.format(TWO[1])}<p>{PROSE}</p></article>")
    assert [heading.text for heading in parts.headings] == expected


@pytest.mark.parametrize(
    ("classes", "rest"), [("sr-only", []), ("sr-only md:not-sr-only", [TWO[0]]), ("part", [TWO[0]])]
)
def test_a_heading_for_screen_readers_only_is_the_pages(classes: str, rest: list[str]) -> None:
    parts = apart(f'<article><p>{PROSE}</p><h2 class="{classes}">{TWO[0]}</h2><p>{MORE}</p></article>')
    assert [heading.text for heading in parts.headings] == rest


def test_the_title_again_is_a_line_of_the_body() -> None:
    parts = apart(
        f"<article><p>{PROSE}</p><h2>A Title of Its Own</h2><p>{MORE}</p></article>", title="A title of its own"
    )
    assert ([*parts.headings], len(parts.body)) == ([], 3)


def test_a_paragraph_marked_as_heading_is_a_paragraph() -> None:
    parts = apart(f"<article><h2>{PROSE}{MORE}</h2><p>{MORE}</p></article>")
    assert (parts.headings, len(parts.body)) == ((), 2)


@pytest.mark.parametrize(
    ("line", "is_heading"),
    [
        ("The port hands its register to four clerks.", False),
        ("What the four clerks of the port will do with a register nobody else wanted to keep", False),
        ("Will the four clerks of the port keep a register that nobody else wanted to have?", True),
        ("Why They Left", True),
    ],
)
def test_a_sentence_above_the_first_paragraph_is_the_standfirst(line: str, is_heading: bool) -> None:
    parts = apart(f"<article><h2>{line}</h2><p>{PROSE}</p><h2>{TWO[1]}</h2><p>{MORE}</p></article>")
    assert [heading.text for heading in parts.headings] == [*([line] if is_heading else []), TWO[1]]
    assert parts.body[0].text == line
