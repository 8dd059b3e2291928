"""A page or its headers, the notices read from them, and what follows."""

from __future__ import annotations

import time

import pytest

from pipelines.errors import BadInput
from pipelines.extraction.document import parse_document
from pipelines.items import RawPage
from pipelines.rights import Notice, Rights, judge
from pipelines.rights.headers import header_notices
from pipelines.rights.judgement import spdx
from pipelines.rights.page import page_notices

READ = Notice("robots_txt", "status", "200")
BY = "https://creativecommons.org/licenses/by/4.0/"


def of_page(markup: str) -> Rights:
    body = f"<!doctype html><html><head>{markup}</head><body><p>Text</p></body></html>"
    return judge([READ, *notices(body.encode())])


def notices(body: bytes) -> tuple[Notice, ...]:
    """Nothing of a page that cannot be parsed in time."""
    try:
        return page_notices(parse_document(RawPage(url="https://a.example/news/a", body=body)))
    except BadInput:
        return ()


PAGES = [
    ("", {"ai_allowed": True, "directives": (), "tdm_reserved": None, "licence": None, "is_free": None}),
    ("<meta name=robots content='noai, noimageai'>", {"ai_allowed": False, "directives": ("noai", "noimageai")}),
    ("<META NAME='Robots' CONTENT='NOAI'>", {"ai_allowed": False, "ai_reasons": ("meta: noai",)}),
    ("<meta name=robots content='noarchive,nocache'>", {"ai_allowed": True, "directives": ("noarchive", "nocache")}),
    ("<meta name=robots content='max-image-preview:large'>", {"ai_allowed": True, "directives": ()}),
    ("<!-- <meta name=robots content=noai> -->", {"ai_allowed": True}),
    ("<meta name=tdm-reservation content=1><meta name=tdm-policy content='https://a.example/tdm.json'>",
     {"tdm_reserved": True, "tdm_policy": "https://a.example/tdm.json", "ai_allowed": False, "ai_reasons": ("tdm",)}),
    ("<meta name=tdm-reservation content=0>", {"tdm_reserved": False, "ai_allowed": True}),
    (f"<link rel='license' href='{BY}'>", {"licence": BY, "licence_id": "CC-BY-4.0"}),
    ("<a rel='license nofollow' href='/terms'>Terms</a>", {"licence": "https://a.example/terms", "licence_id": None}),
    (f"<figure><img><figcaption><a rel=license href='{BY}'>by</a></figcaption></figure>", {"licence": None}),
    ('<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>',
     {"is_free": False}),
    ('<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":true}</script>',
     {"is_free": True}),
    ('<script type="application/ld+json">{"@graph":[{"@type":"Article","license":"https://creativecommons.org/publicdo'
     'main/zero/1.0/"},{"@type":"ImageObject","license":"https://a.example/i"}]}</script>',
     {"licence_id": "CC0-1.0"}),
    ('<script type="application/ld+json">{"@type":"ImageObject","license":"https://a.example/i"}</script>',
     {"licence": None}),
]  # fmt: skip


@pytest.mark.parametrize(("markup", "expected"), PAGES)
def test_pages(markup: str, expected: dict[str, object]) -> None:
    found = of_page(markup)
    assert {name: getattr(found, name) for name in expected} == expected


HEADERS = [
    ({"x-robots-tag": "noai"}, {"ai_allowed": False, "ai_reasons": ("header: noai",)}),
    ({"x-robots-tag": "googlebot: noindex,otherbot: noarchive"}, {"directives": ("noindex", "noarchive")}),
    ({"tdm-reservation": "1", "tdm-policy": "https://a.example/p"}, {"tdm_reserved": True, "ai_allowed": False}),
    ({"content-usage": "train-ai=n"}, {"ai_allowed": False, "ai_reasons": ("header: content-usage",)}),
    ({"content-usage": "train-ai=y"}, {"ai_allowed": True}),
    ({"link": f'<https://a.example/w>; rel=next, <{BY}>; rel="license"'}, {"licence_id": "CC-BY-4.0"}),
    ({"content-type": "text/html"}, {"ai_allowed": True, "licence": None}),
]


@pytest.mark.parametrize(("headers", "expected"), HEADERS)
def test_headers(headers: dict[str, str], expected: dict[str, object]) -> None:
    found = judge([READ, *header_notices(headers)])
    assert {name: getattr(found, name) for name in expected} == expected


def test_what_the_page_says_of_mining_comes_before_its_header_and_that_before_the_host() -> None:
    host, header = Notice("tdmrep", "tdm-reservation", "1"), Notice("header", "tdm-reservation", "0")
    assert judge([host]).tdm_reserved is True
    assert judge([host, header]).tdm_reserved is False
    assert judge([host, header, Notice("meta", "tdm-reservation", "1")]).tdm_reserved is True


def test_only_crawlers_that_train_decide_and_without_robots_txt_nothing_is_known() -> None:
    search = judge([READ, Notice("robots_txt", "disallow", "PerplexityBot, OAI-SearchBot")])
    assert (search.ai_allowed, search.agents_forbidden) == (True, ("PerplexityBot", "OAI-SearchBot"))
    assert judge([READ, Notice("robots_txt", "disallow", "CCBot, PerplexityBot")]).ai_reasons == ("robots_txt: CCBot",)
    assert judge([]).ai_allowed is None
    assert judge([Notice("robots_txt", "status", "404")]).ai_allowed is True
    assert judge([Notice("ai_txt", "disallow", "text")]).ai_allowed is False


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("http://creativecommons.org/licenses/by-nc-sa/3.0/de/", "CC-BY-NC-SA-3.0"),
        ("CC BY-ND 4.0", "CC-BY-ND-4.0"),
        ("https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "OGL-UK-3.0"),
        ("https://a.example/terms", None),
        (None, None),
    ],
)
def test_open_licences_have_their_spdx_identifier(licence: str | None, expected: str | None) -> None:
    assert spdx(licence) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 200_000,
        b"<meta name=robots content=x>" * 20_000,
        b'<script type="application/ld+json">' + b'{"license":' * 80_000,
        b"<i>" * 2_000 + b"<a rel=license href=x>" * 15_000,
        b"<a rel='" + b"license " * 500_000 + b"' href=x>",
        b"\0\xff" * 100_000,
        b"",
    ],
)
def test_hostile_pages_cost_little_and_leave_little(body: bytes) -> None:
    began = time.perf_counter()
    found = notices(body)
    assert time.perf_counter() - began < 5
    assert sum(len(each.value) for each in found) < 20_000


def test_nothing_of_a_notice_moves_the_cursor_or_the_writing_direction() -> None:
    (notice,) = header_notices({"x-robots-tag": "no\x1b[2Jai \u202eevil"})
    assert notice.value == "no [2Jai  evil"
