"""Which pages may have a next part, told without parsing them."""

from __future__ import annotations

import time

import pytest

from pipelines.items import RawPage
from pipelines.paging import may_go_on

LOG = "https://beacon.example/2026/03/keepers-log/"


@pytest.mark.parametrize(
    ("url", "links", "may"),
    [
        (LOG, '<p class="page-links"><a href="2/">2</a></p>', True),
        (LOG, f'<a rel="next" href="{LOG}2/">Next</a>', True),
        (LOG, "<link rel='next' href='?page=2'>", True),
        (LOG, "<link rel='next' href='?id=4&amp;Page=2'>", True),
        (LOG, "<a class='page-links' HREF = './page/2'>", True),
        ("https://b.example/The-Log/", '<a REL="Next" HREF="/The-Log/page/2/">Next</a>', True),
        (LOG, '<a REL="Next" HREF="/2026/03/Keepers-Log/page/2/">Next</a>', True),
        (f"{LOG}2/", f'<div class="pagination"><a href="{LOG}3/">3</a></div>', True),
        ("https://b.example/log.html", "<a rel=next href=log-2.html>2</a>", True),
        ("https://b.example/log-2.html", "<a rel=next href=log-3.html>3</a>", True),
        ("https://b.example/log-2.html", "<a rel=next href=log-12.html>12</a>", False),
        ("https://b.example/%C3%A9t%C3%A9-2026", '<a rel="next" href="/été-2026/2">2</a>', True),
        (LOG, '<a rel="next" href="/2026/03/another-story/">Next story</a>', False),
        (f"{LOG}?id=5", '<a rel="next" href="?id=5&amp;page=2">2</a>', True),
        (LOG, f'<a href="{LOG}2/">2</a>', False),
        (LOG, '<td colspan="12"><a rel="next" href="/page/2/">Older</a>', False),
        (LOG, "", False),
    ],
)
def test_pages_that_may_go_on_are_told_without_parsing(url: str, links: str, may: bool) -> None:
    assert may_go_on(RawPage(url, f"<html><body><p>The log.</p>{links}</body></html>".encode())) is may


@pytest.mark.parametrize(
    "links",
    [b"href" * 500_000, b"keepers-log" * 200_000, (b"href" + b" " * 1_000) * 2_000, b"href='?x;x;x;x;x;x;" * 100_000],
    ids=["links", "names", "spaces", "parameters"],
)
def test_a_page_of_nothing_but_links_is_told_in_no_time(links: bytes) -> None:
    began = time.perf_counter()
    assert not may_go_on(RawPage(LOG, b'<a rel="next">' + links))
    assert time.perf_counter() - began < 1
