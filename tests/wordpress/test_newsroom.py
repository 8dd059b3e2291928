"""The newsroom itself: what the figures are taken against must be right, or they say nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.scoring import fold

from .newsroom.blocks import Block, classic, gutenberg, plain
from .newsroom.furniture import HOUSES
from .newsroom.gold import gold_row
from .newsroom.posts import HIDDEN, QUOTING, SHARED_QUOTE, Post, write_posts
from .site import Site


@pytest.fixture(scope="module")
def posts() -> dict[int, Post]:
    return {post.id: post for post in write_posts(60)}


def test_the_same_seed_gives_the_same_newsroom(posts: dict[int, Post]) -> None:
    assert tuple(posts.values()) == write_posts(60)
    assert tuple(posts.values()) != write_posts(60, seed=8)


def test_every_kind_of_hidden_post_is_there(posts: dict[int, Post]) -> None:
    assert Counter(post.status for post in posts.values()) == Counter(["publish"] * 60 + list(HIDDEN))


def test_no_post_repeats_a_paragraph_but_the_one_quoted_twice(posts: dict[int, Post]) -> None:
    paragraphs = Counter(
        text for post in posts.values() for block in post.blocks if block.kind == "p" for text in block.texts
    )
    assert {text.strip("“”"): count for text, count in paragraphs.items() if count > 1} == {SHARED_QUOTE: len(QUOTING)}


@pytest.mark.parametrize("house", HOUSES)
def test_no_body_holds_what_must_not_be_in_it(posts: dict[int, Post], house: str) -> None:
    for post in posts.values():
        row = gold_row(post, house, posts)
        assert [text for text in row["without"] if f" {fold(text)} " in f" {fold(row['text'])} "] == []


@pytest.mark.parametrize(
    ("block", "markup", "texts"),
    [
        (Block("p", ('A <a href="/x/">link</a>.',)), '<p>A <a href="/x/">link</a>.</p>', ("A link .",)),
        (Block("h3", ("Why?",)), "<h3>Why?</h3>", ("Why?",)),
        (Block("ol", ("one", "two")), "<ol><li>one</li><li>two</li></ol>", ("one", "two")),
        (Block("page", ("",)), "<!--nextpage-->", ()),
        (Block("slot", ("1",)), '[newsroom_slot n="1"]', ()),
    ],
)
def test_blocks_know_their_markup_and_their_text(block: Block, markup: str, texts: tuple[str, ...]) -> None:
    assert markup in gutenberg([block])
    assert block.texts == texts


def test_the_classic_editor_writes_bare_paragraphs() -> None:
    assert classic([Block("p", ("One.",)), Block("p", ("Two.",))]) == "One.\n\nTwo."


@pytest.mark.wordpress
def test_wordpress_prints_every_block_and_every_piece_of_furniture(site: Site) -> None:
    for theme in site.themes:
        for house in HOUSES:
            site.style(theme, house)
            for row in site.gold(house)[:8]:
                page = "".join(_page(site, row["url"], number) for number in range(len(row["pages"])))
                shown = f" {fold(plain(page))} "
                pieces = [*row["text"].split("\n\n"), *row["without"]]
                assert [piece for piece in pieces if f" {fold(piece)} " not in shown] == [], row["url"]


def _page(site: Site, url: str, number: int) -> str:
    address = url.removeprefix(site.url) + (f"{number + 1}/" if number else "")
    return site.get(address).decode()
