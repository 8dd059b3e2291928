"""Newsmint on a real WordPress: each route alone finds every post, nothing hidden is stored, bodies are the posts'."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bench.scoring import words
from pipelines import Article, open_store

from .conftest import ROUTES
from .figures import SiteFigures, table
from .newsroom.posts import Post
from .site import Site

pytestmark = pytest.mark.wordpress

Crawl = Callable[..., None]
ADDED = "An editor added this paragraph after the desk had spoken to the firm once more about its plans for the winter."


@pytest.fixture(scope="module")
def database(site: Site, crawl: Crawl, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that the site, in its first theme, was crawled into by every route."""
    site.style(site.themes[0], "seed")
    path = tmp_path_factory.mktemp("store") / "news.sqlite3"
    crawl(path)
    return path


def test_sources_add_finds_feed_sitemap_and_rest(site: Site, entry: dict[str, Any]) -> None:
    assert entry["allow_private"] is True
    assert entry["feeds"][0].startswith(f"{site.url}/feed")
    assert entry["sitemaps"] == [f"{site.url}/wp-sitemap.xml"]
    assert entry["wordpress"].rstrip("/") == f"{site.url}/wp-json"


@pytest.mark.parametrize("route", ROUTES)
def test_each_route_alone_finds_every_post_and_nothing_hidden(
    route: str, site: Site, crawl: Crawl, tmp_path: Path, report: Callable[[str], None]
) -> None:
    path = tmp_path / f"{route}.sqlite3"
    crawl(path, route)
    found, published = stored(path), [post.path for post in site.published()]
    report(f"{route:12} {len(set(found) & set(published))} of {len(published)} posts, {fetches(path)} requests")
    assert sorted(page for page in found if page not in PAGES) == sorted(published)


def test_hidden_posts_are_rejected_by_name_not_lost(site: Site, database: Path) -> None:
    protected = {post.path for post in site.hidden() if post.status == "password"}
    rows = query(database, "SELECT url FROM rejection WHERE reason = 'password'")
    assert protected == {spelled(url) for (url,) in rows}


def test_archives_and_attachments_are_not_stored(site: Site, database: Path) -> None:
    assert set(stored(database)) - {post.path for post in site.published()} <= PAGES


@pytest.mark.parametrize(("theme", "house"), [(0, "seed"), (-1, "other")], ids=["classic-seed", "block-other"])
def test_bodies_headings_links_and_metadata_are_the_posts_own(
    theme: int, house: str, site: Site, crawl: Crawl, tmp_path: Path, report: Callable[[str], None]
) -> None:
    site.style(site.themes[theme], house)
    path = tmp_path / "news.sqlite3"
    crawl(path, "wordpress")
    figures = site_figures(site, house, path)
    report(table(f"{site.themes[theme]}, {house}", figures.summary()))
    shortfalls = figures.shortfalls()
    assert not shortfalls, "\n".join(shortfalls)


def test_a_post_of_several_pages_is_one_article(site: Site, database: Path) -> None:
    rows = [row for row in site.gold("seed") if len(row["pages"]) > 1]
    articles = by_path(database)
    for row in rows:
        assert words(row["text"])[-8:] == words(articles[spelled(row["url"])].body)[-8:]


def test_related_links_lead_to_the_stored_articles(site: Site, database: Path) -> None:
    """Also those that an author wrote as ``?p=ID``, once the page they lead to is stored."""
    unresolved = query(
        database,
        "SELECT url FROM link WHERE kind IN ('related_inline', 'related_block') AND target_article_id IS NULL",
    )
    assert unresolved == []


def test_a_second_crawl_writes_nothing(site: Site, crawl: Crawl, database: Path) -> None:
    site.style(site.themes[0], "seed")
    before = versions(database)
    crawl(database)
    assert versions(database) == before


def test_an_edited_post_gets_one_new_version_and_keeps_the_old(site: Site, crawl: Crawl, database: Path) -> None:
    site.style(site.themes[0], "seed")
    before, post = versions(database), edited(site)
    site.edit(post, ADDED)
    crawl(database)
    after = versions(database)
    assert {path: count for path, count in after.items() if count != before[path]} == {post.path: before[post.path] + 1}
    assert by_path(database)[post.path].body.endswith(ADDED)


PAGES = {"/about-us/", "/contact/", "/imprint/"}
"""WordPress pages: in the sitemap, not posts; whether one is an article is not what is tested here."""


def edited(site: Site) -> Post:
    """The post that is edited: neither the newest, which any crawl would look at again, nor the oldest."""
    return site.published()[len(site.published()) // 3]


def stored(path: Path) -> list[str]:
    """The paths of the stored articles' addresses, as WordPress spells them."""
    return [spelled(url) for (url,) in query(path, "SELECT canonical_url FROM article")]


def spelled(url: str) -> str:
    return urlsplit(url).path.rstrip("/") + "/"


def fetches(path: Path) -> int:
    return int(query(path, "SELECT count(*) FROM fetch")[0][0])


def versions(path: Path) -> dict[str, int]:
    """Path → number of versions."""
    return {spelled(url): count for url, count in query(path, "SELECT canonical_url, version FROM article")}


def by_path(path: Path) -> dict[str, Article]:
    with open_store(path, readonly=True) as store:
        return {spelled(article.canonical_url): article for article in store.articles()}


def site_figures(site: Site, house: str, path: Path) -> SiteFigures:
    """Figures over all published posts; one that is not stored counts as empty."""
    articles, figures = by_path(path), SiteFigures()
    for row in site.gold(house):
        article = articles.get(spelled(row["url"]))
        figures.add(row, article.as_dict() if article else {"body": "", "links": [], "headings": []})
    return figures


def query(path: Path, statement: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()
