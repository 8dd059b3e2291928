"""Canonical address, language, section, tags, image, description and labels."""

import pytest

from pipelines.items import Hint
from tests.pipelines.extraction.metadata.pages import STORY, URL, article, json_ld, meta, page, read


@pytest.mark.parametrize(
    ("url", "stated", "canonical"),
    [
        (f"{URL}?utm_source=feed", URL, URL),
        (f"{URL}?utm_source=feed", None, URL),
        (f"{URL}/amp", URL, URL),
        (
            "https://harbour-ledger.example/?p=4711",
            "/markets/tide-tables",
            "https://harbour-ledger.example/markets/tide-tables",
        ),
        (URL, "https://harbour-ledger.example/", URL),
        (URL, "https://elsewhere.example/markets/tide-tables-move-on-chain", URL),
        (URL, "https://www.harbour-ledger.example/category/markets/", URL),
        (URL, "javascript:alert(1)", URL),
        ("saved/page.html", URL, URL),
        ("saved/page.html", "https://harbour-ledger.example/", None),
        (f"{URL}/2/", f"{URL}/2/", URL),
        (f"{URL}?page=3", f"{URL}?page=3", URL),
    ],
)
def test_the_canonical_address_is_believed_only_where_it_can_be_true(
    url: str, stated: str | None, canonical: str | None
) -> None:
    head = f'<link rel=canonical href="{stated}">' if stated else ""
    assert read(article(head=head, url=url)).canonical_url == canonical


@pytest.mark.parametrize(
    ("head", "aliases"),
    [
        ("<link rel=shortlink href='/?p=4711'>", ("https://www.harbour-ledger.example/?p=4711",)),
        ("<link rel=shortlink href=https://wp.me/p1a2-Bc>", ("https://wp.me/p1a2-Bc",)),
        ("<link rel=shortlink href=/node/4711>", ("https://www.harbour-ledger.example/node/4711",)),
        (f"<link rel=shortlink href='{URL}?utm_source=x'>", ()),
        ("<link rel=shortlink href=/>", ()),
        ("<link rel=shortlink href='/?lang=en'>", ()),
        ("<link rel=shortlink href=https://wp.me/>", ()),
        ("<link rel=shortlink href='https://elsewhere.example/?p=4711'>", ()),
        ("<link rel=shortlink href='javascript:alert(1)'>", ()),
        (f"<link rel=amphtml href={URL}/amp/>", ()),
        ("<link rel=amphtml href=/m/tide-tables>", ("https://www.harbour-ledger.example/m/tide-tables",)),
        ("<link rel=amphtml href=/category/markets/>", ()),
        (
            f"<link rel=canonical href={URL}>" + meta(og_url="/2026/tide-tables"),
            ("/2026/tide-tables",),
        ),
        ("".join(f"<link rel={rel} href=/{n}>" for n in (1, 2) for rel in ("shortlink", "amphtml")), ("/1", "/2")),
    ],
)
def test_further_addresses_of_the_page(head: str, aliases: tuple[str, ...]) -> None:
    wanted = tuple(f"https://www.harbour-ledger.example{each}" if each[0] == "/" else each for each in aliases)
    assert read(article(head=head)).aliases == wanted


@pytest.mark.parametrize(
    ("html", "head", "language"),
    [
        ("<html lang=en-US>", "", "en"),
        ("<html lang=de_DE>", "", "de"),
        ("<html>", meta(og_locale="pt_BR"), "pt"),
        ("<html>", "", "en"),
        ("<html lang=nb>", "", "no"),
    ],
)
def test_the_declared_language(html: str, head: str, language: str) -> None:
    body = STORY if language == "en" else ""
    assert read(page(head, body, html=html)).language == language


def test_a_text_that_is_plainly_of_another_language_is_believed() -> None:
    german = (
        "<p>Die Behörden der drei Häfen wollen im Frühjahr entscheiden, ob der Dienst bleibt. Bis dahin schreiben sie "
        "jeden Tag auf, wann das Wasser kommt und wann es geht, und wer mag, der kann es nachlesen. Früher haben die "
        "Lotsen ihre gedruckten Tafeln über Funk verglichen, und nicht immer stimmten sie überein. Nun steht alles in "
        "einem Buch, das allen gehört und in dem keiner etwas löschen kann, ohne dass es die anderen sehen.</p>"
    )
    assert read(page("", german, html="<html lang=en>")).language == "de"


