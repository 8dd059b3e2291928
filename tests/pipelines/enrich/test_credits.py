"""Who credits whom: sentences with the outlets they credit, one half held out; and where a credit stands and leads."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.sources import SourceRegistry
from pipelines.enrich.credits import MAX_CREDITS, find_credits
from pipelines.enrich.outlets import outlets
from pipelines.items import Article, Link, LinkKind

SENTENCES = Path(__file__).parent / "sentences"
URL = "https://daily.example/a-story"


def an_article(body: str, language: str | None = "en", url: str = URL, links: tuple[Link, ...] = ()) -> Article:
    return Article(id="a", url=url, canonical_url=url, language=language, body=body, links=links)


def labelled(name: str) -> Iterator[tuple[str, frozenset[str], str]]:
    """Language, outlets credited and sentence of each line."""
    for line in (SENTENCES / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            language, wanted, sentence = line.split(" | ", 2)
            yield language, frozenset(each.strip() for each in wanted.split(";") if each != "-"), sentence


@pytest.mark.parametrize("name", ["credits-dev.txt", "credits-heldout.txt", "credits-news.txt"])
def test_sentences(name: str) -> None:
    found = [
        (wanted, frozenset(each.outlet for each in find_credits(an_article(text, language))))
        for language, wanted, text in labelled(name)
    ]
    right = sum(len(wanted & got) for wanted, got in found)
    assert right / sum(len(got) for _, got in found) >= 0.95
    assert right / sum(len(wanted) for wanted, _ in found) >= 0.85


def test_the_words_stand_where_it_says() -> None:
    body = "It rained.\n\nThe raise was first reported by The Block. Later Reuters reported the price."
    found = find_credits(an_article(body))
    assert [(each.outlet, each.domain, each.text) for each in found] == [
        ("The Block", "theblock.co", "reported by The Block"),
        ("Reuters", "reuters.com", "Reuters reported"),
    ]
    assert all(body[each.start : each.stop] == each.text for each in found)


@pytest.mark.parametrize(
    ("url", "outlets_credited"),
    [
        ("https://www.coindesk.com/business/a-story", ["Bloomberg"]),
        ("https://www.coindeskjapan.com/1", ["CoinDesk", "Bloomberg"]),
        (URL, ["CoinDesk", "Bloomberg"]),
    ],
)
def test_the_own_outlet_is_no_credit(url: str, outlets_credited: list[str]) -> None:
    found = find_credits(an_article("He told CoinDesk that he left, confirming what Bloomberg reported.", url=url))
    assert [each.outlet for each in found] == outlets_credited


@pytest.mark.parametrize(
    ("text", "link", "domain", "url"),
    [
        ("Bloomberg reported", "https://www.bloomberg.com/a", "bloomberg.com", "https://www.bloomberg.com/a"),
        ("the sale", "https://www.bloomberg.com/a", "bloomberg.com", "https://www.bloomberg.com/a"),
        ("reported", "https://archive.example/b", "bloomberg.com", "https://archive.example/b"),
        ("the sale", "https://archive.example/b", "bloomberg.com", None),
        ("Bloomberg", "https://daily.example/tag/bloomberg", "bloomberg.com", None),
        ("Bloomberg reported", "https://x.com/business/1", "bloomberg.com", None),
    ],
)
def test_the_link_that_goes_with_it(text: str, link: str, domain: str, url: str | None) -> None:
    body = "An opening.\n\nBloomberg reported the sale."
    (found,) = find_credits(an_article(body, links=(Link(LinkKind.INLINE, link, text, position=1),)))
    assert (found.domain, found.url) == (domain, url)


def test_an_outlet_nobody_knows_has_the_domain_of_its_link() -> None:
    body = "The raid was first reported by the Lagos Courier."
    link = Link(LinkKind.INLINE, "https://news.example.co.uk/raid", "reported by the Lagos Courier")
    (found,) = find_credits(an_article(body, links=(link,)))
    assert (found.outlet, found.domain) == ("Lagos Courier", "example.co.uk")
    (bare,) = find_credits(an_article(body))
    assert (bare.outlet, bare.domain, bare.url) == ("Lagos Courier", None, None)


@pytest.mark.parametrize("language", ["xx", None])
def test_a_language_nobody_knows_is_read_with_all_phrases(language: str | None) -> None:
    assert [it.outlet for it in find_credits(an_article("Bloomberg'in haberine göre borsa satılacak.", language))] == [
        "Bloomberg"
    ]


def test_sources_are_outlets_under_their_domains() -> None:
    known = {(outlet.name, outlet.domain) for outlet in outlets().values()}
    names = {name: outlet.domain for name, outlet in outlets().items()}
    sources = [(source.name.partition(" (")[0], source.domain) for source in SourceRegistry.load()]
    assert [source for source in sources if source not in known and names.get(source[0]) != source[1]] == []


def test_a_body_of_credits_alone_is_bounded() -> None:
    assert len(find_credits(an_article("Bloomberg reported. " * 5_000))) == MAX_CREDITS


@pytest.mark.parametrize(
    "piece",
    [
        "Bloomberg ",
        "according to a report ",
        "Aa ",
        "newspaper ",
        "newspaper Aaa ",
        "Times ",
        "told ",
        "citing a, ",
        "a ",
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    body = piece * (200_000 // len(piece))
    before = time.process_time()
    for language in ("en", "tr", "ja", None):
        find_credits(an_article(body, language))
    assert time.process_time() - before < 2.0
