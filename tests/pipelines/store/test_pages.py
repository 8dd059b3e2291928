"""Pages go in as they came and come out the same, for a replay."""

from __future__ import annotations

import pytest

from pipelines.errors import MissingInput
from pipelines.items import Hint, RawPage
from pipelines.store import Store
from pipelines.store.pages import count_pages, keep_page, load_numbered_pages, load_page, load_pages, page_sources
from tests.pipelines.store.examples import a_page, url

HINT = Hint(
    "wordpress", title="A title", authors=("Ada Field",), tags=("a", "b"), content_html="<p>All of it \u20bf</p>"
)


def keep(store: Store, *pages: RawPage) -> list[int]:
    with store.begin() as conn:
        ids = [keep_page(conn, store.archive, page) for page in pages]
        store.archive.flush()
    return ids


@pytest.mark.parametrize(
    "page",
    [
        a_page(),
        a_page(body=b""),
        a_page(body=bytes(range(256)) * 100, content_type="text/html; charset=koi8-r", status=404),
        a_page(requested_url=url("old"), parts=(b"page two", b"page three")),
        a_page(hint=HINT),
        a_page(source=None),
    ],
    ids=["plain", "empty", "bytes", "redirect and parts", "hint", "no source"],
)
def test_a_page_comes_back_as_it_was_kept(store: Store, page: RawPage) -> None:
    (page_id,) = keep(store, page)
    with store.connect() as conn:
        assert load_page(conn, store.archive, page_id) == page
        assert list(load_pages(conn, store.archive)) == [page]


def test_the_same_page_is_one_row(store: Store) -> None:
    later = a_page(hint=HINT, fetched_at="2026-11-21T10:00:00Z")
    first, same, other_hint, other_body = keep(store, a_page(hint=HINT), later, a_page(), a_page(body=b"new"))
    assert first == same
    assert len({first, other_hint, other_body}) == 3


def test_the_full_text_of_a_hint_is_kept_out_of_the_analysts_database(store: Store) -> None:
    keep(store, a_page(hint=HINT))
    with store.connect() as conn:
        assert "content_html" not in conn.exec_driver_sql("SELECT hint FROM page").scalar_one()


def test_a_replay_reads_the_latest_page_of_each_url(store: Store) -> None:
    many = [a_page(f"story-{number}", body=f"{number}".encode()) for number in range(450)]
    newer = a_page("story-7", body=b"seven, corrected", fetched_at="2026-11-22T10:00:00Z")
    keep(store, *many, newer)
    with store.connect() as conn:
        replayed = list(load_numbered_pages(conn, store.archive))
        assert len(replayed) == count_pages(conn) == 450
        assert {page.url: page.body for _, page in replayed} == {page.url: page.body for page in [*many, newer]}
        assert [page for _, page in replayed][-1] == newer
        assert list(load_pages(conn, store.archive, since="2026-11-21")) == [newer]
        assert list(load_pages(conn, store.archive, source="weekly")) == []
        assert count_pages(conn, "weekly") == 0


def test_rows_may_be_written_during_a_replay(store: Store) -> None:
    keep(store, *(a_page(f"story-{number}") for number in range(250)))
    with store.connect() as reading:
        for number, page in enumerate(load_pages(reading, store.archive)):
            if number in (0, 210):
                keep(store, a_page(f"new-{number}"))
            assert page.body
    with store.connect() as conn:
        assert count_pages(conn) == 252


def test_a_body_the_archive_lost_is_named(store: Store) -> None:
    with store.begin() as conn:
        page_id = keep_page(conn, store.archive, a_page())
        store.archive._held.clear()  # as if the file had been cut short
        with pytest.raises(MissingInput, match="no page body"):
            load_page(conn, store.archive, page_id)


@pytest.mark.parametrize(("newest", "slugs"), [(1, ["b"]), (2, ["c", "b"]), (3, ["a", "c", "b"]), (9, ["a", "c", "b"])])
def test_the_newest_pages_of_a_source(store: Store, newest: int, slugs: list[str]) -> None:
    """A page that came again counts once, as of its last coming."""
    keep(
        store, *(a_page(slug) for slug in "abc"), a_page("b", body=b"again"), a_page("x", "weekly.example", source="x")
    )
    with store.connect() as conn:
        found = load_pages(conn, store.archive, "daily", newest=newest)
        assert [page.url for page in found] == [url(slug) for slug in slugs]


def test_sources_that_have_pages(store: Store) -> None:
    keep(store, a_page("a", source="weekly"), a_page("b"), a_page("c"), a_page("d", source=None))
    with store.connect() as conn:
        assert page_sources(conn) == ["daily", "weekly"]
