"""What a site repeats leaves the body, with the heading above it; what only looks like it stays."""

from __future__ import annotations

from pipelines import RawPage, extract_article
from pipelines.chrome import SiteChrome, fingerprint
from pipelines.site import Site

NOTE = "Readers of this desk receive a walking stick made of oak when they win the yearly quiz about ledgers."
SITE = Site(SiteChrome(frozenset({fingerprint(NOTE)})))
STORY = (
    "The harbour town of Molle has put its berth register on a chain that four fishing co-operatives run together.",
    "Each boat's place is a token that passes to the heirs, which the old paper register never managed to settle.",
    "The town clerk said on Tuesday that the first hundred berths were entered within a week, without a dispute.",
    "Two neighbouring towns have sent their clerks to look, and one of them wants to follow before the summer.",
)


def page(*blocks: str) -> RawPage:
    paragraphs = "".join(block if block.startswith("<") else f"<p>{block}</p>" for block in blocks)
    html = f"<html><head><title>Berths on a chain</title></head><body><article><h1>Berths on a chain</h1>{paragraphs}"
    return RawPage(url="https://molle.example/berths", body=f"{html}</article></body></html>".encode())


def test_a_repeated_note_stays_where_nothing_was_learned_and_leaves_where_it_was() -> None:
    raw = page(*STORY, NOTE)
    assert NOTE in extract_article(raw).body
    article = extract_article(raw, SITE)
    assert NOTE not in article.body
    assert all(paragraph in article.body for paragraph in STORY)
    assert ("site_chrome", "repeated", NOTE) in [(block.reason, block.rule, block.text) for block in article.removed]


def test_a_heading_leaves_with_the_repeated_block_below_it_only() -> None:
    article = extract_article(page(*STORY[:2], "<h2>Conclusion</h2>", *STORY[2:], "<h2>Quiz</h2>", NOTE), SITE)
    assert [heading.text for heading in article.headings] == ["Conclusion"]
    kept = extract_article(page(*STORY[:2], "<h2>Quiz</h2>", NOTE, *STORY[2:]), SITE)
    assert [heading.text for heading in kept.headings] == ["Quiz"]


def test_a_page_made_of_what_its_site_repeats_keeps_its_body() -> None:
    bulletin = Site(SiteChrome(frozenset(map(fingerprint, STORY))))
    assert all(paragraph in extract_article(page(*STORY), bulletin).body for paragraph in STORY)


def test_a_syndicated_story_is_nobodys_chrome() -> None:
    """Chrome is learned for each site from its own articles; the same story elsewhere counts for nothing here."""
    assert extract_article(page(*STORY), SITE).body == extract_article(page(*STORY)).body


def test_cards_below_a_heading_that_the_site_repeats_may_be_more_than_the_article() -> None:
    title = '<h3><a href="/2026/05/the-{0}-gets-its-own-ledger">The {0} gets its own ledger this spring</a></h3>'
    teaser = (
        "The {0} keeps its books on paper until May, and from then on it keeps them on a chain like all the others."
    )
    cards = [part.format(name) for name in ("market", "school", "ferry") for part in (title, teaser)]
    raw = page(*STORY[:2], "<h3>From the same shelf</h3>", *cards)
    shelf = Site(SiteChrome(frozenset({fingerprint("From the same shelf")})))
    assert extract_article(raw, shelf).body == "\n\n".join(STORY[:2])
    assert [link.kind for link in extract_article(raw, shelf).links] == ["related_block"] * 3
