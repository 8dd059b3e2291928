"""Dates: read in any form, held against one another, never later than the fetch."""

from datetime import date

import pytest

from pipelines.extraction.metadata.datetext import parse
from pipelines.items import Hint
from tests.pipelines.extraction.metadata.pages import STORY, article, json_ld, meta, page, read


@pytest.mark.parametrize(
    ("text", "language", "iso"),
    [
        ("2026-03-05T14:07:42.389000+02:00", "", "2026-03-05T14:07:42+02:00"),
        ("2026-03-05T14:07:42Z", "", "2026-03-05T14:07:42+00:00"),
        ("2026-03-05 14:07", "", "2026-03-05"),
        ("20260305T1407Z", "", "2026-03-05T14:07:00+00:00"),
        ("1772719662", "", "2026-03-05T14:07:42+00:00"),
        ("1772719662123", "", "2026-03-05T14:07:42+00:00"),
        ("Thu, 05 Mar 2026 14:07:42 +0000", "", "2026-03-05T14:07:42+00:00"),
        ("Thu Mar 05 2026 14:07:42 GMT+0200 (CEST)", "", "2026-03-05T14:07:42+02:00"),
        ("March 5th, 2026 at 2:07 PM EST", "en", "2026-03-05T14:07:00-05:00"),
        ("Updated Mar. 5, 2026", "en", "2026-03-05"),
        ("5. März 2026, 14:07 Uhr", "de", "2026-03-05"),
        ("le 1er août 2026", "fr", "2026-08-01"),
        ("5 de marzo de 2026", "es", "2026-03-05"),
        ("5 марта 2026", "ru", "2026-03-05"),
        ("5 Mart 2026", "tr", "2026-03-05"),
        ("2026. március 5.", "hu", "2026-03-05"),
        ("5 tháng 3, 2026", "vi", "2026-03-05"),
        ("2026年3月5日", "ja", "2026-03-05"),
        ("2026년 3월 5일", "ko", "2026-03-05"),
        ("2026.03.05 14:07", "ko", "2026-03-05"),
        ("٥ مارس ٢٠٢٦", "ar", "2026-03-05"),
        ("5 มีนาคม 2569", "th", "2026-03-05"),
        ("05.03.2026", "de", "2026-03-05"),
        ("03/05/2026", "en", "2026-03-05"),
        ("05/03/2026", "fr", "2026-03-05"),
        ("25/03/2026", "en", "2026-03-25"),
    ],
)
def test_dates_as_people_and_machines_write_them(text: str, language: str, iso: str) -> None:
    moment = parse(text, language)
    assert moment is not None
    assert moment.iso == iso


@pytest.mark.parametrize("text", ["", "no date", "version 1.2.3", "31 February 2026", "0001-01-01", "10.0.0.1", "2026"])
def test_what_is_no_date(text: str) -> None:
    assert parse(text) is None


def test_a_month_that_two_languages_mean_differently_needs_the_language() -> None:
    assert parse("5 srpna 2026", "cs") == parse("5 August 2026")
    assert parse("5 srpnja 2026", "hr") == parse("5 July 2026")


def test_data_gives_time_and_offset() -> None:
    head = json_ld(datePublished="2026-03-05T14:07:00+02:00", dateModified="2026-03-06T09:00:00+02:00")
    found = read(article(head=head))
    assert (found.published_at, found.modified_at) == ("2026-03-05T14:07:00+02:00", "2026-03-06T09:00:00+02:00")


def test_a_bare_date_stays_bare_unless_another_place_knows_the_time() -> None:
    assert read(article(head=json_ld(datePublished="2026-03-05"))).published_at == "2026-03-05"
    both = json_ld(datePublished="2026-03-05") + meta(article_published_time="2026-03-05T14:07:00Z")
    assert read(article(head=both)).published_at == "2026-03-05T14:07:00+00:00"
    hint = Hint("feed", published_at="2026-03-05T14:07:00+00:00")
    assert read(article("<time>March 5, 2026</time>"), hint).published_at == "2026-03-05T14:07:00+00:00"


@pytest.mark.parametrize(
    "before",
    [
        "<time datetime='2026-03-05'>yesterday</time>",
        "<div class=meta>By A. Sailor | March 5, 2026 | 3 min read</div>",
        "<div><span>Published</span> <span>5 March 2026</span></div>",
        "<p><strong>Markets</strong> 2026-03-05</p>",
    ],
)
def test_dates_shown_under_the_headline(before: str) -> None:
    assert read(article(before)).published_at == "2026-03-05"


def test_the_address_dates_an_article() -> None:
    assert read(article(url="https://harbour-ledger.example/2026/03/05/tide-tables/")).published_at == "2026-03-05"


