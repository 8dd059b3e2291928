"""Where every block of a page goes, and with what reason."""

from __future__ import annotations

from tests.pipelines.extraction.apart import MORE, PROSE, apart, reasons, texts

BODY = f"<p>{PROSE}</p><p>{MORE}</p>"


def test_a_rule_takes_out_what_the_model_would_keep() -> None:
    parts = apart(f"<div>Please enter CoinGecko Free Api Key to get this plugin works.<br>{BODY}</div>")
    assert texts(parts) == ["The miners of", "Nobody had asked"]
    assert reasons(parts) == [("plugin_notice", "Please enter")]
    assert parts.removed[0].path == "body > div"


def test_no_rule_keeps_what_the_model_takes_out() -> None:
    parts = apart(f"<div><p data-body=1>{PROSE}</p><p>{MORE}</p></div>", keep=False)
    assert (texts(parts), reasons(parts)) == (["The miners of"], [("model", "Nobody had")])


def test_weak_rules_only_explain() -> None:
    aside = f"<aside>{MORE}</aside>"
    assert len(apart(f"<div>{BODY}{aside}</div>").body) == 3
    parts = apart(f"<div><p data-body=1>{PROSE}</p>{aside}</div>", keep=False)
    assert reasons(parts) == [("navigation", "Nobody had")]


def test_a_class_around_the_whole_article_is_no_furniture() -> None:
    parts = apart(
        f'<div class="newsletter"><p>{PROSE}</p><p>{MORE}</p><div class="share">Four shares so far</div></div>'
    )
    assert (texts(parts), reasons(parts)) == (["The miners of", "Nobody had asked"], [("share", "Four shares")])


def test_the_titles_own_line_and_its_repetition_leave_the_body() -> None:
    markup = f"<article><h1>Harbor Miners Move</h1><p>Harbor miners move</p>{BODY}</article>"
    parts = apart(markup, title="Harbor Miners Move")
    assert reasons(parts) == [("title", "Harbor Miners"), ("title", "Harbor miners")]


def test_an_authors_bio_is_known_by_the_name() -> None:
    bio = "Ada Example has covered mines, markets and the people between them since 2017, and she lives by the sea."
    parts = apart(f"<div>{BODY}<p>{bio}</p></div>", authors=("Ada Example",))
    assert reasons(parts) == [("author_box", "Ada Example")]
    assert len(apart(f"<div>{BODY}<p>{bio}</p></div>", authors=("Ben Example",)).body) == 3


def test_furniture_as_bare_paragraphs_at_the_end() -> None:
    markup = f"""<div class="entry-content">{BODY}
      <p>Disclaimer: Nothing in this article is a reason to buy anything at all, least of all a coin.</p>
      <h3>Official Accounts</h3><p>Official Telegram Channel:</p><p>Official Instagram Account:</p>
      <h3>Related Articles</h3>
      <h4><a href="/2026/03/who-pays-for-the-wind">Who Pays for the Wind</a></h4><p>A look at bills on the coast...</p>
      <h4><a href="/2026/02/forty-trucks-a-day">Forty Trucks a Day</a></h4><p>How a road was built for...</p></div>"""
    parts = apart(markup)
    assert texts(parts) == ["The miners of", "Nobody had asked"]
    assert [reason for reason, _ in reasons(parts)] == ["disclaimer", *["social_footer"] * 3, *["related_block"] * 5]
    assert parts.headings == ()


def test_the_article_goes_on_below_a_related_list() -> None:
    markup = f"""<div><p>{PROSE}</p><h3>Related Articles</h3>
      <p><a href="/2026/03/who-pays-for-the-wind">Who Pays for the Wind</a></p>
      <p><a href="/2026/02/forty-trucks-a-day">Forty Trucks a Day</a></p><p>{MORE}</p><p>{PROSE}</p></div>"""
    parts = apart(markup)
    assert texts(parts) == ["The miners of", "Nobody had asked", "The miners of"]
    assert {reason for reason, _ in reasons(parts)} == {"related_inline"}


def test_cards_are_known_by_where_they_lead_whatever_stands_above_them() -> None:
    cards = """<h3>From the same shelf</h3>
      <h4><a href="/2026/03/who-pays-for-the-wind">Who Pays for the Wind</a></h4><p>A look at bills on the coast</p>
      <h4><a href="/2026/02/forty-trucks-a-day">Forty Trucks a Day</a></h4><p>How a road was built for them</p>"""
    assert texts(apart(f"<div>{BODY}{cards}</div>")) == ["The miners of", "Nobody had asked"]
    elsewhere = cards.replace('href="/', 'href="https://shop.test/')
    assert len(apart(f"<div>{BODY}{elsewhere}</div>").body) == 7


def test_a_list_of_things_with_links_is_the_article() -> None:
    things = "".join(
        f'<h2><a href="/wallets/wallet-number-{n}-review">Wallet Number {n} Review</a></h2><p>{PROSE}</p><p>{MORE}</p>'
        for n in range(4)
    )
    assert len(apart(f"<div><p>{PROSE}</p>{things}</div>").body) == 13


def test_a_heading_authors_use_opens_nothing() -> None:
    for heading in ("Background", "Conclusion", "Learn More", "See Also", "Discussion", "Featured"):
        assert len(apart(f"<div><p>{PROSE}</p><h2>{heading}</h2><p>{MORE}</p></div>").body) == 3


def test_table_rows_of_prices_stay() -> None:
    rows = "".join(f"<tr><td>${n}.00</td><td>${n}.50</td><td>${n + 1}.00</td></tr>" for n in range(5))
    assert len(apart(f"<div>{BODY}<table>{rows}</table><p>{PROSE}</p></div>").body) == 8


def test_the_ledger_is_bounded() -> None:
    parts = apart(f"<div>{BODY}{'<p>Advertisement</p>' * 140}</div>")
    assert len(parts.removed) == 140
    long = apart(f"<div><p data-body=1>{PROSE}</p><p>{MORE * 40}</p></div>", keep=False)
    assert [len(block.text) for block in long.removed] == [600]
