from dataclasses import replace

import pytest

from pipelines.chrome import Count, SiteChrome, fingerprint, learn, sightings
from pipelines.items import Article, Heading, Link, RemovedBlock


def article(*blocks: str, headings: tuple[int, ...] = (), removed: tuple[RemovedBlock, ...] = ()) -> Article:
    return Article(
        id="a",
        url="https://coinledger.example/a",
        canonical_url="https://coinledger.example/a",
        body="\n\n".join(blocks),
        headings=tuple(Heading(2, blocks[position], position) for position in headings),
        removed=removed,
    )


def learned(articles: list[Article]) -> SiteChrome:
    counts: dict[int, Count] = {}
    for number, one in enumerate(articles, start=1):
        for sighting in sightings(one):
            old = counts.get(sighting.fingerprint, Count(sighting.fingerprint, 0, 0, number, number))
            counts[sighting.fingerprint] = replace(old, seen=old.seen + 1, edge=old.edge + sighting.edge, last=number)
    return learn(len(articles), counts.values())


def story(number: int) -> list[str]:
    """Twelve paragraphs that no other story has."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    name = letters[number // 26] + letters[number % 26]
    return [f"Story {name} tells fact {letters[part]} at length." for part in range(12)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Bitcoin trades at $64,120.50 today", "Bitcoin trades at $7 today"),
        ("Updated March 3, 2026", "Updated november 14, 2025"),
        ('Our desk -- the "newsroom":\tread it_all.', "Our desk — the “newsroom”: read it_all"),
        ("Follow us on X!", "follow us  on X"),
        ("Stand: 3. März 2026", "Stand: 12. Dezember 2025"),
    ],
)
def test_numbers_dates_case_and_punctuation_do_not_hide_a_repetition(first: str, second: str) -> None:
    assert fingerprint(first) == fingerprint(second)


def test_different_words_have_different_fingerprints() -> None:
    assert fingerprint("Follow us on X") != fingerprint("Follow us on Telegram")


def test_a_notice_on_every_page_is_chrome_from_five_pages_on() -> None:
    notice = "Please enter the widget's key to see prices."
    pages = [article(notice, *story(number)) for number in range(5)]
    assert not learned(pages[:4]).repeats(notice)
    assert learned(pages).repeats(notice)


def test_a_bio_at_the_end_of_one_authors_articles_is_chrome() -> None:
    bio = "Ada Kim covers layer-two networks and has never owned a token."
    pages = [article(*story(number), *([bio] if number < 4 else [])) for number in range(20)]
    assert learned(pages).repeats(bio)


def test_a_paragraph_inside_four_of_twenty_articles_is_background_not_chrome() -> None:
    background = "The halving cuts the reward for a block by half."
    pages = [
        article(*story(number)[:6], *([background] if number < 4 else []), *story(number)[6:]) for number in range(20)
    ]
    assert not learned(pages).repeats(background)


def test_a_heading_that_authors_reuse_is_not_chrome() -> None:
    pages = [article(*story(number)[:6], "Conclusion", *story(number)[6:], headings=(6,)) for number in range(10)]
    assert not learned(pages).repeats("Conclusion")


def test_a_paragraph_quoted_in_two_articles_is_not_chrome() -> None:
    quote = "We will not sell a single coin, the founder said."
    pages = [article(*story(number), *([quote] if number < 2 else [])) for number in range(10)]
    assert not learned(pages).repeats(quote)


def test_what_was_removed_as_chrome_keeps_being_counted() -> None:
    notice = "Please enter the widget's key to see prices."
    removed = (RemovedBlock("site_chrome", "repeated", notice),)
    assert learned([article(*story(number), removed=removed) for number in range(6)]).repeats(notice)


def test_a_notice_that_a_site_began_to_print_lately_is_learned() -> None:
    notice = "Our new app is in the stores."
    pages = [article(*story(number), *([notice] if number >= 100 else [])) for number in range(130)]
    assert learned(pages).repeats(notice)


def test_a_sentence_in_the_middle_of_a_series_of_four_is_not_chrome() -> None:
    line = "This is what the series has found so far."
    series = range(100, 104)
    pages = [
        article(*story(number)[:6], *([line] if number in series else []), *story(number)[6:]) for number in range(110)
    ]
    assert not learned(pages).repeats(line)


def test_the_sentences_of_a_daily_price_report_are_not_chrome() -> None:
    def report(day: int) -> str:
        return (
            f"Bitcoin changed hands at ${60_000 + day} in the early hours, {day} percent more than on the day before."
        )

    pages = [article(report(day), *story(day), report(day + 50)) for day in range(20)]
    assert not learned(pages).repeats(report(3))


def test_the_heading_above_cards_is_learned_their_titles_and_teasers_are_not() -> None:
    card = (
        "Harbour opens a bourse",
        "The first trades were made in wool and in salt, said the clerk who kept the book.",
    )
    removed = tuple(RemovedBlock("related_block", "card-run", text) for text in ("From our shelf", *card))
    link = Link("related_block", "https://coinledger.example/harbour-opens-a-bourse", *card)
    pages = [replace(article(*story(number), removed=removed), links=(link,)) for number in range(6)]
    known = learned(pages)
    assert known.repeats("From our shelf")
    assert not any(known.repeats(text) for text in card)


def test_a_notice_that_a_site_no_longer_prints_stays_known() -> None:
    notice = "Our new app is in the stores."
    pages = [article(*story(number), *([notice] if number < 30 else [])) for number in range(200)]
    assert learned(pages).repeats(notice)
