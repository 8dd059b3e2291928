"""Segmentation: what a reader sees as one paragraph, item, row or heading is one block, and no visible text is lost."""

import pytest

from pipelines.extraction.blocks import Block, Kind, segment, tag_path
from pipelines.extraction.document import parse_document
from pipelines.items import RawPage


def blocks_of(markup: str) -> list[Block]:
    page = RawPage("https://daily.example/story", f"<html><body>{markup}</body></html>".encode())
    body = parse_document(page).body
    assert body is not None
    return segment(body)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>One <b>two</b> three.</p>", ["One two three."]),
        ("<p>One<span>two</span></p>", ["Onetwo"]),
        ("<p>One</p>bare<p>Two</p>", ["One", "bare", "Two"]),
        ("<div>One<br><br>Two</div>", ["One", "Two"]),
        ("<p>One<br>two</p>", ["One two"]),
        ("<div>Notice.<br><p>Story.</p></div>", ["Notice.", "Story."]),
        ("<ul><li>One<ul><li>Inner</li></ul></li><li>Two</li></ul>", ["One", "Inner", "Two"]),
        ("<p>Before <script>x()</script>after</p>", ["Before after"]),
        ("<table><tr><td>BTC</td><td>5</td></tr><tr><td>ETH</td><td>6</td></tr></table>", ["BTC | 5", "ETH | 6"]),
        ("<table><tr><td><article><p>One</p><p>Two</p></article></td></tr></table>", ["One", "Two"]),
        ("<blockquote><p>Said.</p></blockquote>", ["Said."]),
        ("<figure><img><figcaption>A chart</figcaption></figure>", ["A chart"]),
        ("<svg><text>no</text></svg><select><option>no</option></select><p>Yes</p>", ["Yes"]),
        ("", []),
    ],
)
def test_text_falls_into_blocks(markup: str, expected: list[str]) -> None:
    assert [block.text for block in blocks_of(markup)] == expected


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ("<p>x</p>", Kind.PARAGRAPH),
        ("<h3>x</h3>", Kind.HEADING),
        ("<ol><li><p>x</p></li></ol>", Kind.LIST_ITEM),
        ("<blockquote><p>x</p></blockquote>", Kind.QUOTE),
        ("<figcaption>x</figcaption>", Kind.CAPTION),
        ("<pre>x</pre>", Kind.CODE),
        ("<table><tr><td>x</td><td>y</td></tr></table>", Kind.TABLE_ROW),
    ],
)
def test_blocks_know_what_they_are(markup: str, kind: Kind) -> None:
    assert [block.kind for block in blocks_of(markup)] == [kind]


def test_code_keeps_its_lines() -> None:
    assert blocks_of("<pre>a = 1\n  b = 2\n</pre>")[0].text == "a = 1\n  b = 2"


def test_blank_lines_of_code_do_not_split_the_body() -> None:
    assert blocks_of("<pre>\na\n\nb\n\n\n\nc\n</pre>")[0].text.split("\n") == ["a", " ", "b", " ", " ", " ", "c"]


def test_spans_point_at_their_words() -> None:
    block = blocks_of('<p>See <a href="/x">the report</a>, <em>please</em>.</p>')[0]
    assert [(block.text[s.start : s.end], s.mark, s.href) for s in block.spans] == [
        ("the report", "a", "/x"),
        ("please", "em", None),
    ]


def test_a_link_around_a_card_is_a_link_over_each_of_its_blocks() -> None:
    title, teaser = blocks_of('<a href="/x"><h3>Title</h3><p>Teaser</p></a>')
    assert [block.links[0].href for block in (title, teaser)] == ["/x", "/x"]


def test_a_bare_text_node_is_marked_as_such() -> None:
    assert [block.bare for block in blocks_of("<div>Notice<p>Story</p></div>")] == [True, False]


def test_a_page_that_an_unclosed_button_swallowed_is_still_read() -> None:
    assert [block.text for block in blocks_of("<button><div>Menu</button><p>The story.</p>")] == ["Menu", "The story."]


def test_a_page_that_an_unclosed_element_in_a_noscript_swallowed_is_still_read() -> None:
    page = "<noscript><div></noscript>" + "<p>A paragraph of <b>the</b> story.</p>" * 80
    assert len(blocks_of(page)) == 80
    assert blocks_of("<noscript><p>Turn scripts on.</p></noscript><p>The story.</p>")[0].text == "The story."


@pytest.mark.parametrize(
    ("ruby", "text"),
    [
        ("<ruby>子<rt>こ</rt></ruby>どもへの", "子どもへの"),
        ("<ruby>虐待<rp>（</rp><rt>ぎゃくたい</rt><rp>）</rp></ruby>の", "虐待（ぎゃくたい）の"),
    ],
)
def test_how_a_word_is_read_is_part_of_the_sentence_only_in_brackets(ruby: str, text: str) -> None:
    assert blocks_of(f"<p>{ruby}</p>")[0].text == text


def test_line_breaks_and_bold_type_that_a_style_sheet_makes_are_as_good_as_marked_ones() -> None:
    line, rest = blocks_of("<div><span class=strong>How</span><span class=br></span><span class=br></span>So.</div>")
    assert (line.text, [span.mark for span in line.spans], rest.text) == ("How", ["strong"], "So.")


def test_deep_nesting_neither_recurses_without_end_nor_loses_text() -> None:
    texts = " ".join(block.text for block in blocks_of("<div>" * 240 + "<i>" * 200 + "deep" + "</i>" * 200))
    assert texts == "deep"


def test_the_path_names_the_way_to_a_block() -> None:
    block = blocks_of('<main><div class="entry x"><p>One</p></div></main>')[0]
    assert tag_path(block.element).endswith("main > div.entry > p")
