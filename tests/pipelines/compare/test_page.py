"""The page to look at: nothing of the compared pages gets out of its text."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from pipelines.compare.difference import compare_articles, failure
from pipelines.compare.page import render
from pipelines.compare.tally import Tally
from pipelines.items import Heading, Link, RemovedBlock
from tests.pipelines.store.examples import BODY, an_article

HOSTILE = "</span></title><script>alert(1)</script><img src=//evil.example/x onerror=alert(1)> $title ${summary} \u202e"
OWN_TAGS = set(
    "html head meta title style body header main h1 h2 h3 p div span table thead tbody tr th td details summary a bdi "
    "del ins".split()
)


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(*differences: object) -> Page:
    tally = Tally()
    for each in differences:
        tally.add(each)  # type: ignore[arg-type]
    return Page(render(tally, "the present extractor", "rules <new>.toml"))


def test_the_page_shows_what_differs() -> None:
    old = an_article(body_markdown=BODY)
    new = an_article(title="Exchange delays token", body=BODY.replace("Tuesday", "Thursday"), links=(), authors=())
    page = page_of(compare_articles(old.as_dict(), new.as_dict()))
    assert "the present extractor → rules <new>.toml" in page.text
    assert "1 stored page extracted with both; different: 1." in page.text
    for text in ("Tuesday", "Thursday", "Exchange delays token", "Ada Field", "An earlier story"):
        assert text in page.text
    assert ("href", old.url) in page.attributes
    assert ("rel", "nofollow noopener noreferrer") in page.attributes


def test_hostile_text_stays_text() -> None:
    old = an_article(
        title=HOSTILE,
        source=HOSTILE,
        authors=(HOSTILE,),
        body=f"{HOSTILE}\n\n{BODY}",
        headings=(Heading(2, HOSTILE, 0),),
        links=(Link("inline", f"javascript:{HOSTILE}", HOSTILE, HOSTILE),),
        removed=(RemovedBlock("model", HOSTILE, HOSTILE, HOSTILE),),
        verdict="paywalled",
    )
    new = failure(old.url, HOSTILE, "error", HOSTILE)
    page = page_of(compare_articles(old.as_dict(), an_article().as_dict()), compare_articles(old.as_dict(), new))
    assert set(page.tags) <= OWN_TAGS
    assert {name for name, _ in page.attributes if name.startswith("on")} == set()
    assert "\u202e" not in page.text
    assert "<script>alert(1)</script>" in page.text
    assert "$title" in page.text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", "http://[", ""]
)
def test_only_addresses_of_the_web_are_links(url: str) -> None:
    article = an_article().as_dict() | {"url": url}
    page = page_of(compare_articles(article, article | {"title": "B"}))
    assert "a" not in page.tags
    assert url in page.text


def test_the_page_asks_nothing_of_the_network() -> None:
    page = page_of(compare_articles(an_article().as_dict(), an_article(image_url="https://x.example/i.png").as_dict()))
    assert not {"img", "script", "link", "iframe"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name == "src"]
    policy = next(
        value or "" for name, value in page.attributes if name == "content" and "default-src" in (value or "")
    )
    assert policy.startswith("default-src 'none'")


def test_a_page_without_differences() -> None:
    page = page_of(compare_articles(an_article().as_dict(), an_article().as_dict()))
    assert "None changes." in page.text
    assert "different: 0." in page.text
