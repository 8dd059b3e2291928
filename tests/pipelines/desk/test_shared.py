"""The desk over a shared store shows what it shows over a file that holds the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from pipelines.desk.app import make_desk
from pipelines.desk.shared import TookTooLong
from pipelines.store.database import located
from pipelines.store.questions import questions
from tests.pipelines.desk import newsroom
from tests.pipelines.desk.conftest import Client
from tests.pipelines.desk.test_pages import ID, PAGES

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def shared(postgres: Any) -> Iterator[Client]:
    with postgres.database() as url:
        newsroom.fill(url)
        client = Client(make_desk(located(url)))
        yield client
        client.close()
        client.desk.shared.close()


NEEDED = {"asset": "ethereum", "article": ID, "words": "went"}
QUESTIONS = [
    f"/question/{name}?" + "&".join(f"{it.name}={NEEDED[it.name]}" for it in asked.parameters if it.default is None)
    for name, asked in questions().items()
]
SEARCHES = [
    "/search?q=title:ethereum+OR+genf&order=date",
    "/search?q=upgrade&fold=0",
    "/search?q=bitcoin&source=daily&since=2020-01-01&language=en",
    "/search?q=bitcoin&asset=BTC",
    "/search?q=比特币",
    "/search?label=opinion",
    "/search?q=-nothing",
]


@pytest.mark.parametrize("path", [*PAGES, *QUESTIONS, *SEARCHES])
def test_a_page_is_the_same(get: Client, shared: Client, path: str) -> None:
    name, mark, query = path.partition("?")
    twin = f"{'/home' if name == '/' else name}.json{mark}{query}"
    one, other = get(twin), shared(twin)
    assert other.status == one.status == 200
    assert _plain(other.json["page"]) == _plain(one.json["page"])
    page = shared(path)
    assert page.status == 200
    assert PAGES.get(path, "") in page.text


OWN = ("number", "sql", "asked", "added_at", "started_at", "finished_at")
SINCE = "Since the last new one"


def _plain(value: Any) -> Any:
    """Without what is a database's own: numbers of rows, and the order of what a list does not order."""
    if isinstance(value, dict):
        return {key: _plain(it) for key, it in value.items() if key not in OWN and value.get("name") != SINCE}
    if isinstance(value, list):
        return sorted(map(_plain, value), key=repr)
    return value


def test_it_says_what_it_does_not_have(shared: Client) -> None:
    for path in ("/news", "/news?sql=SELECT+1", "/news/article", "/news.json?sql=SELECT+1"):
        answer = shared(path)
        assert answer.status == 404
        assert "newsmint sql" in unescape(answer.text)
    assert not re.search(r'href="/news[?"]', shared("/").text)
    assert shared("/article/0123456789abcdef").status == 404


def test_what_takes_too_long_is_stopped(shared: Client) -> None:
    shared.desk.shared.seconds = 0.2
    try:
        with pytest.raises(TookTooLong):
            shared.desk.shared.read(lambda reader: reader.rows("a rest", "SELECT pg_sleep(9)"))
    finally:
        shared.desk.shared.seconds = 3.0
    assert shared("/sources").status == 200
