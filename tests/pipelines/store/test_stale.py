"""Which stored articles are read again when more is known of their site."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.chrome import Learned, SiteChrome, fingerprint
from pipelines.items import Article, RawPage, RemovedBlock, article_id
from pipelines.store import Store
from pipelines.store.articles import save_article
from pipelines.store.chrome import learned, observe
from pipelines.store.pages import keep_page
from pipelines.store.runs import REEXTRACT, finish_run, record_fetch, start_run
from pipelines.store.stale import known_when_clean, stale_pages
from pipelines.store.times import now
from tests.pipelines.store.examples import an_article

NOTICE = "Please enter the key of the price widget."
KNOWN = SiteChrome(frozenset({fingerprint(NOTICE)}))


def publish(store: Store, source: str, *numbers: int, ending: str = NOTICE, lost: str | None = None) -> list[int]:
    """Store articles whose paragraphs are their own, but for the last one; the ids of their pages."""
    with store.begin() as conn:
        ids = []
        for number in numbers:
            article = _article(source, number, ending, lost)
            page = RawPage(article.url, f"<p>{number}</p>".encode(), source)
            ids.append(keep_page(conn, store.archive, page))
            if save_article(conn, article, page_id=ids[-1]) == "new":
                observe(conn, article, now())
        store.archive.flush()
        return ids


def _article(source: str, number: int, ending: str, lost: str | None) -> Article:
    word = "".join(chr(ord("k") + int(digit)) for digit in str(number))
    url = f"https://{source}.example/{word}"
    return replace(
        an_article(),
        id=article_id(url),
        url=url,
        canonical_url=url,
        source=source,
        headings=(),
        body="\n\n".join([*(f"{word} {part} is what this paragraph tells." for part in "abcdefgh"), ending]),
        removed=(RemovedBlock("site_chrome", "repeated", lost),) if lost else (),
    )


def stale(store: Store, source: str, before: Learned) -> list[int]:
    with store.connect() as conn:
        return [page for batch in stale_pages(conn, source, before) for page in batch]


def test_articles_that_hold_what_is_known_by_now_are_read_again(store: Store) -> None:
    publish(store, "tokenpost", *range(6))
    pages = publish(store, "coinledger", *range(6))
    publish(store, "coinledger", 7, ending="Its own last word.")
    assert stale(store, "coinledger", Learned()) == pages


def test_nothing_is_read_again_where_nothing_was_learned_since(store: Store) -> None:
    publish(store, "coinledger", *range(6))
    with store.connect() as conn:
        before = learned(conn, "coinledger")
    publish(store, "coinledger", 6)
    assert stale(store, "coinledger", before) == []


def test_an_article_that_lost_what_turned_out_to_be_its_own_is_read_again(store: Store) -> None:
    publish(store, "coinledger", *range(5))
    wronged = publish(store, "coinledger", 5, lost="A word that stood in four articles.")
    publish(store, "coinledger", 6, lost=NOTICE)
    assert stale(store, "coinledger", Learned(5, KNOWN)) == wronged


def test_only_articles_since_the_block_was_first_seen_are_looked_through(store: Store) -> None:
    publish(store, "coinledger", *range(10), ending="Its own last word.")
    with store.connect() as conn:
        before = learned(conn, "coinledger")
    assert not before.chrome.repeats(NOTICE)
    pages = publish(store, "coinledger", *range(10, 30))
    with store.connect() as conn:
        looked_through = stale_pages(conn, "coinledger", before)
        assert next(looked_through) == pages
        assert next(looked_through, None) is None


def test_of_an_edited_article_the_page_of_its_latest_version_is_read_again(store: Store) -> None:
    publish(store, "coinledger", *range(6))
    with store.begin() as conn:
        edited = replace(_article("coinledger", 2, NOTICE, None), title="Another title")
        page = keep_page(conn, store.archive, RawPage(edited.url, b"<p>edited</p>", "coinledger"))
        save_article(conn, edited, page_id=page)
        store.archive.flush()
    assert sorted(stale(store, "coinledger", Learned())) == [1, 2, 4, 5, 6, page]


@pytest.mark.parametrize(
    ("runs", "is_known"),
    [
        ([("newsmint crawl", "done")], True),
        ([("newsmint crawl", "done"), ("newsmint crawl", "stopped")], False),
        ([("newsmint crawl", "stopped"), ("newsmint crawl", "done")], True),
        ([("newsmint crawl", "stopped"), (REEXTRACT, "done")], False),
        ([], False),
    ],
)
def test_what_was_known_counts_from_the_last_crawl_that_was_done(
    store: Store, runs: list[tuple[str, str]], is_known: bool
) -> None:
    publish(store, "coinledger", *range(6))
    with store.begin() as conn:
        for command, state in runs:
            run = start_run(conn, command, ["coinledger"], {})
            record_fetch(conn, run, "coinledger", "https://coinledger.example/feed", "feed", 200, 9, 0.1, "listing")
            finish_run(conn, run, state)
        known = known_when_clean(conn, ["coinledger"], start_run(conn, "newsmint crawl", ["coinledger"], {}))
    assert known == {"coinledger": Learned(6, KNOWN) if is_known else Learned()}
