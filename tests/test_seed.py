"""The document the project began with: an article as a poor scraper left it. It lies beside a checkout, never in it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pipelines import Article, RawPage, extract_article

SEEDS = sorted((Path(__file__).parents[2] / "shared" / "seed").glob("*.txt"))
pytestmark = pytest.mark.skipif(not SEEDS, reason="no shared/seed beside this checkout: seed not tested")

FURNITURE = ("CoinGecko", "Official", "Related", "ERC-223", "ERC-6551", "Arbitrum", "ChatGPT Rivals")


@pytest.fixture(scope="module")
def article() -> Article:
    return extract_article(RawPage(url="https://seed.example/article", body=SEEDS[0].read_bytes()))


def test_no_line_of_the_furniture_is_in_the_body(article: Article) -> None:
    assert [word for word in FURNITURE if word in article.body] == []


def test_title_headings_and_paragraphs_are_where_they_belong(article: Article) -> None:
    assert (article.title or "").startswith("China Launches National Blockchain Center")
    blocks = article.body.split("\n\n")
    assert [heading.position for heading in article.headings] == [1, 3, 5]
    assert all(blocks[heading.position] == heading.text for heading in article.headings)
    assert len(blocks) == 8


def test_one_related_link_stands_inside_the_body_and_three_with_teasers_below(article: Article) -> None:
    assert Counter(link.kind for link in article.links) == {"related_inline": 1, "related_block": 3}
    assert all(link.teaser for link in article.links if link.kind == "related_block")


def test_every_line_that_left_is_in_the_ledger(article: Article) -> None:
    assert {"plugin_notice", "social_footer", "related_inline", "related_block"} <= {b.reason for b in article.removed}
