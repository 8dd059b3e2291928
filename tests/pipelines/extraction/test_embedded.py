"""Bodies that only the front end's data holds."""

import json
from typing import Any

import pytest

from pipelines import Article, RawPage, extract_article
from pipelines.extraction.blocks import segment
from pipelines.extraction.document import parse_document
from pipelines.extraction.embedded import embedded_body
from pipelines.items import Verdict

TITLE = "Lighthouse keepers try a shared log"
LINES = (
    "Keepers on four islands have written the same log since the autumn, each from a console beside the lamp.",
    "An entry that one of them makes is seen by the others within seconds, and none can be rubbed out afterwards.",
    "The pilots' guild reads along and has asked for the winds to be added before the winter storms set in.",
)
HTML = "".join(f"<p>{line}</p>" for line in LINES)
OTHER = {"title": "Another story", "content": "<p>Something else.</p><p>And more of it.</p>" * 60}


def shell(script: str) -> RawPage:
    """A page that shows nothing before its script has run."""
    return RawPage(
        url="https://beacon.example/news/lighthouse-keepers-try-a-shared-log",
        body=f"""<!doctype html><html lang="en"><head><title>{TITLE} | Beacon</title></head>
        <body><div id="__next"></div>
        <noscript>You need to enable JavaScript to run this app.</noscript>{script}</body></html>""".encode(),
    )


def state(value: Any) -> str:
    return f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(value)}</script>'


def assigned(value: Any) -> str:
    return f"<script>window.__INITIAL_STATE__ = {json.dumps(value)};</script>"


def pushed(*pieces: str) -> str:
    return "".join(f"<script>self.__next_f.push([1,{json.dumps(piece)}])</script>" for piece in pieces)


PORTABLE_TEXT = [{"_type": "block", "style": "h2", "children": [{"_type": "span", "text": "Four islands"}]}] + [
    {"_type": "block", "style": "normal", "children": [{"text": line[:40]}, {"text": line[40:]}]} for line in LINES
]
PROSEMIRROR = {
    "type": "doc",
    "content": [{"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Four islands"}]}]
    + [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in LINES],
}
EDITOR_JS = [{"type": "header", "data": {"text": "Four islands", "level": 2}}] + [
    {"type": "paragraph", "data": {"text": line}} for line in LINES
]
CONTENTFUL = {
    "nodeType": "document",
    "content": [{"nodeType": "heading-2", "content": [{"nodeType": "text", "value": "Four islands"}]}]
    + [{"nodeType": "paragraph", "content": [{"nodeType": "text", "value": line}]} for line in LINES],
}
FLIGHT_TEXT = (
    f"0:null\n2a:T{len(HTML.encode()):x},{HTML}5:" + json.dumps({"article": {"title": TITLE, "content": "$2a"}}) + "\n"
)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(
            state({"props": {"article": {"title": TITLE, "content": HTML}, "related": [OTHER]}}), id="next html"
        ),
        pytest.param(state({"post": {"title": TITLE, "body": PORTABLE_TEXT}}), id="portable text"),
        pytest.param(assigned({"story": {"headline": TITLE, "doc": PROSEMIRROR}}), id="prosemirror"),
        pytest.param(assigned({"story": {"headline": TITLE, "blocks": EDITOR_JS}}), id="editor.js"),
        pytest.param(assigned({"entry": {"title": TITLE, "text": CONTENTFUL}}), id="contentful"),
        pytest.param(pushed("5:" + json.dumps({"a": {"title": TITLE, "content": HTML}, "b": OTHER})), id="flight"),
        pytest.param(pushed(FLIGHT_TEXT[:90], FLIGHT_TEXT[90:]), id="flight text in two pieces"),
        pytest.param(
            f"<script>window.__NUXT__=(function(a){{return {{data:[{{body:{json.dumps(HTML)}}}]}}}})('x')</script>",
            id="nuxt function",
        ),
        pytest.param(
            '<script type="application/ld+json">'
            + json.dumps({"@type": "NewsArticle", "headline": TITLE, "articleBody": "\n\n".join(LINES)})
            + "</script>",
            id="json-ld",
        ),
    ],
)
def test_the_body_is_read_from_the_pages_data(script: str) -> None:
    article = extract_article(shell(script))
    assert article.verdict == Verdict.ARTICLE
    assert [line for line in article.body.split("\n\n") if line != "Four islands"] == list(LINES)
    assert article.title == TITLE


def test_headings_of_block_lists_keep_their_level() -> None:
    article: Article = extract_article(shell(state({"post": {"title": TITLE, "body": PORTABLE_TEXT}})))
    assert [(heading.level, heading.text) for heading in article.headings] == [(2, "Four islands")]


def test_a_shell_without_data_is_a_shell() -> None:
    assert extract_article(shell("<script src=/app.js></script>")).verdict == Verdict.SCRIPT_SHELL


def test_visible_text_is_not_replaced_by_data() -> None:
    visible = (
        "<article><h1>Lighthouse</h1>"
        + "".join(
            f"<p>{line} It went on and on, as the {night}th night showed.</p>" for night in "456" for line in LINES
        )
        + "</article>"
    )
    page = RawPage(
        url="https://beacon.example/a-lighthouse-story",
        body=f"<html><body>{visible}{state(OTHER)}</body></html>".encode(),
    )
    assert "Something else" not in extract_article(page).body


@pytest.mark.parametrize(
    "script",
    [
        state([[[{"a": {"type": "paragraph", "content": []}}]]]),
        assigned({"content": {"content": {"data": {"data": None}}}}),
        "<script>window.__NUXT__=" + '"\\"' * 20_000 + "</script>",
        pushed("1:T" + "f" * 6 + ",", "zz:\n" * 500),
        '<script id="__NEXT_DATA__">' + '{"a":[' * 20_000 + "</script>",
    ],
)
def test_strange_states_hold_no_body(script: str) -> None:
    assert embedded_body(parse_document(shell(script))) is None


def test_scripts_inside_a_body_are_left_out() -> None:
    body = embedded_body(parse_document(shell(state({"title": TITLE, "content": HTML + "<script>alert(1)</script>"}))))
    assert body is not None
    assert all("alert" not in block.text for block in segment(body))
