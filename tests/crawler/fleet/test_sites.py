"""Which sources share a lock: those that may ask the same host, directly or through others."""

from __future__ import annotations

import pytest

from crawler.fleet.sites import sites
from crawler.source_row import row_of
from crawler.sources import Source
from pipelines.errors import StoreBusy
from pipelines.store.database import located
from pipelines.store.engine import Location
from pipelines.store.lock import Names, crawl_lock, source_locks


def source(key: str, domain: str, *feeds: str) -> Source:
    return Source(key, key, domain, feeds=feeds)


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([source("a", "a.example"), source("b", "b.example")], {"a": "a.example", "b": "b.example"}),
        ([source("a", "a.example"), source("mag", "a.example/magazine")], {"a": "a.example", "mag": "a.example"}),
        ([source("a", "a.example", "https://www.a.example/rss")], {"a": "a.example"}),
        (
            [source("a", "a.example", "https://feeds.example/a"), source("b", "b.example", "https://feeds.example/b")],
            {"a": "a.example", "b": "a.example"},
        ),
        (
            [
                source("a", "a.example", "https://x.example/a"),
                source("b", "b.example", "https://x.example/b", "https://y.example/b"),
                source("c", "c.example", "https://y.example/c"),
                source("d", "d.example"),
            ],
            {"a": "a.example", "b": "a.example", "c": "a.example", "d": "d.example"},
        ),
    ],
    ids=["apart", "a part of a site", "www", "one host of feeds", "through others"],
)
def test_sources_that_share_a_host_share_a_site(sources: list[Source], expected: dict[str, str]) -> None:
    assert sites(sources) == expected
    assert sites(reversed(sources)) == expected


A = source("a", "a.example")
PAIRS = {
    "apart": (A, source("b", "b.example"), False),
    "names that end alike": (A, source("b", "ba.example"), False),
    "a part of the site": (A, source("b", "a.example/magazine"), True),
    "two parts of a site": (source("a", "a.example/news"), source("b", "a.example/magazine"), True),
    "two ports": (source("a", "a.example:8000"), source("b", "a.example:9000"), True),
    "a subdomain": (A, source("b", "es.a.example"), True),
    "a subdomain of a subdomain": (A, source("b", "b.es.a.example"), True),
    "two subdomains": (source("a", "es.a.example"), source("b", "de.a.example"), False),
    "a subdomain of a part": (source("a", "a.example/magazine"), source("b", "es.a.example"), False),
    "a feed at the other's": (A, source("b", "b.example", "https://www.a.example/b.xml"), True),
    "a feed below the other's": (A, source("b", "b.example", "https://feeds.a.example/b.xml"), True),
    "feeds at one host": (
        source("a", "a.example", "https://feeds.example/a"),
        source("b", "b.example", "https://feeds.example/b"),
        True,
    ),
    "a feed above the other's": (
        source("a", "a.example", "https://medium.example/a"),
        source("b", "b.medium.example"),
        False,
    ),
    "addresses": (source("a", "127.0.0.2"), source("b", "127.0.0.3"), False),
    "an address twice": (source("a", "127.0.0.2:80"), source("b", "127.0.0.2:81/b"), True),
}


@pytest.mark.postgres
def test_what_the_queue_keeps_apart_the_store_refuses(shared_database: str) -> None:
    place = located(shared_database)
    for name, (one, other, shared) in PAIRS.items():
        here, there = (source_locks([row_of(each)]) for each in (one, other))
        assert (len(set(sites([one, other]).values())) == 1) == shared, name
        for first, second in ((here, there), (there, here)):
            with crawl_lock(place, "newsmint crawl", *first):
                assert _is_refused(place, second) == shared, name
    with crawl_lock(place, "newsmint crawl", *source_locks(map(row_of, (A, source("b", "es.a.example"))))):
        assert _is_refused(place, source_locks([row_of(source("c", "de.a.example"))])), "one crawl may have both"


def _is_refused(place: Location, names: Names) -> bool:
    try:
        with crawl_lock(place, "newsmint crawl", *names):
            return False
    except StoreBusy:
        return True
