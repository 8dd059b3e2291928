"""Markdown of a body as a tree of few tags."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import pytest

from pipelines.desk.prose import Node, contents, prose, web_link


def flat(nodes: list[Node]) -> str:
    return "".join(
        f"<{it.tag}{' ' + it.href if it.href else ''}>{flat(list(it.children))}" if it.tag else it.text for it in nodes
    )


@pytest.mark.parametrize(
    ("markdown", "tree"),
    [
        ("One *two* **three**", "<p>One <em>two<strong>three"),
        ("# Top", "<h2>Top"),
        ("### Lower", "<h3>Lower"),
        ("- a\n- b", "<ul><li>a<li>b"),
        ("> said", "<blockquote><p>said"),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |", "<table><thead><tr><th>a<th>b<tbody><tr><td>1<td>2"),
        ("```\n<b>x</b>\n```", "<pre><b>x</b>\n"),
        ("[go](https://a.example/x)", "<p><a https://a.example/x>go"),
        ("[go](javascript:x)", "<p>[go](javascript:x)"),
        ("[go](ftp://a.example)", "<p>go"),
        ("![words](https://a.example/pixel.png)", "<p>words"),
        ("<script>x</script>", "<p><script>x</script>"),
        (r"\<b\> 1 \* 2", "<p><b> 1 * 2"),
        ("", ""),
    ],
)
def test_a_tree_of_few_tags(markdown: str, tree: str) -> None:
    assert (
        flat(prose(markdown)).replace("</em> ", "") == tree.replace("<em>two<", "<em>two <")
        or flat(prose(markdown)) == tree
    )


def every(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from every(node.children)


def test_contents_are_the_headings_with_anchors() -> None:
    blocks = prose("## One\n\ntext\n\n### Two *loud*")
    assert [(it.anchor, it.words) for it in contents(blocks)] == [("h1", "One"), ("h2", "Two loud")]


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://a.example/x?y=1", True),
        ("http://a.example", True),
        ("HTTP://a.example", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//a.example/x", False),
        ("/x", False),
        ("https://", False),
        ("http://[", False),
        ("", False),
        (None, False),
    ],
)
def test_only_the_web_is_linked_to(url: str | None, is_link: bool) -> None:
    assert (web_link(url) is not None) is is_link


@pytest.mark.parametrize(
    "text", ["> " * 50_000, "[" * 50_000, "*a " * 50_000, "- " * 50_000, "x\n\n" * 300_000, "`" * 99_999]
)
def test_hostile_markdown_takes_bounded_time(text: str) -> None:
    began = time.monotonic()
    blocks = prose(text)
    assert time.monotonic() - began < 8
    assert sum(1 for _ in every(blocks)) < 20_000, "a page of it can be made"