def test_nothing_is_published_after_it_was_fetched() -> None:
    head = json_ld(datePublished="2031-01-01") + meta(article_published_time="2026-03-05")
    assert read(article(head=head), fetched_at="2026-03-07T00:00:00+00:00").published_at == "2026-03-05"


def test_the_day_readers_see_beats_a_later_one_in_the_data() -> None:
    head = json_ld(datePublished="2026-03-05T00:00:01Z", dateModified="2026-03-05T00:00:01Z")
    assert read(article("<time>May 9, 2019</time>", head)).published_at == "2019-05-09"


def test_a_day_of_update_is_not_that_of_publication() -> None:
    head = json_ld(datePublished="2026-03-05")
    assert read(article("<p>Last updated: April 9, 2026</p>", head)).published_at == "2026-03-05"


def test_a_change_before_publication_is_dropped() -> None:
    head = json_ld(datePublished="2026-03-05T10:00:00Z", dateModified="2026-03-01T10:00:00Z")
    assert read(article(head=head)).modified_at is None


def test_dates_in_captions_related_cards_and_prose_are_not_the_articles() -> None:
    before = (
        "<figure><figcaption>The pier, 3 May 2011</figcaption></figure>"
        '<div class="related"><a href="/x"><time datetime="2012-01-01"></time></a></div>'
        "<p>The authority was founded on 7 June 1999 by the towns along the coast, which had long fought for it.</p>"
    )
    assert read(article(before)).published_at is None


@pytest.mark.parametrize(
    ("html", "day"),
    [
        ("<html lang=en-GB>", date(2026, 4, 3)),
        ("<html lang=en-US>", date(2026, 3, 4)),
        ("<html lang=it>", date(2026, 4, 3)),
    ],
)
def test_the_page_decides_what_comes_first_in_03_04(html: str, day: date) -> None:
    assert read(article("<time>03/04/2026</time>", html=html)).published_at == day.isoformat()


def test_another_date_on_the_page_decides_what_comes_first() -> None:
    document = article("<time>03/04/2026</time>", meta(article_published_time="2026-04-03"))
    assert read(document).published_at == "2026-04-03"


def test_a_line_at_the_end_is_found_where_nothing_else_is_dated() -> None:
    assert read(page("", f"<h1>A pier</h1>{STORY * 12}<p>Posted on March 5, 2026</p>")).published_at == "2026-03-05"


def test_the_date_nearest_to_the_headline_is_the_articles() -> None:
    before = "<div class=date>March 5, 2026</div>"
    after = "<p><b>The fair: May 9, 2026</b></p>"
    document = page("", f"<main>{before}<h1>A pier</h1><p>{'Word ' * 30}</p>{after}{STORY}</main>")
    assert read(document).published_at == "2026-03-05"


@pytest.mark.parametrize(
    "line",
    [
        "Published March 5, 2026 Updated May 9, 2026 3 min read",
        "Updated May 9, 2026 | First published March 5, 2026",
    ],
)
def test_a_line_that_names_both_days_is_read_in_parts(line: str) -> None:
    assert read(article(f"<div>{line}</div>")).published_at == "2026-03-05"


def test_two_statements_that_readers_see_confirmed_beat_one() -> None:
    head = json_ld(datePublished="2026-03-05T10:00:00Z") + meta(article_published_time="2026-04-09T10:00:00Z")
    assert read(article("<time>April 9, 2026</time>", head)).published_at == "2026-04-09T10:00:00+00:00"
    assert read(article("<time>March 5, 2026</time>", head)).published_at == "2026-03-05T10:00:00+00:00"


@pytest.mark.parametrize(
    "facts",
    [
        "<h4>Published</h4><div>March 5, 2026</div>",
        "<ul><li><strong>Datum</strong> 05.03.2026 </li></ul>",
        "<dl><dt>Release date</dt><dd>5 March 2026</dd></dl>",
    ],
)
def test_a_list_of_facts_dates_an_article_without_other_dates(facts: str) -> None:
    document = page("", f"<main><h1>A pier</h1>{STORY * 12}</main><div class=sidebar>{facts}</div>")
    assert read(document).published_at == "2026-03-05"


@pytest.mark.parametrize(
    "path", ["/2026/03/05/tide-tables/", "/2026/mar/05/tide-tables", "/2026/march/5/x", "/news/05-03-2026-tide-tables"]
)
def test_addresses_that_hold_a_day(path: str) -> None:
    assert read(article(url=f"https://harbour-ledger.example{path}")).published_at == "2026-03-05"


def test_a_meta_tag_whose_content_is_in_value_is_read() -> None:
    assert read(article(head='<meta name="pubdate" value="2026-03-05">')).published_at == "2026-03-05"
