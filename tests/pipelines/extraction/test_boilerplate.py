"""Rules as data: what each kind of furniture reads like, what merely resembles it, and how a bad file is refused."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from lxml import html

from pipelines.errors import BadConfig, MissingInput
from pipelines.extraction.boilerplate import Place, Rule, parse_rules, rules_for
from pipelines.items import Reason

RULES = rules_for("news.example")

TEXTS = [
    ("Please enter CoinGecko Free Api Key to get this plugin works.", Reason.PLUGIN_NOTICE),
    ("Please enter Coingecko Free Api Key to get this plugin works.", Reason.PLUGIN_NOTICE),
    ("Please enter CoinMarketCap Free Api Key to get this plugin works.", Reason.PLUGIN_NOTICE),
    ("You have not selected any currencies to display", Reason.PLUGIN_NOTICE),
    ("Powered by CoinGecko API", Reason.PLUGIN_NOTICE),
    ("Price data by", Reason.PLUGIN_NOTICE),
    ("Widget could not be loaded, an API key is required.", Reason.PLUGIN_NOTICE),
    ("Name Price 24H (%)", Reason.TICKER),
    ("View price details", Reason.TICKER),
    ("Coin Prices", Reason.TICKER),
    ("$81,004.00 $1,699.13 $2.11 $588.02", Reason.TICKER),
    ("BTC $64,210 +1.2% ETH $3,120 -0.4% SOL $148 +2.9%", Reason.TICKER),
    ("Bitcoin (BTC) $61,200.10 | Ethereum (ETH) $2,950.40 | Market cap $2.2T | Mood 44", Reason.TICKER),
    ("Related: Harbor town weighs a tax on idle miners", Reason.RELATED_INLINE),
    ("Magazine: The last exchange in the valley", Reason.RELATED_INLINE),
    ("Also Read: What a halving does to hobby miners", Reason.RELATED_INLINE),
    ("Read more: Five quiet ways to lose a seed phrase", Reason.RELATED_INLINE),
    ("Lesen Sie auch: Warum Genf auf Stablecoins setzt", Reason.RELATED_INLINE),
    ("À lire aussi : Le fisc précise le sort des mineurs", Reason.RELATED_INLINE),
    ("Leia também: O que muda para as corretoras", Reason.RELATED_INLINE),
    ("Читайте также: Кому выгоден цифровой юань", Reason.RELATED_INLINE),
    ("関連記事：新しいステーブルコインの仕組み", Reason.RELATED_INLINE),
    ("Mentioned in this article: Bitcoin Solana", Reason.MENTIONS),
    ("Posted In: Ethereum, Wallets, Guides", Reason.TAGS),
    ("Tags: custody, wallets, audit", Reason.TAGS),
    ("#Bitcoin #ETF #Regulation", Reason.TAGS),
    ("Start every day with the top news stories of the hour, plus a podcast and more.", Reason.NEWSLETTER),
    ("Subscribe to the Slow Chain newsletter today. See all newsletters", Reason.NEWSLETTER),
    ("Get dialed in every Monday with short notes on the world of tokens", Reason.NEWSLETTER),
    ("The week's five stories, delivered straight to your inbox.", Reason.NEWSLETTER),
    ("Subscribe to our YouTube channel to watch our reporters explain the week", Reason.NEWSLETTER),
    ("Follow us on Google News", Reason.SOCIAL_FOOTER),
    ("Official Telegram Channel:", Reason.SOCIAL_FOOTER),
    ("Official Instagram Account: @slowchain", Reason.SOCIAL_FOOTER),
    ("Folgen Sie uns auch auf Telegram und X", Reason.SOCIAL_FOOTER),
    ("Share this article Copy link X icon X (Twitter) LinkedIn Facebook Email", Reason.SHARE),
    ("Share this article: X Facebook Telegram LinkedIn", Reason.SHARE),
    ("Artikel teilen", Reason.SHARE),
    (
        "In line with the Trust Project guidelines, this price note informs and should not be read as advice.",
        Reason.DISCLAIMER,
    ),
    (
        "This article does not contain investment advice or recommendations. Every trade involves risk, and readers "
        "should study the matter themselves.",
        Reason.DISCLAIMER,
    ),
    (
        "Disclaimer: Our columnists may hold the coins they write about, and nothing here tells you to buy any.",
        Reason.DISCLAIMER,
    ),
    ("Our writers' opinions are solely their own and do not speak for Slow Chain.", Reason.DISCLAIMER),
    ("Please note that our Terms and Conditions and Privacy Policy have changed.", Reason.DISCLAIMER),
    ("This is a guest post by Ada Example. Opinions expressed are entirely her own.", Reason.SPONSORED),
    ("Press release sponsored by our commercial partners", Reason.SPONSORED),
    ("Sponsored", Reason.SPONSORED),
    ("[Anzeige]", Reason.ADVERT),
    ("About the author Ada Example has covered mines and markets since 2017.", Reason.AUTHOR_BOX),
    ("Edited by Ben Example", Reason.EDITOR_CREDIT),
    ("SOL/USD daily price chart. Source: TradingView", Reason.CAPTION),
    ("Photo by Ada Example on Unsplash", Reason.CAPTION),
    ("The post Why hobby miners stay appeared first on Slow Chain.", Reason.RSS_FOOTER),
    ("This post Five quiet ways first appeared on Slow Chain and is written by Ada.", Reason.RSS_FOOTER),
    ("Stake 200% Sign Up Bonus, Instant Payouts Play Now", Reason.ADVERT),
    ("Advertisement", Reason.ADVERT),
    ("Responsible use of your data", Reason.COOKIE),
    ("We and our 922 partners store and read information on your device.", Reason.COOKIE),
    ("Accept all cookies", Reason.COOKIE),
    ("Listen to article", Reason.PLAYER),
    ("Your email address will not be published. Required fields are marked *", Reason.COMMENTS),
    ("By Ada Example | April 4, 2026", Reason.BYLINE),
    ("3 min read", Reason.BYLINE),
    ("Автор: Леннокс Пример | Дата: 4 апреля 2026", Reason.BYLINE),
    ("Back to menuPrices", Reason.NAVIGATION),
    ("© 2026 Slow Chain. All rights reserved.", Reason.SITE_CHROME),
    ("This is a developing story, and further information will be added as it comes in.", Reason.SITE_CHROME),
]

LOOKALIKES = [
    "The plugin asked every visitor to enter an API key, and most of them simply left the page that day.",
    "Related parties held 40% of the tokens, the filing shows.",
    "The regulator said that nothing in its letter should delay the launch of the fund.",
    "Share prices of the three listed miners fell by 8% on Monday.",
    "Follow the money, the old rule says, and in this case it leads to a bridge on the Danube.",
    "She edited by candlelight and sent the proofs by ship, or so the museum tells it.",
    "Bitcoin rose 3.2% to $64,100 while Ether lost 1.4%, and the market slept through both.",
    "Investors should do more than read the headline, a judge in Porto wrote last week.",
    "Cookies baked in the shape of coins were handed out at the door of the conference.",
    "The newsletter that started the panic had 212 readers when it was sent on Friday morning.",
    "By March the exchange had lost its licence.",
    "Sources close to the talks say that the price was never the question.",
    "He posted in anger, deleted in shame, and sold at the bottom of the market that evening.",
    "Copyright law has little to say about the work of a machine, the court found.",
    "Comments by the minister moved the market twice in one afternoon.",
]

CLASSES = [
    ('<div class="ccpw-container ccpw-ticker-cont"></div>', Reason.TICKER),
    ('<div id="ccpw-coinslist_wrapper"></div>', Reason.TICKER),
    ('<div class="related"></div>', Reason.RELATED_BLOCK),
    ('<div class="cs-article-embed"></div>', Reason.RELATED_BLOCK),
    ('<div class="related-reading-shortcode"></div>', Reason.RELATED_BLOCK),
    ('<div class="cn-block-related-link"></div>', Reason.RELATED_BLOCK),
    ('<div class="interlinking-card__wrap"></div>', Reason.RELATED_BLOCK),
    ('<div class="related-list"></div>', Reason.RELATED_BLOCK),
    ('<div class="related-articles"></div>', Reason.RELATED_BLOCK),
    ('<div class="aside-news-list"></div>', Reason.RELATED_BLOCK),
    ('<section class="Related_root__Lx94h"></section>', Reason.RELATED_BLOCK),
    ('<div class="mentioned-items"></div>', Reason.MENTIONS),
    ('<div class="posted-in"></div>', Reason.TAGS),
    ('<ul class="tags-list__list"></ul>', Reason.TAGS),
    ('<div data-module-name="article-tags"></div>', Reason.TAGS),
    ('<div data-module-name="newsletter-article-sign-up-module"></div>', Reason.NEWSLETTER),
    ('<section class="newsletter-section"></section>', Reason.NEWSLETTER),
    ('<div class="follow-button"></div>', Reason.SOCIAL_FOOTER),
    ('<div class="social-sharing"></div>', Reason.SHARE),
    ('<button class="share-dialog-button"></button>', Reason.SHARE),
    ('<div class="footer-disclaimer"></div>', Reason.DISCLAIMER),
    ('<div class="single-post-new__accordion-one"></div>', Reason.DISCLAIMER),
    ('<div data-module-name="authors-block"></div>', Reason.AUTHOR_BOX),
    ('<div class="author-mini__card"></div>', Reason.AUTHOR_BOX),
    ('<div class="code-block code-block-6"></div>', Reason.ADVERT),
    ('<div class="hypelab-container"></div>', Reason.ADVERT),
    ('<div class="clickout-box"></div>', Reason.SPONSORED),
    ('<div class="adbutler-ad"></div>', Reason.ADVERT),
    ('<div id="CybotCookiebotDialog"></div>', Reason.COOKIE),
    ('<a class="cky-banner-element"></a>', Reason.COOKIE),
    ('<div id="disqus_thread"></div>', Reason.COMMENTS),
]

OPENERS = ["Related Articles", "Official Accounts", "Lesen Sie auch", "Auch interessant", "Disclaimer", "Kommentare"]

BAD_FILES = [
    ("[[rule]\n", "rules.toml: not valid TOML"),
    ("[rules]\n", "only [[rule]] tables are known here, found rules"),
    ('[[rule]]\nreason = "share"\nlines = ["x"]\n', "rule 1: a rule needs a name"),
    ('[[rule]]\nname = "a"\nreason = "share"\n', "rule 1 (a): a rule needs at least one of text, lines"),
    ('[[rule]]\nname = "a"\nreason = "noise"\nlines = ["x"]\n', "rule 1 (a): reason must be one of plugin_notice"),
    ('[[rule]]\nname = "a"\nreason = "share"\nline = ["x"]\n', "rule 1 (a): unknown key 'line'"),
    ('[[rule]]\nname = "a"\nreason = "share"\nlines = "x"\n', "lines must be a list of texts"),
    ('[[rule]]\nname = "a"\nreason = "share"\ntext = ["(x"]\n', "'(x' is not a regular expression"),
    ('[[rule]]\nname = "a"\nreason = "share"\ntext = ["(x)"]\n', "'(x)' has a group; write (?:…) instead"),
    ('[[rule]]\nname = "a"\nreason = "share"\ntext = [".*"]\n', "'.*' matches everything or nothing"),
    ('[[rule]]\nname = "a"\nreason = "share"\nlines = ["x"]\nplace = "end"\n', "place must be one of any, head"),
    ('[[rule]]\nname = "a"\nreason = "share"\nlines = ["x"]\nweak = 1\n', "weak must be true or false"),
    ('[[rule]]\nname = "a"\nreason = "share"\nlines = ["x"]\nlongest = 0\n', "longest must be a number"),
]


def reason_of(text: str, place: Place = Place.EDGE) -> Reason | None:
    rule = RULES.by_text(text, place)
    return rule.reason if rule else None


@pytest.mark.parametrize(("text", "reason"), TEXTS, ids=[text[:40] for text, _ in TEXTS])
def test_furniture_is_known_by_its_text(text: str, reason: Reason) -> None:
    assert reason_of(text) is reason


@pytest.mark.parametrize("text", LOOKALIKES, ids=[text[:40] for text in LOOKALIKES])
def test_what_resembles_furniture_is_let_alone(text: str) -> None:
    assert reason_of(text) is None


@pytest.mark.parametrize(("tag", "reason"), CLASSES, ids=[tag for tag, _ in CLASSES])
def test_furniture_is_known_by_its_markup(tag: str, reason: Reason) -> None:
    rule = RULES.by_markup(html.fragment_fromstring(tag))
    assert rule is not None
    assert (rule.reason, rule.weak) == (reason, False)


@pytest.mark.parametrize("classes", ["entry-content", "article-body", "post", "story__text", "addition", "shareholder"])
def test_names_of_content_are_no_rule(classes: str) -> None:
    assert RULES.by_markup(html.fragment_fromstring(f'<div class="{classes}"></div>')) is None


@pytest.mark.parametrize("text", OPENERS)
def test_a_heading_opens_a_section(text: str) -> None:
    assert RULES.opener(text) is not None
    assert RULES.opener(f"{text.upper()}:") is not None
    assert RULES.opener(f"{text} and more of it") is None


def test_a_disclaimer_in_the_middle_of_the_text_is_text() -> None:
    text = "This article does not contain investment advice or recommendations of any kind."
    assert reason_of(text, Place.TAIL) is Reason.DISCLAIMER
    assert reason_of(text, Place.ANY) is None


def test_quotes_and_case_do_not_matter() -> None:
    assert reason_of("PLEASE ENTER COINGECKO FREE API KEY TO GET THIS PLUGIN WORKS") is Reason.PLUGIN_NOTICE
    assert reason_of("Our writers’ opinions are their own and do not bind the paper.") is Reason.DISCLAIMER


def test_a_site_rule_holds_on_its_site_only() -> None:
    assert rules_for("decrypt.co").by_text("Discover SCENE") is not None
    assert rules_for("www.decrypt.co").by_text("Discover SCENE") is not None
    assert RULES.by_text("Discover SCENE") is None


def test_a_persons_own_file_adds_rules_and_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[[rule]]\nname = "slogan"\nreason = "site_chrome"\nlines = ["Advertisement", "Slow news, daily"]\n')
    rules = rules_for("news.example", own)
    assert [rules.by_text(text).name for text in ("Slow news, daily!", "Advertisement")] == ["slogan", "slogan"]  # type: ignore[union-attr]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match=r"gone\.toml: no such rules file"):
        rules_for("news.example", tmp_path / "gone.toml")


@pytest.mark.parametrize(("toml", "message"), BAD_FILES, ids=[message[:40] for _, message in BAD_FILES])
def test_a_bad_file_is_refused_by_place_and_key(toml: str, message: str) -> None:
    with pytest.raises(BadConfig) as refused:
        parse_rules(toml, "rules.toml")
    assert str(refused.value).startswith("rules.toml: ")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_names_of_rules_are_unique() -> None:
    names = [rule.name for rule in all_rules()]
    assert sorted(names) == sorted(set(names))


HOSTILE = [
    "Gas 1 | " * 110,
    "Gas 14 gwei · " * 60,
    "this article " * 65,
    "not advice " * 80,
    "A. B. " * 140,
    "a " * 440,
    "by " * 290,
    "share " * 140,
    "$1 " * 290,
    "#a " * 290,
    "Ab " * 290,
    ": " * 440,
    "source: " * 110,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:8] for text in HOSTILE])
def test_no_pattern_runs_away(text: str) -> None:
    """Patterns are bounded and texts short: even text made for it costs milliseconds."""
    started = time.process_time()
    for length in range(80, min(len(text), 890), 90):
        RULES.by_text(f"{text[:length]}\n", weak=True)
    assert time.process_time() - started < 2.0


def all_rules() -> list[Rule]:
    folder = Path(__file__).parents[3] / "pipelines" / "extraction" / "rules"
    return [rule for file in sorted(folder.glob("*.toml")) for rule in parse_rules(file.read_text("utf-8"), file.name)]
