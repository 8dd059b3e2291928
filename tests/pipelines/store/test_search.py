"""What a person types finds what they mean, and never breaks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from pipelines.enrich import Enrichment, Label, Mention
from pipelines.errors import UsageError
from pipelines.store import Store, open_store, search
from pipelines.store.articles import save_article
from pipelines.store.match import parse
from pipelines.store.schema import story, story_article
from pipelines.store.texts import MATCH_END, MATCH_START
from tests.pipelines.conftest import EITHER
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
    "numbers": "Fees fell to 0.00001 ETH; gas_limit rose to 30,000,000 in block 0x3e5fa1 on 3rd try. ВАЛЮТА №5 упала.",
}


@pytest.fixture(scope="module", params=EITHER)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with ``TEXTS``, one published a day from 2026-11-01 on, in either database."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            made = request.getfixturevalue("empty_database")
            location = str(shutil.copy(made, tmp_path_factory.mktemp("library")))
        else:
            location = stack.enter_context(request.getfixturevalue("postgres").database())
        store = stack.enter_context(open_store(location))
        with store.begin() as conn:
            for day, (slug, body) in enumerate(TEXTS.items(), 1):
                fields = {"title": f"Story {day}", "body": body, "published_at": f"2026-11-{day:02d}", "headings": ()}
                save_article(conn, an_article(slug, host="odd.example" if day % 2 else "even.example", **fields))
        yield store


def found(library: Store, query: str, **filters: Any) -> set[str]:
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
        ("story", set(TEXTS)),
        ("title:story", set(TEXTS)),
        ("body:story", set()),
        ('title:"story 5"', {"cpp"}),
        ("body:erc-6551", {"erc", "erc-joined"}),
        ("description:rollup", set()),
        ("BODY:node", {"cpp"}),
        ("author:ada", set()),
        ("https://body:x", set()),
        ("NEAR(token account)", {"erc"}),
        ("NEAR(token own, 4)", {"erc"}),
        ("NEAR(token own, 2)", set()),
        ("near(account token) proposal", {"erc"}),
        ("body:NEAR(node speed)", {"cpp"}),
        ("NEAR(node, 5)", {"cpp"}),
        ("NEAR(token account", set()),
        ("accounts -proposal", {"erc-joined"}),
        ('accounts -"its own"', {"erc-joined"}),
        ("accounts NOT proposal", {"erc-joined"}),
        ("bitcoin -price", set()),
        ("story -c++ vitamin OR node", {"vitamin"}),
        ("story -比特币 NEAR(比特币 x)", set()),
        ("node OR vitamin", {"cpp", "vitamin"}),
        ("coin node OR vitamin", {"vitamin"}),
        ("token) OR (price", {"erc", "btc"}),
        ("OR node AND", {"cpp"}),
        ('"account of"*', {"erc"}),
        ("ERC6551 token", {"erc"}),
        ("erc-65*", {"erc"}),
        ("trading", set()),
        ("trader bought", {"btc"}),
        ("bitcoins", {"btc"}),
        ("the", {"erc", "cpp", "quoted"}),
        ('"1 the erc"', set()),
        ("NEAR(1 erc, 40)", set()),
        ("0.00001", {"numbers"}),
        ("30000000", set()),
        ("30,000,000", {"numbers"}),
        ("gas-limit", {"numbers"}),
        ("gaslimit", set()),
        ("0X3E5FA1", {"numbers"}),
        ("0x3e*", {"numbers"}),
        ("валюта упала", {"numbers"}),
        ("№5 упала", {"numbers"}),
        ("NEAR(proposal token account, 4)", {"erc"}),
        ("NEAR(proposal token account, 3)", set()),
        ("NEAR(token erc-6551, 4)", {"erc"}),
        ("body:NEAR(story erc)", set()),
        ("title:node", set()),
        ("title:stor*", set(TEXTS)),
        ("-title:story node", set()),
        ("node -title:node", {"cpp"}),
        ('zurich -"die backerei"', set()),
        ("ＢＩＴＣＯＩＮ", set()),
        ("a", {"vitamin", "rollup"}),
        ("as", {"btc"}),
        ("as*", {"btc"}),
        ("l", set()),
        ("o'clock", set()),
        ("bitcoin's", {"btc"}),
    ],
)
def test_queries(library: Store, query: str, slugs: set[str]) -> None:
    assert found(library, query) == slugs


@pytest.mark.parametrize("query", ["", "   ", '"', '""', "+++", "$ / - *", "\0", "-node", "NOT node", "OR"])
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


SYNTAX = '" * ^ : , ( ) - + AND OR NOT NEAR NEAR( title: body: { } a 1 C++ 币'.split()


@settings(deadline=None)
@given(st.lists(st.sampled_from(SYNTAX), max_size=12))
def test_no_syntax_of_the_index_gets_through(library: Store, words: list[str]) -> None:
    for query in (" ".join(words), "".join(words)):
        try:
            library.search(query)
        except UsageError as error:
            assert "nothing to search for" in str(error)


def test_a_query_of_thousands_of_words(library: Store) -> None:
    assert library.search("token " * 5000) != []
    assert library.search("比特币 " * 5000) != []


def test_filters(library: Store) -> None:
    every = list(TEXTS)
    assert found(library, "story", source="even") == set(every[1::2])
    assert found(library, "story", since="2026-11-03", until="2026-11-05") == set(every[2:4])
    assert found(library, "story", since="2026-11-11T00:00:00+02:00") == set(every[10:])
    assert found(library, "比特币", source="even") <= {"chinese"}
    assert len(library.search("story", limit=4)) == 4


@pytest.mark.parametrize("option", ["since", "until"])
def test_a_date_that_is_none(library: Store, option: str) -> None:
    asked: dict[str, Any] = {option: "monday"}
    with pytest.raises(UsageError, match=f"{option}: 'monday' is not a date"):
        library.search("story", **asked)


SPOKEN = Enrichment("1", mentions=(Mention("bitcoin", "coin", "body", 0, 3, "BTC", 0.9),))
OPINION = Enrichment("1", labels=(Label("opinion", "the section is called Opinion"),))


def test_filters_by_what_was_read_out_of_the_text(store: Store) -> None:
    with store.begin() as conn:
        save_article(conn, an_article("spoken", title="One token"), enrichment=SPOKEN)
        save_article(conn, an_article("opinion", title="Two token", language="de"), enrichment=OPINION)

    def titles(**filters: Any) -> list[str | None]:
        return [hit.title for hit in store.search("token", **filters)]

    assert titles(asset="BTC") == titles(asset="Bitcoin") == ["One token"]
    assert titles(label="opinion") == titles(language="de") == ["Two token"]
    assert titles(asset="ETH") == titles(asset="BTC", label="opinion") == []
    with pytest.raises(UsageError, match="no asset is called"):
        titles(asset="no such thing")


def test_near_duplicates_are_folded_into_the_best_of_them(store: Store) -> None:
    with store.begin() as conn:
        for slug in ("a", "b", "c", "d"):
            save_article(conn, an_article(slug, title=f"Token {slug}", body=f"Of {slug}."), enrichment=OPINION)
        ids = [an_article(slug).id for slug in "abc"]
        values = {"id": 7, "first_article_id": ids[0], "articles": 3, "sources": 1, "first_ts": 0, "last_ts": 0}
        conn.execute(insert(story), values)
        conn.execute(
            insert(story_article),
            [{"article_id": each, "story_id": 7, "similarity": 1.0, "added_words": 0} for each in ids],
        )
    folded = {hit.title: (hit.story, hit.others) for hit in store.search("token", fold=True)}
    assert len(folded) == 2
    assert folded.pop("Token d") == (None, 0)
    assert list(folded.values()) == [(7, 2)]
    assert len(store.search("token")) == 4
    assert {hit.title for hit in store.search("token", story=7)} == {"Token a", "Token b", "Token c"}
    assert len(store.search("token", fold=True, limit=1)) == 1
    assert len(store.search("token", fold=True, order="date")) == 2


def test_very_many_matches_by_date(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.begin() as conn:
        for day in range(1, 9):
            save_article(conn, an_article(f"{day}", title=f"Token {day}", published_at=f"2026-11-{day:02d}"))
    sorted_ones = store.search("token", order="date", source="daily", limit=5)
    monkeypatch.setattr(search, "MOST_RANKED", 3)
    walked = store.search("token", order="date", source="daily", limit=5)
    assert (
        [hit.title for hit in walked]
        == [hit.title for hit in sorted_ones]
        == [f"Token {day}" for day in (8, 7, 6, 5, 4)]
    )


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
    if store.engine.dialect.name == "sqlite":
        with store.begin() as conn:
            conn.exec_driver_sql("INSERT INTO article_fts (article_fts, rank) VALUES ('integrity-check', 1)")


def test_user_text_is_quoted() -> None:
    assert parse('$BTC "spot etf" rally*').match == '"$BTC" AND "spot etf" AND "rally*"*'
    assert parse("ERC-6551").match == '("ERC6551" OR "ERC 6551")'
    assert parse('a"b').match == '"a" AND "b"'
