"""Mentions of whole articles: title and body together, offsets, certainty, and pages made to cost time."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.enrich.assets import mentions
from pipelines.enrich.assets.evidence import FLOOR
from pipelines.enrich.assets.mentions import MAX_MENTIONS
from pipelines.enrich.values import Mention
from pipelines.items import Article


def _mentions(body: str, title: str | None = None) -> tuple[Mention, ...]:
    url = "https://news.example/a"
    return mentions(Article(id="0" * 16, url=url, canonical_url=url, title=title, body=body))


def _certainty(body: str, asset: str, title: str | None = None) -> float:
    return max((each.certainty for each in _mentions(body, title) if each.asset == asset), default=0.0)


def test_places_are_characters_of_title_and_body() -> None:
    body = "İstanbul'da konuşuldu 🚀\n\nSolana (SOL) yükseldi, 比特币下跌"
    found = _mentions(body, title="Bitcoin’s week")
    assert [(each.part, each.text, each.asset, each.kind) for each in found] == [
        ("title", "Bitcoin", "bitcoin", "coin"),
        ("body", "Solana", "solana", "coin"),
        ("body", "SOL", "solana", "coin"),
        ("body", "比特币", "bitcoin", "coin"),
    ]
    assert all(body[each.start : each.stop] == each.text for each in found if each.part == "body")


def test_a_name_in_the_title_vouches_for_the_symbol_in_the_body() -> None:
    body = "NEAR closed the day higher."
    assert _certainty(body, "near") == 0.0
    [in_title, in_body] = _mentions(body, title="NEAR Protocol gets a new roadmap")
    assert (in_title.asset, in_title.text) == ("near", "NEAR Protocol")
    assert (in_body.asset, in_body.text) == ("near", "NEAR")
    assert in_body.certainty == pytest.approx(0.95)


@pytest.mark.parametrize(
    ("body", "asset", "certainty"),
    [
        ("Buy $SOL now.", "solana", 0.99),
        ("SOL/USDT is up.", "solana", 0.99),
        ("Solana is up.", "solana", 0.98),
        ("Solana is up, and so is SOL.", "solana", 0.98),
        ("The DOT token was listed beside Bitcoin.", "polkadot", 0.7),
        ("Bitcoin, DOT and others.", "polkadot", 0.8),
        ("The judge in the case of Tornado Cash will hear Storm.", "tornado-cash", 0.98),
        ("Bitcoin fell, and STRK fell more.", "starknet", 0.6),
        ("STRK, the preferred share that Saylor sells, and bitcoin.", "strategy", 0.9),
    ],
)
def test_how_certain(body: str, asset: str, certainty: float) -> None:
    assert _certainty(body, asset) == pytest.approx(certainty)


def test_a_symbol_of_two_goes_to_the_one_the_article_names() -> None:
    assert _certainty("Starknet opened staking of STRK.", "strategy") == 0.0
    assert _certainty("MicroStrategy sold STRK to buy bitcoin.", "starknet") == 0.0


@given(st.text(alphabet=st.sampled_from("BTCSOLN比特币리플ソラ\u0e1a0xa.eth $/@'’-\n\u00a0İß🚀"), max_size=200))
def test_any_text_gives_mentions_in_order_that_do_not_overlap(text: str) -> None:
    found = _mentions(text)
    assert all(text[each.start : each.stop] == each.text and each.start < each.stop for each in found)
    assert all(one.stop <= two.start for one, two in pairwise(found))
    assert all(FLOOR <= each.certainty < 1 for each in found)


_PIECES = [
    "ETH ",
    "the ",
    "ETH Zürich ",
    "比特币",
    "a.eth ",
    "A",
    "-.",
    "ONE, ",
    "ripple\n\n",
    "$",
    "x.",
    "트리플",
    "near ",
]
_PIECES += ["0x" + "a" * 40 + " ", "1" * 44 + " ", "0x" + "Ab" * 20 + " solana "]


@pytest.mark.parametrize("piece", _PIECES)
def test_a_page_made_to_cost_time_costs_little(piece: str) -> None:
    body = piece * (1_000_000 // len(piece))
    started = time.process_time()
    assert len(_mentions(body)) <= MAX_MENTIONS
    assert time.process_time() - started < 2
