"""Which sources share a lock: those that share a host, directly or through others."""

from __future__ import annotations

import pytest

from crawler.fleet.sites import sites
from crawler.sources import Source


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
