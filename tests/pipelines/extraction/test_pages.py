"""Articles over several pages."""

from dataclasses import replace

import pytest

from pipelines import RawPage, extract_article
from pipelines.extraction.pages import next_page

FIRST = "https://beacon.example/2026/03/keepers-try-a-shared-log/"
STORY = "".join(
    f"<p>{line}</p>"
    for line in (
        "Keepers on four islands have written the same log since the autumn, each from a console beside the lamp.",
        "An entry that one of them makes is seen by the others within seconds, and none can be rubbed out afterwards.",
    )
)


def page(url: str, links: str, story: str = STORY) -> RawPage:
    body = f"<article><h1>Keepers try a shared log</h1>{story}{links}</article>"
    return RawPage(url=url, body=f"<html><head><title>Keepers</title></head><body>{body}</body></html>".encode())


@pytest.mark.parametrize(
    ("url", "links", "following"),
    [
        (
            FIRST,
            '<div class="page-links">Pages: <span>1</span> <a class="post-page-numbers" href="2/">2</a></div>',
            f"{FIRST}2",
        ),
        (f"{FIRST}2/", f'<div class="page-links"><a href="{FIRST}">1</a> <a href="{FIRST}3/">3</a></div>', f"{FIRST}3"),
        (
            FIRST,
            f'<link rel="next" href="{FIRST}?page=2">',
            "https://beacon.example/2026/03/keepers-try-a-shared-log?page=2",
        ),
        (
            "https://beacon.example/news/keepers-log.html",
            '<a rel=next href="keepers-log-2.html">Next</a>',
            "https://beacon.example/news/keepers-log-2.html",
        ),
        (FIRST, '<a rel="next" href="/2026/03/another-story-of-the-coast/">Next story</a>', None),
        (FIRST, '<div class="pagination"><a href="/page/2/">2</a></div>', None),
        ("https://beacon.example/category/lamps/", '<a rel="next" href="/category/lamps/page/2/">Older</a>', None),
        ("https://beacon.example/", '<a rel="next" href="/page/2/">Older</a>', None),
        (f"{FIRST}3/", f'<div class="page-links"><a href="{FIRST}2/">2</a></div>', None),
        (FIRST, "", None),
    ],
)
def test_only_the_next_part_of_the_same_article_follows(url: str, links: str, following: str | None) -> None:
    assert next_page(page(url, links)) == following


def test_parts_become_one_article() -> None:
    second = page(
        f"{FIRST}2/",
        "",
        "<p>A fifth island, which has no keeper, sends the height of the waves by a buoy.</p><h2>Winter</h2>"
        + STORY[:200],
    )
    whole = extract_article(replace(page(FIRST, ""), parts=(second.body, b"")))
    blocks = whole.body.split("\n\n")
    assert blocks[0].startswith("Keepers on four islands")
    assert blocks[2].startswith("A fifth island")
    assert [blocks[heading.position] for heading in whole.headings] == ["Winter"]
    assert whole.canonical_url == FIRST.rstrip("/")
