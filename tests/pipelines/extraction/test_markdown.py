"""Body blocks as Markdown."""

from __future__ import annotations

import pytest

from pipelines.extraction.blocks import Block, Kind, Span
from pipelines.extraction.markdown import to_markdown

LINK = Span(5, 11, "a", "https://news.example/a_(b)")

CASES = [
    ("a link keeps its canonical address", [Block(0, Kind.PARAGRAPH, "Read report now", spans=(LINK,))],
     "Read [report](https://news.example/a_%28b%29) now"),
    ("a link that leads nowhere is text", [Block(0, Kind.PARAGRAPH, "Go", spans=(Span(0, 2, "a", "data:x"),))], "Go"),
    ("marks nest", [Block(0, Kind.PARAGRAPH, "ab cd", spans=(Span(0, 5, "strong"), Span(3, 5, "em")))], "**ab *cd***"),
    ("marks that cross are dropped",
     [Block(0, Kind.PARAGRAPH, "ab cd", spans=(Span(0, 4, "strong"), Span(3, 5, "em")))],
     "**ab c**d"),
    ("signs of the text are escaped", [Block(0, Kind.PARAGRAPH, "2 * 3 [x] a_b <i>")], r"2 \* 3 \[x\] a\_b \<i\>"),
    ("a line that looks like a list is not one", [Block(0, Kind.PARAGRAPH, "- no list")], r"\- no list"),
    ("headings by level, without bold", [Block(0, Kind.HEADING, "Why", 3, (Span(0, 3, "strong"),))], "### Why"),
    ("lists are tight",
     [Block(0, Kind.LIST_ITEM, "one"), Block(1, Kind.LIST_ITEM, "two"), Block(2, Kind.PARAGRAPH, "x")],
     "- one\n- two\n\nx"),
    ("the first row heads a table", [Block(0, Kind.TABLE_ROW, "a | b"), Block(1, Kind.TABLE_ROW, "1 | 2")],
     "| a | b |\n| --- | --- |\n| 1 | 2 |"),
    ("quotes and code", [Block(0, Kind.QUOTE, "said"), Block(1, Kind.CODE, "x = 1\ny = [2]")],
     "> said\n\n```\nx = 1\ny = [2]\n```"),
]  # fmt: skip


@pytest.mark.parametrize(("blocks", "markdown"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_blocks_as_markdown(blocks: list[Block], markdown: str) -> None:
    assert to_markdown(blocks) == markdown
