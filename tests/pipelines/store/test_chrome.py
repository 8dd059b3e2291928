"""What a site repeats is counted as its articles arrive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.store import Store, chrome
from pipelines.store.chrome import observe, site_chrome
from pipelines.store.schema import learned_block
from pipelines.store.sources import SourceRow, save_sources
from pipelines.store.times import now
from tests.pipelines.store.examples import an_article

NOTICE = "Please enter the key of the price widget."


def arrive(store: Store, source: str, *numbers: int, notice: str = NOTICE) -> None:
    """Articles of a source whose paragraphs are all their own, and that all end with the same notice."""
    with store.begin() as conn:
        save_sources(conn, [SourceRow(source, source, f"{source}.example", "en")])
        for number in numbers:
            body = [f"{_word(number)} {_word(part)} is what this paragraph tells." for part in range(10)]
            observe(conn, replace(an_article(), source=source, body="\n\n".join([*body, notice]), headings=()), now())


def _word(number: int) -> str:
    return "".join(chr(ord("k") + int(digit)) for digit in str(number))


def test_nothing_is_known_of_a_site_never_seen(store: Store) -> None:
    with store.connect() as conn:
        assert not site_chrome(conn, "coinledger").fingerprints


def test_a_notice_is_known_after_five_articles_and_only_at_its_own_site(store: Store) -> None:
    arrive(store, "coinledger", *range(4))
    arrive(store, "tokenpost", *range(5), notice="Another notice altogether.")
    with store.connect() as conn:
        assert not site_chrome(conn, "coinledger").repeats(NOTICE)
    arrive(store, "coinledger", 4)
    with store.connect() as conn:
        assert site_chrome(conn, "coinledger").repeats(NOTICE)
        assert not site_chrome(conn, "tokenpost").repeats(NOTICE)


def test_blocks_seen_once_are_forgotten_so_that_the_table_stays_bounded(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chrome, "MEMORY", 50)
    arrive(store, "coinledger", *range(100))
    with store.connect() as conn:
        left = conn.execute(learned_block.select()).all()
        assert len(left) == 10 * 50 + 1
        assert site_chrome(conn, "coinledger").repeats(NOTICE)
