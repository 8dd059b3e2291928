"""Plain text dumps: what a poor scraper left, read back into an article. Each dump has the shape of a real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import Article, RawPage, extract_article

DUMPS = Path(__file__).parents[1] / "fixtures" / "dumps"
ACADEMY, MARKDOWN, WRAPPED = ((DUMPS / f"{name}.txt").read_text("utf-8") for name in ("academy", "markdown", "wrapped"))


def read(text: str) -> Article:
    return extract_article(RawPage(url="dump.txt", body=text.encode()))


def test_the_seeds_shape_gives_its_article() -> None:
    article = read(ACADEMY)
    blocks = article.body.split("\n\n")
    assert (article.title, article.language) == ("Harbor Republic Opens a School for Chain Auditors", "en")
    assert [heading.text for heading in article.headings] == [
        "Why the School Was Built",
        "What Will Be Taught",
        "The Republic’s Chain Industry",
    ]
    assert [blocks[heading.position] for heading in article.headings] == [h.text for h in article.headings]
    assert (len(blocks), blocks[0].split(".")[0][-22:]) == (8, "ministry of trade said")
    assert blocks[-1].endswith("It opens its doors in May.")


def test_the_seeds_related_lines_become_links_without_addresses() -> None:
    links = read(ACADEMY).links
    assert [(link.kind, link.url, link.text[:20], link.position) for link in links] == [
        ("related_inline", "", "Harbor?s Lighthouse ", 3),
        ("related_block", "", "Reading ERC-223 Cont", 8),
        ("related_block", "", "What Is ERC-6551: a ", 8),
        ("related_block", "", "A Talk With Two Brid", 8),
    ]
    assert [(link.teaser or "").split(" ")[0] for link in links] == ["", "Take", "Meet", "Hear"]


def test_all_that_left_the_seed_is_in_the_ledger_with_its_reason() -> None:
    reasons = [block.reason for block in read(ACADEMY).removed]
    assert reasons == [
        "plugin_notice", "title", "related_inline", *["social_footer"] * 4, *["related_block"] * 7, "plugin_notice",
    ]  # fmt: skip


def test_markdown_marks_are_read() -> None:
    article = read(MARKDOWN)
    assert (article.title, article.authors, article.published_at) == (
        "Lantern Miners Move to the Coast",
        ("Ada Example",),
        "2026-04-03",
    )
    assert article.tags == ("Lantern", "Mining", "Wind")
    assert [(h.level, h.text, h.position) for h in article.headings] == [(2, "A Town Loses Its Hum", 1)]
    assert article.body.split("\n\n")[2:] == [
        "What the town will miss is the noise, its mayor said. It will not miss the bill for the new transformer.",
        "The old hall goes to the fire brigade",
        "The cables stay in the ground",
        "We came for the snow and leave for the wind.",
    ]
    assert [(link.kind, link.url, link.text) for link in article.links] == [
        ("inline", "https://lantern.example/news/trucks", "Monday"),
        ("related_inline", "", "Who Pays for the Wind?"),
    ]
    assert "- The old hall goes to the fire brigade\n- The cables stay in the ground" in article.body_markdown


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    article = read(WRAPPED)
    assert article.title == "Slow Blocks Are Safe Blocks, Says a Study of Eleven Small Chains"
    assert [len(block.split()) > 40 for block in article.body.split("\n\n")] == [True, True]


@pytest.mark.parametrize("line", ["We agree.", "which is why", "Bitcoin, Ether and Sol,", "Total: 14 | 22 | 9"])
def test_a_short_line_is_not_always_a_heading(line: str) -> None:
    prose = "The keepers of the bridge counted their reserves twice on that day and found nothing missing at all."
    assert read(f"A Title Above It All\n\n{prose}\n\n{line}\n\n{prose} Then they slept.").headings == ()


def test_entities_of_a_half_parsed_dump_are_undone() -> None:
    prose = "Solana&rsquo;s price fell, and the miners&rsquo; union called it &ldquo;a pause&rdquo; &mdash; no more."
    assert "Solana’s price" in read(f"Some Title of It\n\n{prose} {prose}").body
