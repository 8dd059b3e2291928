"""The title: without the site's name, whichever of the page's wordings is best attested."""

import pytest

from pipelines.items import Hint
from tests.pipelines.extraction.metadata.pages import STORY, TITLE, article, json_ld, meta, page, read

SITE = meta(og_site_name="Harbour Ledger")


@pytest.mark.parametrize(
    "head_title",
    [
        f"{TITLE} | Harbour Ledger",
        f"{TITLE} - Harbour Ledger",
        f"{TITLE} – Markets – Harbour Ledger",
        f"Harbour Ledger: {TITLE}",
        f"{TITLE} • harbour-ledger.example",
    ],
)
def test_the_sites_name_is_no_part_of_a_title(head_title: str) -> None:
    document = page(f"<title>{head_title}</title>{SITE}", f"<article>{STORY}</article>")
    assert read(document).title == TITLE


def test_a_dash_inside_a_headline_stays() -> None:
    headline = "Ports, pilots and proofs - a year of shared ledgers"
    head = f"<title>{headline} | Harbour Ledger</title>{SITE}{meta(og_title=headline)}"
    assert read(page(head, f"<h1>{headline}</h1>{STORY}")).title == headline


def test_the_headline_is_preferred_to_the_wording_for_search_engines() -> None:
    head = "<title>Tide Tables Blockchain 2026: Best Ledger Guide | Harbour Ledger</title>" + SITE
    assert read(article(head=head + json_ld(headline=TITLE))).title == TITLE


def test_a_logo_in_an_h1_is_no_title() -> None:
    body = f"<header><h1>Harbour Ledger</h1></header><article><h1 class=entry-title>{TITLE}</h1>{STORY}</article>"
    assert read(page(f"<title>{TITLE} - Harbour Ledger</title>{SITE}", body)).title == TITLE


def test_entities_and_soft_hyphens_are_resolved() -> None:
    head = json_ld(headline="Pilots &amp; ports: &#8216;no more paper&#8217;")
    body = "<h1>Pilots &amp; ports: ‘no more pa&shy;per’</h1>" + STORY
    assert read(page(head, body)).title == "Pilots & ports: ‘no more paper’"


def test_the_feeds_title_decides_between_two_wordings() -> None:
    head = f"<title>{TITLE}</title>" + meta(og_title="Why your harbour wants a ledger")
    document = page(head, STORY)
    hint = Hint("feed", title="Why your harbour wants a ledger")
    assert read(document, hint).title == "Why your harbour wants a ledger"


def test_words_parted_only_by_layout_stay_two_words() -> None:
    body = "<h1><span>Shared ledgers</span><span>Ports test them</span></h1>" + STORY
    assert read(page("", body)).title == "Shared ledgers Ports test them"


def test_a_page_without_any_name_has_no_title() -> None:
    assert read(page("", STORY)).title is None


def test_an_endless_title_is_cut() -> None:
    title = read(page("<title>" + "ledger " * 200_000 + "</title>", STORY)).title
    assert title is not None
    assert len(title) <= 500
