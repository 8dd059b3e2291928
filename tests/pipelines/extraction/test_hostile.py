"""Whatever a page holds, extraction answers, and soon."""

from json import dumps
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import Article, RawPage, extract_article
from pipelines.items import Hint

URL = "https://beacon.example/news/a-story-of-the-coast"
TAGS = "html body div p h1 h2 a span table tr td ul li time article script meta title br form pre blockquote".split()
ATTRIBUTES = [
    "class",
    "id",
    "href",
    "itemprop",
    "rel",
    "datetime",
    "content",
    "property",
    "name",
    "type",
    "lang",
    "charset",
]
VALUES = st.sampled_from(
    [
        "author",
        "byline",
        "og:title",
        "headline",
        "2026-13-45",
        "99999999999",
        "next",
        "application/ld+json",
        "//[",
        "http://[",
    ]
) | st.text(max_size=30)
ELEMENT = st.tuples(
    st.sampled_from(TAGS), st.lists(st.tuples(st.sampled_from(ATTRIBUTES), VALUES), max_size=3), st.text(max_size=60)
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@id",
                    "name",
                    "author",
                    "headline",
                    "datePublished",
                    "image",
                    "articleBody",
                    "keywords",
                    "type",
                    "content",
                ]
            ),
            inner | st.sampled_from(["NewsArticle", "BreadcrumbList", "paragraph"]),
            max_size=4,
        )
    ),
    max_leaves=20,
)
BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def markup(elements: list[tuple[str, list[tuple[str, str]], str]]) -> str:
    """The elements one after another, some of them left open."""
    parts = []
    for tag, attributes, text in elements:
        named = " ".join(f"{name}='{value}'" for name, value in attributes)
        parts.append(f"<{tag} {named}>{text}" + (f"</{tag}>" if len(text) % 3 else ""))
    return "".join(parts)


@BOUNDED
@given(st.lists(ELEMENT, max_size=25))
def test_any_markup_is_answered(elements: list[tuple[str, list[tuple[str, str]], str]]) -> None:
    body = f"<html>{markup(elements)}".encode("utf-8", "surrogatepass")
    assert isinstance(extract_article(RawPage(url=URL, body=body)), Article)


@BOUNDED
@given(st.binary(max_size=400), st.text(max_size=40), st.text(max_size=40))
def test_any_bytes_headers_and_addresses_are_answered(body: bytes, content_type: str, url: str) -> None:
    assert isinstance(extract_article(RawPage(url=url, body=b"<p>" + body, content_type=content_type)), Article)


@BOUNDED
@given(JSON)
def test_any_data_is_answered(value: object) -> None:
    script = (
        f'<script type="application/ld+json">{dumps(value)}</script><script id="__NEXT_DATA__">{dumps(value)}</script>'
    )
    assert isinstance(extract_article(RawPage(url=URL, body=f"<html><body>{script}</body></html>".encode())), Article)


@BOUNDED
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_any_hint_is_answered(title: str, author: str, moment: str) -> None:
    hint = Hint("feed", title=title, authors=(author,), published_at=moment, tags=(title, author))
    assert isinstance(extract_article(RawPage(url=URL, body=b"<html><p>a", hint=hint, fetched_at=moment)), Article)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<title>" + "x" * 1_000_000 + "</title><p>a", id="title of a megabyte"),
        pytest.param(f'<meta property="og:title" content="{"x - " * 250_000}"><p>a', id="attribute of a megabyte"),
        pytest.param("<h1>" + "<b>" * 5_000 + "deep" + "</b>" * 5_000, id="deep headline"),
        pytest.param("<div class='author byline'>" * 3_000 + "By A B" + "</div>" * 3_000, id="deep byline"),
        pytest.param(
            '<script type="application/ld+json">' + '{"@type":"Article","author":' * 20_000 + "</script><p>a",
            id="deep data",
        ),
        pytest.param('<script type="application/ld+json">' + "[" * 900_000 + "</script><p>a", id="brackets"),
        pytest.param("<script>window.__NUXT__=" + '"\\"' * 300_000 + "</script><p>a", id="quotes"),
        pytest.param("<p class=byline>By " + "A, and " * 100_000 + "</p>", id="endless byline"),
        pytest.param("<time>" + "1/1/" * 100_000 + "</time>", id="endless date"),
        pytest.param("<h1>" + " - " * 300_000 + "</h1>", id="headline of dashes"),
        pytest.param('<a rel="tag" class="author">x</a>' * 9_000, id="thousands of tags"),
    ],
)
def test_outsized_parts_cost_little(body: str) -> None:
    began = process_time()
    article = extract_article(RawPage(url=URL, body=f"<html><body>{body}".encode()))
    assert process_time() - began < 10
    assert len(article.title or "") <= 500
