"""What a person types finds what they mean, and never breaks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import UsageError
from pipelines.store import Store, open_store
from pipelines.store.articles import save_article
from pipelines.store.search import MATCH_END, MATCH_START, parse
from tests.pipelines.store.examples import an_article

TEXTS = {
    "erc": "The ERC-6551 proposal gives every token an account of its own.",
    "erc-joined": "Wallets add support for ERC6551 accounts.",
    "btc": "Traders bought $BTC as BTC/USD rose. Bitcoin's price doubled.",
    "rollup": "An L2 rollup, also called a layer-2 network, went live. Ethereum is layer 1.",
    "cpp": "The node was rewritten in C++ for speed.",
    "vitamin": "Vitamin C is not a coin.",
    "café": "Das Café in Zürich nimmt Ether; die Bäckerei nicht.",
    "chinese": "比特币价格上涨，以太坊下跌。",
    "thai": "ราคาบิตคอยน์พุ่งขึ้นวันนี้",
    "korean": "비트코인이 올랐다.",
    "quoted": 'The minister said: "No comment at this time".',
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Store]:
    """A store with ``TEXTS``, one published a day from 2026-11-01 on."""
    with open_store(shutil.copy(empty_database, tmp_path_factory.mktemp("library"))) as store:
        with store.begin() as conn:
            for day, (slug, body) in enumerate(TEXTS.items(), 1):
                fields = {"title": f"Story {day}", "body": body, "published_at": f"2026-11-{day:02d}", "headings": ()}
                save_article(conn, an_article(slug, host="odd.example" if day % 2 else "even.example", **fields))
        yield store


def found(library: Store, query: str, **filters: object) -> set[str]:
    return {list(TEXTS)[int((hit.title or "").split()[1]) - 1] for hit in library.search(query, **filters)}


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("ERC-6551", {"erc", "erc-joined"}),
        ("erc6551", {"erc", "erc-joined"}),
        ("erc 6551", {"erc"}),
        ("$BTC", {"btc"}),
        ("BTC/USD", {"btc"}),
        ("btc usd", {"btc"}),
        ("L2", {"rollup"}),
        ("layer2", {"rollup"}),
        ('"layer 1"', {"rollup"}),
        ('"layer 2 network"', {"rollup"}),
        ('"network layer"', set()),
        ("C++", {"cpp"}),
        ("c++ node", {"cpp"}),
        ("C#", set()),
        ("doubling prices", {"btc"}),
        ("cafe zurich", {"café"}),
        ("BÄCKEREI", {"café"}),
        ("rewr*", {"cpp"}),
        ("rewr", set()),
        ("比特币", {"chinese"}),
        ("以太坊 比特币", {"chinese"}),
        ("บิตคอยน์", {"thai"}),
        ("비트코인*", {"korean"}),
        ('said "no comment', {"quoted"}),
        ('minister said: "No comment', {"quoted"}),
        ("bitcoin NOT price", set()),
        ("title:story", set()),
        ("token) OR (price", set()),
        ("NEAR(token account)", set()),
        ("story", set(TEXTS)),
    ],
)
def test_queries(library: Store, query: str, slugs: set[str]) -> None:
    assert found(library, query) == slugs


@pytest.mark.parametrize("query", ["", "   ", '"', '""', "+++", "$ / - *", "\0"])
def test_a_query_without_words_is_said_to_be_one(library: Store, query: str) -> None:
    with pytest.raises(UsageError, match="nothing to search for"):
        library.search(query)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_query_breaks(library: Store, query: str) -> None:
    try:
        library.search(query, limit=3)
    except UsageError as error:
        assert "nothing to search for" in str(error)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(['"', "*", "^", ":", "(", ")", "-", "+", "AND", "OR", "NOT", "NEAR", "{", "}", "a", "1"]))
)
def test_no_syntax_of_the_index_gets_through(library: Store, words: list[str]) -> None:
    if any(map(str.isalnum, "".join(words))):
        library.search(" ".join(words))
        library.search("".join(words))


def test_a_query_of_thousands_of_words(library: Store) -> None:
    assert library.search("token " * 5000) != []
    assert library.search("比特币 " * 5000) != []


def test_filters(library: Store) -> None:
    every = list(TEXTS)
    assert found(library, "story", source="even") == set(every[1::2])
    assert found(library, "story", since="2026-11-03", until="2026-11-05") == set(every[2:4])
    assert found(library, "story", since="2026-11-11T00:00:00+02:00") == {every[10]}
    assert found(library, "比特币", source="even") <= {"chinese"}
    assert len(library.search("story", limit=4)) == 4


@pytest.mark.parametrize("option", ["since", "until"])
def test_a_date_that_is_none(library: Store, option: str) -> None:
    with pytest.raises(UsageError, match=f"{option}: 'monday' is not a date"):
        library.search("story", **{option: "monday"})


def test_best_first_or_newest_first(store: Store) -> None:
    with store.begin() as conn:
        save_article(conn, an_article("title", title="Solana outage", body="It was long.", published_at="2026-11-01"))
        save_article(conn, an_article("body", title="The week", body="Solana had an outage. " + "And more. " * 50))
    assert [hit.title for hit in store.search("solana outage")] == ["Solana outage", "The week"]
    assert [hit.title for hit in store.search("solana outage", order="date")] == ["The week", "Solana outage"]


def test_a_snippet_marks_what_matched(library: Store) -> None:
    (hit,) = library.search("rewritten node")
    assert f"{MATCH_START}rewritten{MATCH_END}" in hit.snippet
    assert hit.as_dict()["snippet"] == TEXTS["cpp"]


def test_an_update_is_found_and_the_old_text_is_not(store: Store) -> None:
    with store.begin() as conn:
        save_article(conn, an_article(body="An airdrop is planned."))
        save_article(conn, an_article(body="A listing is planned."))
    assert (len(store.search("airdrop")), len(store.search("listing"))) == (0, 1)
    with store.begin() as conn:
        conn.exec_driver_sql("INSERT INTO article_fts (article_fts, rank) VALUES ('integrity-check', 1)")


def test_user_text_is_quoted() -> None:
    assert parse('$BTC "spot etf" rally*').match == '"$BTC" AND "spot etf" AND "rally*"*'
    assert parse("ERC-6551").match == '("ERC6551" OR "ERC 6551")'
    assert parse('a"b').match == '"a" AND "b"'
