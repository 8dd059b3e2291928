"""Related links find the stored article they lead to, whichever of the two is stored first."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pipelines.items import Article, Link
from pipelines.store import Store
from pipelines.store.articles import save_article
from pipelines.store.pages import keep_page
from pipelines.store.schema import link
from tests.pipelines.store.examples import a_page, an_article, url

TARGET = an_article("target", links=())


def targets(store: Store) -> list[str | None]:
    with store.connect() as conn:
        return list(conn.execute(select(link.c.target_article_id)).scalars())


@pytest.mark.parametrize("first", ["link", "target"])
@pytest.mark.parametrize(
    "address",
    [
        url("target"),
        url("target") + "/",
        url("target") + "?utm_source=related&utm_medium=card",
        "http://www.daily.example/news/target#comments",
    ],
)
def test_a_link_finds_its_target_in_any_order_and_spelling(store: Store, first: str, address: str) -> None:
    linking = an_article("linking", links=(Link("related_block", address, "The other story"),))
    for each in (linking, TARGET) if first == "link" else (TARGET, linking):
        with store.begin() as conn:
            save_article(conn, each)
    assert targets(store) == [TARGET.id]


@pytest.mark.parametrize("first", ["link", "target"])
def test_a_link_to_the_old_address_of_a_moved_article(store: Store, first: str) -> None:
    old = url("target-as-it-was-called")
    linking = an_article("linking", links=(Link("inline", old, "as we reported"),))
    with store.begin() as conn:
        if first == "link":
            save_article(conn, linking)
        save_article(conn, TARGET, page_id=keep_page(conn, store.archive, a_page("target", requested_url=old)))
        if first == "target":
            save_article(conn, linking)
    assert targets(store) == [TARGET.id]
    assert store.article(old) == TARGET


def test_a_redirect_is_no_proof_of_identity(store: Store) -> None:
    """An address that once redirected elsewhere, then has an article of its own."""
    own = an_article("own", links=())
    with store.begin() as conn:
        save_article(conn, an_article("linking", links=(Link("inline", own.url, "this"),)))
        save_article(conn, TARGET, page_id=keep_page(conn, store.archive, a_page("target", requested_url=own.url)))
        save_article(conn, own)
        save_article(
            conn,
            an_article("third", links=()),
            page_id=keep_page(conn, store.archive, a_page("third", requested_url=own.url)),
        )
    assert targets(store) == [own.id]
    assert store.article(own.url) == own


def test_a_canonical_url_elsewhere(store: Store) -> None:
    """The page is linked by the address it was fetched from, and names another as its canonical one."""
    from dataclasses import replace

    fetched_from = "https://daily.example/?p=77"
    with store.begin() as conn:
        save_article(conn, an_article("linking", links=(Link("related_inline", fetched_from, "short link"),)))
        save_article(conn, replace(TARGET, url=fetched_from))
    assert targets(store) == [TARGET.id]


def test_a_link_to_itself_points_nowhere(store: Store) -> None:
    with store.begin() as conn:
        save_article(conn, an_article("self", links=(Link("inline", url("self") + "#part-2", "below"),)))
    assert targets(store) == [None]


def test_a_link_survives_an_update_of_either_side(store: Store) -> None:
    linking = an_article("linking", links=(Link("inline", TARGET.url, "this"),))
    with store.begin() as conn:
        save_article(conn, linking)
        save_article(conn, TARGET)
        save_article(conn, an_article("linking", title="New title", links=linking.links))
        save_article(conn, an_article("target", title="New title", links=()))
    assert targets(store) == [TARGET.id]


def test_related_links_have_a_view(store: Store) -> None:
    with store.begin() as conn:
        save_article(
            conn, an_article("linking", links=(Link("related_block", TARGET.url, "x"), Link("inline", TARGET.url, "y")))
        )
        save_article(conn, TARGET)
        rows = conn.exec_driver_sql("SELECT text, target_title FROM related_link").all()
    assert [tuple(row) for row in rows] == [("x", TARGET.title)]


@pytest.mark.parametrize("first", ["link", "target"])
def test_a_link_finds_its_target_by_the_short_link_of_that(store: Store, first: str) -> None:
    short = "https://daily.example/?p=4711"
    linking = an_article("linking", links=(Link("inline", f"{short}&utm_source=x", "the other story"),))
    target = an_article("target", links=(Link("alias", short, ""),))
    save(store, *((linking, target) if first == "link" else (target, linking)))
    assert target.id in targets(store)
    assert store.article(short) == target


def test_a_short_link_gives_way_to_the_article_whose_own_address_it_is(store: Store) -> None:
    other = an_article("other", links=())
    save(store, an_article("target", links=(Link("alias", other.url, ""),)), other)
    assert store.article(other.url) == other


def save(store: Store, *articles: Article) -> None:
    for each in articles:
        with store.begin() as conn:
            save_article(conn, each)
