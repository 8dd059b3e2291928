from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.discovery import Candidate, UnusableListing, listings
from crawler.sources import Source
from pipelines.items import Hint

URL = "https://harbor.example/markets/"
FIXTURES = Path(__file__).parent / "fixtures"


def page(body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>".encode()


def urls(body: bytes, url: str = URL, source: Source | None = None) -> list[str]:
    return [each.url for each in listings.discover(url, body, {}, source=source).candidates]


def listing(title: str | None, date: str | None = None) -> Hint:
    return Hint("listing", title=title, published_at=date)


def test_a_section_page_of_cards() -> None:
    found = listings.discover(URL, (FIXTURES / "section-cards.html").read_bytes(), {})
    assert found.candidates == (
        Candidate(
            "https://harbor.example/markets/bitcoin-rests-after-a-long-climb/",
            listing("Bitcoin rests after a long climb", "2026-03-04T08:00:00+00:00"),
        ),
        Candidate(
            "https://harbor.example/markets/ether-fees-fall-to-a-spring-low/",
            listing("Ether fees fall to a spring low", "2026-03-03T17:45:00+00:00"),
        ),
        Candidate(
            "https://harbor.example/markets/solana-halt/",
            listing("Solana halts for an hour, then for two", "2026-03-03T06:10:00+00:00"),
        ),
        Candidate(
            "https://harbor.example/policy/lawmakers-read-the-stablecoin-bill-aloud/",
            listing("Lawmakers read the stablecoin bill aloud"),
        ),
    )
    assert found.follow == ("https://harbor.example/markets/page/2/",)


def test_a_front_page_of_numbered_addresses() -> None:
    found = listings.discover("https://daily.example/", (FIXTURES / "front-numbered.html").read_bytes(), {})
    assert [(each.url, each.hint.title, each.hint.published_at) for each in found.candidates] == [
        ("https://daily.example/news/2026/03/05/482133/", "거래소 수수료 인하, 개인 투자자 돌아오나", "2026-03-05"),
        ("https://daily.example/articleView.html?idxno=482120", "비트코인 반감기 이후 채굴 업계의 선택", None),
        ("https://daily.example/articleView.html?idxno=482119", "스테이블코인 법안, 국회 소위원회 통과", None),
    ]
    assert found.follow == ("https://daily.example/?page=2",)


@pytest.mark.parametrize(
    "link",
    [
        "<a href='/markets/bitcoin-rests-after-a-long-climb'>Bitcoin rests after a long climb</a>",
        "<a href='/2026/03/04/bitcoin-rests/'>Bitcoin rests after a climb</a>",
        "<h3><a href='/news/4821'>Bitcoin rests after a long climb</a></h3>",
        "<article><a href='/story/bitcoin-rests-today'>Bitcoin rests today</a></article>",
        "<a href='/bitcoin-rests-after-a-long-climb.html'><h2>Bitcoin rests after a long climb</h2><p>Teaser.</p></a>",
        "<a href='/?p=48213'><h2>Bitcoin rests after a long climb</h2></a>",
        "<a href='/archives/48213'>Bitcoin rests after a long climb</a>",
        "<h2><a href='/%eb%b9%84%ed%8a%b8%ec%bd%94%ec%9d%b8-%ea%b0%80%ea%b2%a9'>비트코인 상승세 지속 전망</a></h2>",
    ],
)
def test_links_to_articles(link: str) -> None:
    assert len(urls(page(f"<main>{link}</main>"))) == 1


@pytest.mark.parametrize(
    "link",
    [
        "<a href='/markets'>Markets</a>",
        "<a href='/category/long-form-reads-of-the-week/'>Long form reads of the week</a>",
        "<a href='/author/ann-example-of-the-harbor/'>Ann Example of the Harbor</a>",
        "<a href='/about-us'>About us and all that we do</a>",
        "<a href='/privacy-policy'>Privacy policy of the site</a>",
        "<a href='/price/bitcoin-price-today-in-dollars'>Bitcoin price today in dollars</a>",
        "<a href='/tag/bitcoin-rests-after-a-long-climb'>Bitcoin rests after a long climb</a>",
        "<a href='/a-long-story-of-the-harbor?share=x'>Share this long story now</a>",
        "<a href='https://elsewhere.example/bitcoin-rests-after-a-long-climb'>Bitcoin rests after a long climb</a>",
        "<nav><a href='/markets/bitcoin-rests-after-a-long-climb'>Bitcoin</a></nav>",
        "<a href='/uploads/bitcoin-rests-after-a-long-climb.pdf'>Bitcoin rests after a long climb</a>",
        "<a href='#'>Bitcoin rests after a long climb</a>",
        "<a href='/markets/'>This very page, in so many words</a>",
        "<a href='javascript:void(0)'>Bitcoin rests after a long climb</a>",
        "<a>Bitcoin rests after a long climb</a>",
    ],
)
def test_links_to_something_else(link: str) -> None:
    assert urls(page(f"<main>{link}</main>")) == []


LINKS = '<a href="/n/1">One</a><a href="/n/2/gallery">Two</a><a href="/about">Three</a><a href="//x.example/n/3">X</a>'


def test_a_source_s_patterns_decide() -> None:
    source = Source("harbor", "Harbor", "harbor.example", article_patterns=(r"^/n/\d",), exclude_patterns=("gallery",))
    assert urls(page(LINKS), source=source) == ["https://harbor.example/n/1"]
    part = Source("harbor", "Harbor", "harbor.example/magazine")
    stories = "<h2><a href='/magazine/a-story-of-the-sea'>A story of the sea</a></h2>"
    assert urls(page(f"{stories}{STORY}"), source=part) == ["https://harbor.example/magazine/a-story-of-the-sea"]


def test_links_are_resolved_against_base() -> None:
    body = page(
        "<h2><a href='a-story-of-the-sea'>A story of the sea</a></h2>", "<base href='https://harbor.example/en/'>"
    )
    assert urls(body) == ["https://harbor.example/en/a-story-of-the-sea"]


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("<span>Markets</span><span>A story of the sea</span>", "Markets A story of the sea"),
        ("A “<em>story</em>” of the sea", "A “story” of the sea"),
        ("A story &lt;of&gt; the\n  sea &amp; shore", "A story <of> the sea & shore"),
    ],
)
def test_titles(markup: str, title: str) -> None:
    (candidate,) = listings.discover(URL, page(f"<h2><a href='/a-story-of-the-sea'>{markup}</a></h2>"), {}).candidates
    assert candidate.hint.title == title


