"""Every page: it answers, it has a twin in JSON, and the SQL it names runs and gives its rows."""

from __future__ import annotations

import re
from html import unescape

import pytest

from pipelines.store.questions import questions
from tests.pipelines.desk import newsroom
from tests.pipelines.desk.conftest import Client

ID = newsroom.MAIN.id
PAGES = {
    "/": "Articles a day, by source",
    "/search?q=bitcoin": "Bitcoin",
    "/search": "Genf",
    f"/article/{ID}": "Ethereum upgrade moved by three weeks",
    f"/article/{ID}/version/2": "What changed in version 2",
    "/sources": "daily.example",
    "/source/daily": "The Daily",
    "/stories": "Ethereum upgrade",
    "/story/1": "words of its own",
    "/assets": "Ethereum",
    "/asset/ethereum": "The latest on it",
    "/questions": "newsmint ask",
    "/question/articles-per-day": "as a table",
}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_what_it_is_for_and_has_a_twin_in_json(get: Client, path: str) -> None:
    page = get(path)
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert PAGES[path] in page.text
    twin = re.search(r'<link rel="alternate" type="application/json" href="([^"]+)"', page.text)
    assert twin
    answer = get(unescape(twin[1]))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert set(answer.json) == {"page", "sql"}


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/questions"])
def test_the_sql_behind_a_page_runs_again(get: Client, path: str) -> None:
    page = get(path)
    links = [unescape(link) for link in re.findall(r'<li><a href="(/news\?sql=[^"]+)">', page.text)]
    assert links
    for link in links:
        assert get(link).status == 200, link
        assert isinstance(get(link.replace("/news?", "/news.json?") + "&_shape=array").json, list)


@pytest.mark.parametrize("name", questions())
def test_every_saved_question_has_a_page(get: Client, name: str) -> None:
    known = {"asset": "ethereum", "article": ID, "source": "daily", "story": "1"}
    needed = [it.name for it in questions()[name].parameters if it.default is None]
    page = get(f"/question/{name}?" + "&".join(f"{each}={known.get(each, 'upgrade')}" for each in needed))
    assert page.status == 200
    assert questions()[name].title.split("'")[0] in unescape(page.text)
    assert "notice bad" not in page.text


def test_a_question_that_needs_a_value_asks_for_it_and_says_what_is_wrong_with_one(get: Client) -> None:
    assert 'name="asset"' in get("/question/latest-on").text
    wrong = get("/question/articles-per-day?since=yesterday")
    assert "&#39;yesterday&#39; is not a date" in wrong.text


def test_home_says_what_came_in_what_is_wrong_and_what_the_last_run_did(get: Client) -> None:
    page = get("/home.json").json["page"]
    assert {row["source"]: row["articles"] for row in page["arrived_from"]} == {"daily": 1, "wire": 1}
    assert page["alarms"][0]["todo"].startswith("open the site")
    assert {"state": "done", "new": 2, "rejected": 1}.items() <= page["run"].items()
    assert sum(sum(counts) for _, counts in page["volume"]["table"]) == 5
    assert page["newest"][0]["title"] == newsroom.EDITED.title, "one of the two that tell it"


def test_a_source_is_judged_as_newsmint_health_does(get: Client) -> None:
    page = get("/source/daily.json").json["page"]
    assert {each["name"] for each in page["verdict"]["figures"]} >= {"Pages that became articles", "Words of a body"}
    assert {(row["kind"], row["reason"]) for row in page["trouble"]} == {("failed", "timeout"), ("rejected", "listing")}
    assert {row["reason"] for row in page["removed"]} == {"newsletter", "share"}


def test_a_story_tells_who_was_first(get: Client) -> None:
    page = get("/story/1.json").json["page"]
    assert [row["source"] for row in page["articles"]] == ["daily", "wire"]
    assert page["articles"][1]["later"] == 2 * 3600
    assert page["articles"][1]["share"] == 100


def test_an_asset_is_found_by_what_people_call_it(get: Client) -> None:
    assert get("/asset/ETH").headers["location"] == "/asset/ethereum"
    assert get("/asset/ETH.json").headers["location"] == "/asset/ethereum.json"


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/article/0123456789abcdef", 404, "No article 0123456789abcdef is in this store."),
        ("/article/zzz", 404, "Nothing here"),
        ("/story/99", 404, "No story 99"),
        ("/source/nobody", 404, "Nothing is stored of a source nobody."),
        ("/asset/no-such-coin", 404, "No article in this store speaks of no-such-coin."),
        ("/question/why", 404, "There is no question why."),
        (f"/article/{ID}/version/1", 404, "No such change"),
        ("/asset/%ff%20x", 404, "No article in this store speaks of"),
        ("/news?sql=DROP+TABLE+article", 400, "Statement must be a SELECT"),
        ("/news?sql=SELECT+hex(zeroblob(200000000))", 400, "string or blob too big"),
    ],
)
def test_what_cannot_be_had_is_said_in_html_and_json(get: Client, path: str, status: int, says: str) -> None:
    page = get(path)
    assert page.status == status
    assert says in unescape(page.text)
    assert "Traceback" not in page.text
    name, mark, query = path.partition("?")
    twin = get(f"{name}.json{mark}{query}")
    assert (twin.status, twin.json["ok"]) == (status, False)


def test_what_takes_too_long_is_stopped(get: Client) -> None:
    get.desk._settings["sql_time_limit_ms"], get.desk.sql_time_limit_ms = 50, 50
    try:
        slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        page = get(f"/news?sql={slow.replace(' ', '+').replace('+1+FROM', '%2B1+FROM').replace('i+++1', 'i%2B1')}")
        assert page.status == 400
        assert "took too long" in page.text or "SQL query took" in page.text
    finally:
        get.desk._settings["sql_time_limit_ms"], get.desk.sql_time_limit_ms = 3_000, 3_000


@pytest.mark.parametrize("path", ["/news/article", "/news/link?_facet=kind", "/news/news", "/news/article.csv?_size=2"])
def test_datasettes_own_pages_are_there(get: Client, path: str) -> None:
    page = get(path)
    assert page.status == 200
    if "csv" not in path:
        assert f'href="/article/{ID}"' in page.text, "ids lead to their pages"


def test_first_characters_of_an_id_lead_to_the_article(get: Client) -> None:
    assert get(f"/article/{ID[:8]}").headers["location"] == f"/article/{ID}"
