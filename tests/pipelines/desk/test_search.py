"""Search as a person does it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.pipelines.desk import newsroom
from tests.pipelines.desk.conftest import Client

DAILY, WIRE, EARLIER, GERMAN, HOSTILE = "upgrade", "copy", "earlier", "german", "hostile"
NAMES = {
    newsroom.MAIN.id: DAILY,
    newsroom.COPY.id: WIRE,
    newsroom.EARLIER.id: EARLIER,
    newsroom.GERMAN.id: GERMAN,
    newsroom.HOSTILE.id: HOSTILE,
}


def found(get: Client, **asked: Any) -> list[str]:
    page = get(f"/search.json?{urlencode(asked)}").json["page"]
    assert page["error"] is None
    return [NAMES[hit["id"]] for hit in page["hits"]]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"q": "rehearsal validators"}, {DAILY}),
        ({"q": "rehearsal validators", "fold": "0"}, {DAILY, WIRE}),
        ({"q": '"second rehearsal"'}, {WIRE}),
        ({"q": "ERC6551"}, {EARLIER}),
        ({"q": "bitcoin -rehearsal -harmless"}, {EARLIER, GERMAN}),
        ({"q": "bitcoin title:prüft"}, {GERMAN}),
        ({"q": "Genf OR ERC-6551"}, {EARLIER, GERMAN}),
        ({"q": "rehears*"}, {DAILY}),
        ({"q": "bitcoin", "language": "de"}, {GERMAN}),
        ({"q": "bitcoin", "source": "daily"}, {DAILY, EARLIER}),
        ({"q": "bitcoin", "label": "opinion"}, {DAILY}),
        ({"q": "bitcoin", "asset": "ethereum"}, {WIRE}),
        ({"q": "bitcoin", "asset": "ETH"}, {WIRE}),
        ({"q": "bitcoin", "until": newsroom.ago(days=2)}, {EARLIER, GERMAN}),
        ({"since": newsroom.ago(hours=12)}, {WIRE}),
        ({"source": "wire"}, {WIRE, GERMAN}),
        ({"q": "nothingofthekind"}, set()),
    ],
)
def test_words_and_filters(get: Client, asked: dict[str, str], names: set[str]) -> None:
    assert set(found(get, **asked)) == names


def test_order(get: Client) -> None:
    assert found(get, q="bitcoin")[0] == GERMAN, "the word is in a short title"
    assert found(get, q="bitcoin", order="date") == [WIRE, HOSTILE, EARLIER, GERMAN]


def test_near_duplicates_are_folded_and_said(get: Client) -> None:
    page = get("/search?q=rehearsal")
    assert "1 of them folded as near-duplicates" in page.text
    assert "+1 of the same story" in page.text


def test_matches_are_marked(get: Client) -> None:
    assert "<mark>rehearsal</mark>" in get("/search?q=rehearsal").text


def test_choices_count_what_was_found(get: Client) -> None:
    choices = get("/search.json?q=bitcoin&fold=0").json["page"]["choices"]
    counts = {name: {row["value"]: row["articles"] for row in rows} for name, rows in choices.items()}
    assert counts["source"] == {"daily": 2, "wire": 2, "evil": 1}
    assert counts["label"] == {"opinion": 1}
    assert counts["asset"]["ethereum"] == 2


@pytest.mark.parametrize("words", ["AND", '"', "((", "*", "a:b", "NEAR(", "-", "x' OR 1=1 --", "\x00x", "é" * 600])
def test_no_words_are_syntax(get: Client, words: str) -> None:
    answer = get(f"/search?{urlencode({'q': words})}")
    assert answer.status == 200


@pytest.mark.parametrize(
    ("asked", "says"), [({"q": "***"}, "nothing to search for"), ({"since": "soon"}, "is not a date")]
)
def test_what_cannot_be_asked_is_said(get: Client, asked: dict[str, str], says: str) -> None:
    assert says in get(f"/search?{urlencode(asked)}").text


@pytest.mark.parametrize("words", [newsroom.MAIN.id, newsroom.MAIN.url, newsroom.MAIN.url.replace("https", "http")])
def test_an_id_or_an_address_leads_to_the_article(get: Client, words: str) -> None:
    assert get(f"/search?{urlencode({'q': words})}").headers["location"] == f"/article/{newsroom.MAIN.id}"


@pytest.mark.parametrize("page", ["0", "-3", "x", "99999999999999", "7"])
def test_a_page_that_is_not_there_is_no_error(get: Client, page: str) -> None:
    assert get(f"/search?q=bitcoin&page={page}").status == 200
