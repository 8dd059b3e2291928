"""What people put right at a site counts on its pages, whatever rules and model say."""

from __future__ import annotations

from pipelines import Article, RawPage, extract_article
from pipelines.chrome import SiteChrome, fingerprint
from pipelines.corrections import Action, Correction, by_source
from pipelines.extraction.separate import MAX_REMOVED_TEXT
from pipelines.items import Reason
from pipelines.site import Site
from tests.pipelines.extraction.test_site_chrome import NOTE, STORY, page

FOLLOW = "Follow us on Twitter and Facebook for the latest news from the harbour."
FAR = "Set in type by the harbour printers of Molle, who also keep the keys to the old lighthouse."
CHROME = SiteChrome(frozenset({fingerprint(NOTE)}))


def site(*corrections: Correction, chrome: SiteChrome | None = None) -> Site:
    return Site(chrome or SiteChrome(), by_source(corrections)["molle"])


def keep(text: str) -> Correction:
    return Correction("molle", Action.KEEP, text=text)


def remove(text: str, reason: Reason | None = None) -> Correction:
    return Correction("molle", Action.REMOVE, text=text, reason=reason)


def rule_off(name: str) -> Correction:
    return Correction("molle", Action.RULE_OFF, rule=name)


def blocks(article: Article) -> list[str]:
    return article.body.split("\n\n")


def ledger(article: Article) -> list[tuple[str, str, str]]:
    return [(block.reason, block.rule, block.text) for block in article.removed]


def rule_of(article: Article, text: str) -> str:
    return next(rule for _, rule, removed in ledger(article) if removed == text)


def test_a_kept_text_stays_in_its_place_though_a_rule_and_the_sites_chrome_take_it() -> None:
    raw = page(STORY[0], FOLLOW, STORY[1], NOTE, *STORY[2:])
    assert blocks(extract_article(raw, Site(CHROME))) == list(STORY)
    article = extract_article(raw, site(keep(FOLLOW), keep(NOTE), chrome=CHROME))
    assert blocks(article) == [STORY[0], FOLLOW, STORY[1], NOTE, *STORY[2:]]
    assert not {FOLLOW, NOTE} & {text for _, _, text in ledger(article)}


def test_a_kept_text_comes_back_from_far_outside_the_article() -> None:
    menu = "".join(f'<li><a href="/{number}">Pier {number}</a></li>' for number in range(300))
    raw = page(*STORY)
    foot = f"</article><nav><ul>{menu}</ul></nav><footer><p>{FAR}</p></footer><footer><p>{FAR}</p></footer>"
    raw = RawPage(url=raw.url, body=raw.body.replace(b"</article>", foot.encode()))
    assert blocks(extract_article(raw)) == list(STORY)
    assert blocks(extract_article(raw, site(keep(FAR)))) == [*STORY, FAR]


def test_a_kept_heading_stays_though_nothing_stands_below_it() -> None:
    raw = page(*STORY, "<h2>What comes next</h2>")
    assert not extract_article(raw).headings
    article = extract_article(raw, site(keep("What comes next")))
    assert [(heading.text, heading.position) for heading in article.headings] == [("What comes next", 4)]


def test_a_removed_text_leaves_with_the_reason_given_and_its_heading() -> None:
    raw = page(*STORY[:2], "<h2>Quiz</h2>", NOTE, "<h2>Neighbours</h2>", *STORY[2:])
    article = extract_article(raw, site(remove(NOTE, Reason.SPONSORED)))
    assert blocks(article) == [*STORY[:2], "Neighbours", *STORY[2:]]
    assert ("sponsored", "correction", NOTE) in ledger(article)
    assert rule_of(article, "Quiz") == "repeated-section"


def test_a_removal_names_the_reason_also_of_what_a_rule_would_have_taken() -> None:
    article = extract_article(page(*STORY, FOLLOW), site(remove(FOLLOW, Reason.NEWSLETTER)))
    assert [entry for entry in ledger(article) if entry[2] == FOLLOW] == [("newsletter", "correction", FOLLOW)]


def test_a_rule_that_does_not_apply_at_the_site_takes_nothing_there() -> None:
    raw = page(STORY[0], FOLLOW, *STORY[1:])
    name = rule_of(extract_article(raw), FOLLOW)
    assert FOLLOW in extract_article(raw, site(rule_off(name))).body
    assert FOLLOW not in extract_article(raw, site(rule_off("newsletter-call"))).body


def test_what_the_site_repeats_and_rules_of_shape_can_be_switched_off_too() -> None:
    lead = 'See our report: <a href="/2026/05/the-old-register-of-berths">The old register of berths is closed</a>'
    raw = page(*STORY[:2], f"<p>{lead}</p>", *STORY[2:], NOTE)
    line = "See our report: The old register of berths is closed"
    assert rule_of(extract_article(raw, Site(CHROME)), line) == "lead-line"
    article = extract_article(raw, site(rule_off("lead-line"), rule_off("repeated"), chrome=CHROME))
    assert blocks(article) == [*STORY[:2], line, *STORY[2:], NOTE]


def test_numbers_do_not_count_in_short_lines_and_do_in_sentences() -> None:
    line = "Berths sold in Molle by {} May: {} of {}"
    sentence = f"{STORY[2]} By {{}} May it had sold {{}} of its {{}} berths."
    raw = page(*STORY, line.format(4, 17, 210), sentence.format(4, 17, 210))
    other = (line.format(11, 45, 190), sentence.format(11, 45, 190))
    assert blocks(extract_article(raw, site(*map(remove, other)))) == [*STORY, sentence.format(4, 17, 210)]


def test_a_text_that_the_ledger_cut_short_is_known_again() -> None:
    long = " ".join([NOTE, FAR] * 4)
    assert len(long) > MAX_REMOVED_TEXT
    chrome = SiteChrome(frozenset({fingerprint(long)}))
    raw = page(*STORY, long)
    [(_, _, cut)] = [entry for entry in ledger(extract_article(raw, Site(chrome))) if entry[2].startswith(NOTE)]
    assert cut.endswith("…")
    assert len(cut) < len(long)
    assert blocks(extract_article(raw, site(keep(cut), chrome=chrome))) == [*STORY, long]


def test_a_rule_that_does_not_apply_explains_nothing_either() -> None:
    card = (
        '<p>See our report: <a href="/2026/05/the-old-register-of-berths">The old register of berths is closed</a></p>'
    )
    raw = page(*STORY, f"<footer>{card * 3}</footer>")
    assert "lead-line" in {rule for _, rule, _ in ledger(extract_article(raw))}
    assert "lead-line" not in {rule for _, rule, _ in ledger(extract_article(raw, site(rule_off("lead-line"))))}
