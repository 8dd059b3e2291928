"""The links of an article, each with its kind, address, teaser and place."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.apart import MORE, PROSE, apart

HERE = "https://news.example"
CARD = "/2026/03/who-pays-for-the-wind"
OTHER = "/2026/02/forty-trucks-a-day"

CASES: list[tuple[str, str, list[tuple[str, str, str, str | None, int]]]] = [
    (
        "a reference in a sentence, tracking and fragment gone",
        f'<p>{PROSE}<a href="https://ministry.example/report?utm_source=x&amp;id=4#top">the report</a> says.</p>',
        [("inline", "https://ministry.example/report?id=4", "the report", None, 0)],
    ),
    (
        "places on the page, mail and script are no links",
        f'<p>{PROSE}<a href="#note">1</a> <a href="mailto:a@b.example">mail</a> <a href="javascript:x()">x</a></p>',
        [],
    ),
    (
        "once a kind, in page order",
        f'<p>{PROSE}<a href="/a-b-c">one</a> <a href="/d-e-f">two</a></p><p>{MORE}<a href="/a-b-c">again</a></p>',
        [("inline", f"{HERE}/a-b-c", "one", None, 0), ("inline", f"{HERE}/d-e-f", "two", None, 0)],
    ),
    (
        "a line that leads in another article",
        f'<p>{PROSE}</p><p><strong>Related: </strong><a href="{CARD}">Who Pays for the Wind</a></p><p>{MORE}</p>',
        [("related_inline", HERE + CARD, "Who Pays for the Wind", None, 1)],
    ),
    (
        "whatever the label, if it leads to the site's own article",
        f'<p>{PROSE}</p><p>More on this: <a href="{CARD}">Who Pays for the Wind</a></p><p>{MORE}</p>',
        [("related_inline", HERE + CARD, "Who Pays for the Wind", None, 1)],
    ),
    (
        "a title with a colon of its own",
        f'<p>{PROSE}</p><p>Also read: <a href="{CARD}">Storage Explained: Who Pays for the Wind</a></p><p>{MORE}</p>',
        [("related_inline", HERE + CARD, "Storage Explained: Who Pays for the Wind", None, 1)],
    ),
    (
        "a line that is a link from its first word on",
        f'<p>{PROSE}</p><p><a href="{CARD}">Also read: Who Pays for the Wind</a></p><p>{MORE}</p>',
        [("related_inline", HERE + CARD, "Who Pays for the Wind", None, 1)],
    ),
    (
        "a card with a link laid over it",
        f'<p>{PROSE}</p><div class="related"><a class="cover" href="{CARD}"></a><h3>Who Pays for the Wind</h3>'
        f"<p>A look at the bills.</p></div><p>{MORE}</p>",
        [("related_inline", HERE + CARD, "Who Pays for the Wind", "A look at the bills.", 1)],
    ),
    (
        "cards after the article, with teasers, labels and calls left out",
        f'<p>{PROSE}</p><p>{MORE}</p><div class="related-posts"><h3>Read on</h3>'
        f'<article><a href="/business">Business</a><h4><a href="{CARD}">Who Pays for the Wind</a></h4>'
        f'<p>A look at the bills on the coast.</p><a href="{CARD}">Read more</a></article>'
        f'<article><h4><a href="{OTHER}">Forty Trucks a Day</a></h4></article></div>',
        [
            ("related_block", HERE + CARD, "Who Pays for the Wind", "A look at the bills on the coast.", 2),
            ("related_block", HERE + OTHER, "Forty Trucks a Day", None, 2),
        ],
    ),
    (
        "the page itself is not related to itself",
        f'<p>{PROSE}</p><p>{MORE}</p><ul class="related-posts"><li><a href="/2026/04/harbor-miners-move">Harbor Miners'
        f' Move Now</a></li><li><a href="{CARD}">Who Pays for the Wind</a></li></ul>',
        [("related_block", HERE + CARD, "Who Pays for the Wind", None, 2)],
    ),
    (
        "tags and authors",
        f'<p>{PROSE}</p><p>{MORE}</p><p>Edited by <a href="/author/ada-example">Ada Example</a></p>'
        f'<div class="post-tags"><a rel="tag" href="/tag/mining">Mining</a></div>',
        [
            ("author", f"{HERE}/author/ada-example", "Ada Example", None, 2),
            ("tag", f"{HERE}/tag/mining", "Mining", None, 2),
        ],
    ),
    (
        "coins mentioned",
        f'<p>{PROSE}</p><p>{MORE}</p><h6>Mentioned in this article</h6><div class="mentioned-items">'
        f'<a href="/coins/bitcoin">Bitcoin</a></div>',
        [("mention", f"{HERE}/coins/bitcoin", "Bitcoin", None, 2)],
    ),
    (
        "players and posts of other platforms",
        f'<p>{PROSE}</p><iframe src="https://www.youtube.com/embed/abc" title="The trucks"></iframe>'
        f'<iframe src="https://ads.example/frame"></iframe><p>{MORE}</p>',
        [("embed", "https://www.youtube.com/embed/abc", "The trucks", None, 1)],
    ),
]


@pytest.mark.parametrize(("markup", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_links(markup: str, expected: list[tuple[str, str, str, str | None, int]]) -> None:
    links = apart(f"<article>{markup}</article>").links
    assert [(str(link.kind), link.url, link.text, link.teaser, link.position) for link in links] == expected


def test_a_card_never_stays_in_the_body() -> None:
    for _, markup, expected in CASES:
        body = " ".join(block.text for block in apart(f"<article>{markup}</article>").body)
        assert [text for kind, _, text, _, _ in expected if kind.startswith("related") and text in body] == []


def test_menus_and_what_is_new_on_the_whole_site_are_not_related() -> None:
    link = f'<a href="{CARD}">Who Pays for the Wind</a>'
    markup = f"<nav>{link}</nav><p data-body=1>{PROSE}</p><p data-body=1>{MORE}</p>"
    lists = f"<aside><h2>Recent Posts</h2><ul><li>{link}</li></ul></aside>"
    assert apart(f"<main>{markup}{lists}</main>", keep=False).links == ()


def test_beside_the_article_cards_are_related_but_not_those_under_what_is_new() -> None:
    def cards(*names: str) -> str:
        return "".join(
            f'<div><h6><a href="/2026/03/the-{it}-of-the-harbor">The {it} of the harbor</a></h6></div>' for it in names
        )

    main = f"<div><article><p data-body=1>{PROSE}</p><p data-body=1>{MORE}</p></article></div>"
    side = f"<div><section><div><h5>Trending Now</h5></div>{cards('cranes', 'ropes', 'lamps')}</section></div>"
    shelf = f"<div><h5>From the shelf</h5>{cards('masts')}</div>"
    parts = apart(f"<div><div>{main}</div><div>{side}{shelf}</div></div>", keep=False)
    assert [(link.kind, link.text) for link in parts.links] == [("related_block", "The masts of the harbor")]


@pytest.mark.parametrize("around", ["{}", "<div>{}</div>"])
def test_a_line_of_tags_after_related_cards_holds_tags(around: str) -> None:
    cards = f'<h3>Related Articles</h3><ul><li><a href="{CARD}">Who pays for the wind now</a></li></ul>'
    tags = '<p>Tagged: <a href="/tag/wind">Wind</a>, <a href="/tag/coast">Coast</a></p>'
    links = apart(f"<article><p>{PROSE}</p><p>{MORE}</p>{around.format(cards + tags)}</article>").links
    assert [(str(link.kind), link.text) for link in links] == [
        ("related_block", "Who pays for the wind now"),
        ("tag", "Wind"),
        ("tag", "Coast"),
    ]
