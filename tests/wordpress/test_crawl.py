"""Newsmint on a real WordPress: each route alone finds every post, nothing hidden is stored, bodies are the posts'."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bench.scoring import words
from pipelines import Article, open_store

from .figures import SiteFigures, table
from .newsroom.posts import Post
from .site import Site

pytestmark = pytest.mark.wordpress

Crawl = Callable[..., None]
Stores = Callable[[str], Path]
LOOKS = {"feed": (0, "seed"), "wordpress": (-1, "other"), "sitemap": (-1, "quiet")}
"""Route → theme (0 classic, -1 block) and house, so that three crawls try every route and every look."""
ADDED = "An editor added this paragraph after the desk had spoken to the firm once more about its plans for the winter."


@pytest.fixture(scope="module")
def stores(site: Site, crawl: Crawl, tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """``stores(route)``: a store that the site was crawled into by that route alone, in the route's look; made once."""

    @cache
    def made(route: str) -> Path:
        theme, house = LOOKS[route]
        site.style(site.themes[theme], house)
        path = tmp_path_factory.mktemp(route) / "news.sqlite3"
        crawl(path, route)
        return path

    return made


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


@pytest.mark.parametrize("route", LOOKS)
def test_each_route_alone_finds_every_post_and_nothing_hidden(
    route: str, site: Site, stores: Stores, report: Callable[[str], None]
) -> None:
    path = stores(route)
    found, published = stored(path), [post.path for post in site.published()]
    report(f"{route:12} {len(set(found) & set(published))} of {len(published)} posts, {requests(path)} requests")
    assert sorted(page for page in found if page not in PAGES) == sorted(published)


@pytest.mark.parametrize("route", LOOKS)
def test_bodies_headings_links_and_metadata_are_the_posts_own(
    route: str, site: Site, stores: Stores, report: Callable[[str], None]
) -> None:
    theme, house = LOOKS[route]
    figures = site_figures(site, house, stores(route))
    report(table(f"{site.themes[theme]}, {house}", figures.summary()))
    shortfalls = figures.shortfalls()
    assert not shortfalls, "\n".join(shortfalls)


def test_hidden_posts_are_rejected_by_name_not_lost(site: Site, database: Path) -> None:
    protected = {post.path for post in site.hidden() if post.status == "password"}
    rows = query(database, "SELECT url FROM rejection WHERE reason = 'password'")
    assert protected == {spelled(url) for (url,) in rows}


def test_a_post_of_several_pages_is_one_article(site: Site, database: Path) -> None:
    rows = [row for row in site.gold("seed") if len(row["pages"]) > 1]
    articles = by_path(database)
    for row in rows:
        assert words(row["text"])[-8:] == words(articles[spelled(row["url"])].body)[-8:]


def test_related_links_lead_to_the_stored_articles(site: Site, database: Path) -> None:
    resolved = query(
        database,
        "SELECT target_article_id IS NOT NULL, count(*) FROM link WHERE kind LIKE 'related%' GROUP BY 1",
    )
    assert resolved == [(1, sum(len(post.related) + len(post.teasers) for post in site.published()))]


def test_a_second_crawl_writes_nothing(site: Site, crawl: Crawl, database: Path) -> None:
    site.style(site.themes[0], "seed")
    before = versions(database)
    assert len(before) >= len(site.published())
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


def requests(path: Path) -> int:
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
        figures.add(
            row, article.as_dict() if article else {"body": "", "links": [], "headings": [], "published_at": None}
        )
    return figures


def query(path: Path, statement: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()