def test_section_and_tags_of_block_themes() -> None:
    before = (
        '<div class="taxonomy-category wp-block-post-terms"><a href="/category/markets/" rel="tag">Markets</a></div>'
        '<div class="taxonomy-post_tag wp-block-post-terms"><a href="/tag/tides/" rel="tag">Tides</a>, '
        '<a href="/tag/ports/" rel="tag">Ports</a></div>'
    )
    found = read(article(before))
    assert (found.section, found.tags) == ("Markets", ("Tides", "Ports"))


def test_section_and_tags_of_data_and_feed() -> None:
    head = json_ld(articleSection="Markets", keywords=["Tides", "ports", "Ports"])
    found = read(article(head=head), Hint("feed", tags=("Ledgers",)))
    assert (found.section, found.tags) == ("Markets", ("Tides", "ports", "Ledgers"))


def test_uncategorised_is_no_section() -> None:
    assert read(article(head=meta(article_section="Uncategorized"))).section is None


def test_image_and_description() -> None:
    head = meta(og_image="/img/pier.jpg", og_description="  Ports share\n their tides. ")
    found = read(article(head=head))
    assert found.image_url == "https://www.harbour-ledger.example/img/pier.jpg"
    assert found.description == "Ports share their tides."


def test_an_image_node_is_named_by_its_address() -> None:
    head = json_ld(image={"@type": "ImageObject", "name": "Pier", "url": "https://cdn.example/pier.jpg"})
    assert read(article(head=head)).image_url == "https://cdn.example/pier.jpg"


@pytest.mark.parametrize(
    ("before", "head", "url", "evidence"),
    [
        ("<div>Sponsored Content</div>", "", URL, {"sponsored": "line: Sponsored Content"}),
        ("", json_ld(sponsor={"name": "Acme Bank"}), URL, {"sponsored": "JSON-LD sponsor: Acme Bank"}),
        ("<span class=kicker>Press Release</span>", "", URL, {"press_release": "line: Press Release"}),
        ("", meta(article_section="Anzeige"), URL, {"sponsored": "section: Anzeige"}),
        ("<div>Anzeige</div>", "", URL, {}),
        ("", meta(article_section="Opinion"), URL, {"opinion": "section: Opinion"}),
        ("", meta(article_tag="Op-Ed"), URL, {"opinion": "tag: Op-Ed"}),
        (
            "",
            "",
            "https://harbour-ledger.example/press-releases/anchor-bank",
            {"press_release": "address: /press-releases/"},
        ),
        ("<div>Guest Post</div>", "", URL, {"guest_post": "line: Guest Post"}),
        ("", json_ld(isAccessibleForFree=False), URL, {"paywalled": "JSON-LD isAccessibleForFree: false"}),
        ("", json_ld(isAccessibleForFree="False"), URL, {"paywalled": "JSON-LD isAccessibleForFree: false"}),
        ("", meta(article_content_tier="metered"), URL, {"paywalled": "meta article:content_tier: metered"}),
        ("", json_ld(isAccessibleForFree=True), URL, {}),
        ("", meta(article_section="Price Analysis"), URL, {"price_analysis": "section: Price Analysis"}),
        ("", meta(article_tag="Análisis técnico"), URL, {"price_analysis": "tag: Análisis técnico"}),
        ("", "", "https://harbour-ledger.example/price-analysis/ada", {"price_analysis": "address: /price-analysis/"}),
        ("", "", "https://harbour-ledger.example/news/price-of-analysis", {}),
        (
            "<span>Sponsored</span><span>Press Release</span>",
            "",
            URL,
            {"sponsored": "line: Sponsored", "press_release": "line: Press Release"},
        ),
        ("<p>The sponsored boat won the race that the opinion pages had written off.</p>", "", URL, {}),
    ],
)
def test_labels_need_evidence(before: str, head: str, url: str, evidence: dict[str, str]) -> None:
    found = read(article(before, head, url=url))
    assert {each.label: each.text for each in found.evidence} == evidence
    assert found.labels == tuple(evidence)
