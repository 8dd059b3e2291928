from __future__ import annotations

import pytest

from crawler.spiders.continuations import may_go_on
from pipelines.items import RawPage

LOG = "https://beacon.example/2026/03/keepers-log/"


@pytest.mark.parametrize(
    ("url", "links", "may"),
    [
        (LOG, '<p class="page-links"><a href="2/">2</a></p>', True),
        (LOG, f'<a rel="next" href="{LOG}2/">Next</a>', True),
        (LOG, "<link rel='next' href='?page=2'>", True),
        (LOG, '<a REL="Next" HREF="/2026/03/Keepers-Log/page/2/">Next</a>', True),
        (f"{LOG}2/", f'<div class="pagination"><a href="{LOG}3/">3</a></div>', True),
        ("https://b.example/log.html", "<a rel=next href=log-2.html>2</a>", True),
        ("https://b.example/log-2.html", "<a rel=next href=log-3.html>3</a>", True),
        ("https://b.example/log-2.html", "<a rel=next href=log-12.html>12</a>", False),
        ("https://b.example/%C3%A9t%C3%A9", '<a rel="next" href="/été/2">2</a>', True),
        (LOG, '<a rel="next" href="/2026/03/another-story/">Next story</a>', False),
        (LOG, f'<a href="{LOG}2/">2</a>', False),
        (LOG, "", False),
    ],
)
def test_pages_that_may_go_on_are_told_without_parsing(url: str, links: str, may: bool) -> None:
    assert may_go_on(RawPage(url, f"<html><body><p>The log.</p>{links}</body></html>".encode())) is may
