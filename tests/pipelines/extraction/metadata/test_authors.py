"""Authors: persons before bodies, and nobody who did not write."""

import pytest

from pipelines.extraction.metadata.names import names_of
from pipelines.items import Hint
from tests.pipelines.extraction.metadata.pages import article, json_ld, meta, read

SITE = meta(og_site_name="Harbour Ledger")


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Mara Lindqvist", ("Mara Lindqvist",)),
        ("BY MARA LINDQVIST AND TOM OKAFOR", ("MARA LINDQVIST", "TOM OKAFOR")),
        ("By Mara Lindqvist, Tom Okafor and Ines Prado", ("Mara Lindqvist", "Tom Okafor", "Ines Prado")),
        ("Von Jonas Weidmann und Karla Behrens, dpa", ("Jonas Weidmann", "Karla Behrens", "dpa")),
        ("Par Élise Garnier et Hugo Blin", ("Élise Garnier", "Hugo Blin")),
        ("Por Lucía Ferrer y Pablo Otero", ("Lucía Ferrer", "Pablo Otero")),
        ("作者：陈晓航", ("陈晓航",)),
        ("By Mara Lindqvist, Senior Markets Editor", ("Mara Lindqvist",)),
        ("By Mara Lindqvist, CFA | 4 min read", ("Mara Lindqvist",)),
        ("By Mara Lindqvist Published on March 3, 2026", ("Mara Lindqvist",)),
        ("By Mara Lindqvist March 3, 2026", ("Mara Lindqvist",)),
        ("Written by: Mara Lindqvist (mara@harbour-ledger.example)", ("Mara Lindqvist",)),
        ("Mara Lindqvist; Tom Okafor", ("Mara Lindqvist", "Tom Okafor")),
        ("Mara Lindqvist Mara Lindqvist", ("Mara Lindqvist",)),
        ("Mara Lindqvist/dpa", ("Mara Lindqvist", "dpa")),
        ("Mara Lindqvist/Tom Okafor", ("Mara Lindqvist", "Tom Okafor")),
        ("Mara Lindqvist @mara_tides", ("Mara Lindqvist",)),
        ("Erstellt von Jonas Weidmann", ("Jonas Weidmann",)),
        ("Interview: Jonas Weidmann", ("Jonas Weidmann",)),
        ("Veröffentlicht von", ()),
        ("Quelle: Hafenamt", ()),
        ("Thu", ()),
        ("Ports and Harbours Authority", ("Ports and Harbours Authority",)),
        ("View all posts", ()),
        ("Promoted by Anchor Bank", ()),
        ("https://www.facebook.com/harbourledger", ()),
        ("admin", ()),
        ("", ()),
    ],
)
def test_names_of_a_byline(byline: str, names: tuple[str, ...]) -> None:
    assert names_of(byline) == names


@pytest.mark.parametrize(
    "before",
    [
        '<p class="byline">By <a href="/author/mara">Mara Lindqvist</a></p>',
        '<div class="post-meta"><span>Mara Lindqvist</span><time datetime="2026-03-03">3 March</time></div>',
        '<div><img alt="Mara Lindqvist" src="/m.jpg"><span>Mara Lindqvist</span></div>',
        "<div>March 3, 2026 • Mara Lindqvist in Markets</div>",
        "<div><span>Written by</span><div>Mara Lindqvist</div></div>",
        '<a href="/team/mara-lindqvist/">Mara Lindqvist</a>',
        "<h3>Author</h3><p>Mara Lindqvist</p>",
        "<ul><li><strong>Author(s)</strong> Mara Lindqvist </li></ul>",
    ],
)
def test_a_byline_in_whatever_form(before: str) -> None:
    assert read(article(before)).authors == ("Mara Lindqvist",)


def test_data_names_persons_as_nodes_lists_and_references() -> None:
    head = json_ld(author=[{"@type": "Person", "name": "Mara Lindqvist"}, {"@id": "#tom"}]) + json_ld(
        **{"@type": "Person", "@id": "#tom", "name": "Tom Okafor"}
    )
    assert read(article(head=head)).authors == ("Mara Lindqvist", "Tom Okafor")


def test_the_site_as_author_gives_way_to_the_person_in_the_byline() -> None:
    head = SITE + json_ld(author={"@type": "Organization", "name": "Harbour Ledger"})
    assert read(article('<p class="byline">By Mara Lindqvist</p>', head)).authors == ("Mara Lindqvist",)


def test_the_site_signs_where_nobody_else_does() -> None:
    head = SITE + json_ld(author={"@type": "Organization", "name": "Harbour Ledger"})
    assert read(article(head=head)).authors == ("Harbour Ledger",)


def test_a_byline_completes_what_data_cuts_short() -> None:
    head = json_ld(author={"@type": "Person", "name": "Mara Lindqvist"})
    before = '<p class="byline">By <a rel="author" href="/author/m">Mara Lindqvist</a> and Tom Okafor</p>'
    assert "Mara Lindqvist" in read(article(before, head)).authors


def test_sidebar_commenters_and_view_all_are_not_authors() -> None:
    after = (
        '<a rel="author" href="/author/x">View all</a>'
        '<aside><div class="author-name">Rita Sloan</div></aside>'
        '<section class="comments"><div class="comment-author">Old Salt</div></section>'
    )
    assert read(article('<p class="byline">By Mara Lindqvist</p>' + after)).authors == ("Mara Lindqvist",)


def test_photographers_and_editors_are_not_authors() -> None:
    before = '<div class="byline"><div>By Mara Lindqvist</div><div>Photographs by Rita Sloan</div></div>'
    assert read(article(before)).authors == ("Mara Lindqvist",)


def test_the_feeds_author_is_believed_where_the_page_names_none() -> None:
    assert read(article(), Hint("feed", authors=("Mara Lindqvist",))).authors == ("Mara Lindqvist",)


def test_a_page_that_names_nobody_has_no_author() -> None:
    before = "<div>Markets</div><div>Trending Now</div><time datetime=2026-03-03>3 March 2026</time>"
    assert read(article(before)).authors == ()


@pytest.mark.parametrize(("line", "name"), [("by tidewatcher", "tidewatcher"), ("By 3T Ledgers", "3T Ledgers")])
def test_a_short_byline_may_hold_a_name_in_small_letters_or_digits(line: str, name: str) -> None:
    assert read(article(f"<p>{line}</p>")).authors == (name,)


def test_who_took_the_picture_did_not_write() -> None:
    picture = (
        '<figure><img src="/p.jpg"><figcaption>Photo by <span class="author">Ines Prado</span></figcaption></figure>'
    )
    assert read(article(picture)).authors == ()


def test_what_the_page_is_filed_under_is_no_author() -> None:
    head = meta(article_section="Shared Ledgers")
    assert read(article("<div>Shared Ledgers</div><time>March 3, 2026</time>", head)).authors == ()


def test_topics_linked_beside_the_date_are_no_name() -> None:
    line = (
        '<ul><li><span class="entry-author">Harbour Desk</span></li><li><time>3 March 2026</time></li>'
        '<li><span><a href="/tag/harrow/">Harrow</a> <a href="/tag/outage/">Outage</a></span></li></ul>'
    )
    assert read(article(line, SITE)).authors == ("Harbour Desk",)
