"""The article page: what a reader sees, and that a hostile page's text stays text."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

import pytest

from tests.pipelines.desk import newsroom
from tests.pipelines.desk.conftest import Client

MAIN, HOSTILE = newsroom.MAIN.id, newsroom.HOSTILE.id


def test_the_body_is_a_page_with_contents(get: Client) -> None:
    page = get(f"/article/{MAIN}").text
    assert '<h2 id="h1">What went wrong</h2>' in page
    assert '<a href="#h2">What comes next</a>' in page
    assert "<strong>Three teams</strong>" in page
    assert '<a class="out" href="https://testnet.example/status" rel="noopener nofollow ugc">a test network</a>' in page


def test_what_belongs_to_it_stands_beside_it(get: Client) -> None:
    page = get(f"/article/{MAIN}.json").json["page"]
    assert [row["target_title"] for row in page["related"]] == [newsroom.EARLIER.title]
    assert [row["source"] for row in page["story"]] == ["wire"]
    assert {row["asset"] for row in page["assets"]} == {"ethereum", "bitcoin"}
    assert [row["label"] for row in page["labels"]] == ["opinion"]
    assert [row["id"] for row in get(f"/article/{newsroom.EARLIER.id}.json").json["page"]["cited_by"]] == [MAIN]


def test_each_value_says_where_it_is_from(get: Client) -> None:
    origins = {row["field"]: row for row in get(f"/article/{MAIN}.json").json["page"]["origins"]}
    assert origins["authors"]["from"] == "the page or the feed, which agree"
    assert origins["section"]["from"] == "the page"
    assert origins["title"]["from"] == "the page; the feed says otherwise"
    assert origins["title"]["listed"] == newsroom.MAIN.title


def test_what_was_removed_comes_with_the_command_that_brings_it_back(get: Client) -> None:
    page = get(f"/article/{MAIN}").text
    assert "2 blocks taken out of the page" in page
    assert f"newsmint restore {MAIN} 2</code>" in page


def test_an_edit_is_shown_word_by_word(get: Client) -> None:
    page = get(f"/article/{MAIN}/version/2").text
    assert "<del>two </del><ins>three </ins>" in page
    assert f'href="/article/{MAIN}/version/2"' in get(f"/article/{MAIN}").text


class Tags(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    "path",
    [
        f"/article/{HOSTILE}",
        "/search?q=bitcoin&fold=0",
        "/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/source/evil",
        "/",
        "/news/article",
        "/news/link",
        "/news/removed_block",
        "/news?sql=select+title,+url,+body+from+article+where+source='evil'",
        "/question/latest-on?asset=bitcoin",
        "/news?sql=select+'<script>alert(1)</script>'+as+\"<img+src=x+onerror=alert(1)>\"",
    ],
)
def test_text_of_pages_never_becomes_markup(get: Client, path: str) -> None:
    page = get(path)
    assert page.status == 200
    tags = Tags(page.text).found
    assert not [attrs for tag, attrs in tags for name in attrs if name.startswith("on") or name == "style"]
    assert not [tag for tag, _ in tags if tag in ("iframe", "object", "embed", "base")]
    assert not [attrs for tag, attrs in tags if tag == "img" and attrs.get("src") != "/-/desk/mark.svg"]
    for tag, attrs in tags:
        if tag == "script":
            assert (attrs.get("src") or "").startswith("/-/") or attrs.get("nonce")
        href = unescape(attrs.get("href") or "")
        assert href.startswith(("/", "#", "?", "http://", "https://")) or not href, href
        if tag == "a" and href.startswith("http"):
            assert attrs.get("rel") == "noopener nofollow ugc", href
    assert "49" not in page.text.partition("<main")[2].partition("{{ 7")[0][-40:]


def test_fine_links_of_a_hostile_page_stay(get: Client) -> None:
    page = get(f"/article/{HOSTILE}").text
    assert 'href="https://fine.example/?a=1&amp;b=%22"' in page
    assert "{{ 7 * 7 }}" in page
    assert "tracker.example" not in page