def test_since() -> None:
    link = "<h2><a href='/{day}/a-story-of-the-sea'>A story of the sea</a></h2>"
    card = f"<article>{link}<time datetime='2026-03-0{{day}}'></time></article>"
    body = page("".join(card.format(day=day) for day in (1, 2, 3)))
    since = datetime(2026, 3, 2, tzinfo=UTC)
    found = listings.discover(URL, body, {}, since=since).candidates
    assert [each.hint.published_at for each in found] == ["2026-03-03", "2026-03-02"]


STORY = "<h2><a href='/a-story-of-the-sea'>A story of the sea</a></h2>"


@pytest.mark.parametrize(
    ("url", "markup", "following"),
    [
        (URL, "<a rel='next' href='/markets/page/2/'>2</a>", "https://harbor.example/markets/page/2/"),
        (
            URL,
            "<a class='next page-numbers' href='/markets/page/2/'>Next</a>",
            "https://harbor.example/markets/page/2/",
        ),
        (URL, "<a href='?page=2'>More</a>", "https://harbor.example/markets/?page=2"),
        (
            URL,
            "<a href='/markets/page/7/'>7</a><a href='/markets/page/2/'>2</a>",
            "https://harbor.example/markets/page/2/",
        ),
        (f"{URL}page/2/", "<a href='../3/'>3</a><a href='../1/'>1</a>", "https://harbor.example/markets/page/3/"),
        (f"{URL}?page=2&sort=x", "<a href='?sort=x&page=3'>3</a>", "https://harbor.example/markets/?sort=x&page=3"),
        (URL, "<a href='/policy/page/2/'>Other section</a>", None),
        (URL, "<a rel='next' href='https://elsewhere.example/page/2'>2</a>", None),
        (f"{URL}page/3/", "<a rel='next' href='/markets/page/2/'>Newer</a>", None),
        (URL, "<a rel='next' href='/markets/'>Here</a>", None),
        (URL, "", None),
    ],
)
def test_pagination(url: str, markup: str, following: str | None) -> None:
    assert listings.discover(url, page(STORY + markup), {}).follow == ((following,) if following else ())


def test_a_page_without_articles_leads_nowhere() -> None:
    assert listings.discover(URL, page("<a rel='next' href='/markets/page/2/'>2</a>"), {}).follow == ()


@pytest.mark.parametrize("body", [b"", b"   ", b"\x00\x00", b"<!-- nothing -->"])
def test_what_is_no_page_is_named(body: bytes) -> None:
    with pytest.raises(UnusableListing, match="not a page"):
        listings.discover(URL, body, {})


@pytest.mark.parametrize(
    "body",
    [
        b"<a href='/a-b-c-d-e'>" * 50_000,
        b"<div>" * 50_000 + STORY.encode(),
        b"<h2><a href='/a-b-c-d'>" + b"<b>x" * 50_000,
        b"<time datetime='2026-03-01'>" * 50_000,
        b"\xff\xfe\x00" * 10_000,
        b"<a href='" + b"-" * 1_000_000 + b"'>x</a>",
    ],
    ids=["links", "depth", "label", "dates", "bytes", "address"],
)
def test_hostile_pages_are_harmless(body: bytes) -> None:
    assert len(urls(body)) <= 1


@pytest.mark.parametrize(
    ("encoding", "headers"),
    [("utf-8", {}), ("euc-kr", {"Content-Type": "text/html; charset=euc-kr"}), ("shift_jis", {})],
)
def test_encodings(encoding: str, headers: dict[str, str]) -> None:
    title = "ビットコインは休む" if encoding == "shift_jis" else "비트코인 가격 상승세 지속 전망 나와"
    head = f"<meta charset='{encoding}'>" if not headers else ""
    text = f"<html><head>{head}</head><body><h2><a href='/news/482133'>{title}</a></h2></body></html>"
    (candidate,) = listings.discover(URL, text.encode(encoding), headers).candidates
    assert candidate.hint.title == title
