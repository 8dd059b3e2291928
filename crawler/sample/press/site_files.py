"""All files of one site in one edition, and the table of addresses they answer at."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from lxml import html as lxml_html

from crawler.sample.press import dates, expected, feeds, listings, render, rest, sitemaps
from crawler.sample.press.newsroom import Newsroom, Site
from crawler.sample.press.truth import Story

HTML = "text/html; charset=UTF-8"
FEED_SIZE = 10
HIDDEN = ("block_page", "listing")
"""Pages of these kinds are not stories: no feed or sitemap names them."""


@dataclass
class SiteFiles:
    """Texts by path inside the site's folder, and routes: address → what the server does there."""

    site: Site
    texts: dict[str, str] = field(default_factory=dict)
    routes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, address: str, path: str, text: str, kind: str, **more: Any) -> None:
        self.texts[path] = text
        self.routes[address] = {"file": path, "type": kind, **more}

    def redirect(self, address: str, target: str, status: int = 301) -> None:
        self.routes[address] = {"redirect": target, "status": status}


def site_files(site: Site, room: Newsroom) -> SiteFiles:
    """Everything a site serves in this edition."""
    files = SiteFiles(site)
    for story in room.of(site):
        _add_story(files, story, room)
    _add_feeds(files, room)
    _add_sitemaps(files, room)
    _add_listings(files, room)
    if "rest" in site.routes:
        posts = [rest.post(story, room) for story in published(site, room)]
        files.texts["posts.json"] = _json(posts)
        files.routes[site.routes["rest"]] = {"posts": "posts.json"}
    elif "rest_refused" in site.routes:
        files.add(
            site.routes["rest_refused"],
            "rest-refused.json",
            _json(rest.REFUSAL),
            "application/json; charset=UTF-8",
            status=401,
        )
    if "robots" in site.strings:
        files.add("/robots.txt", "robots.txt", site.strings["robots"], "text/plain")
    files.texts["site.json"] = _json(_manifest(site, files, room))
    return files


def published(site: Site, room: Newsroom) -> list[Story]:
    """The stories a site lists, newest first."""
    return [story for story in room.of(site) if story.verdict not in HIDDEN]


def _manifest(site: Site, files: SiteFiles, room: Newsroom) -> dict[str, Any]:
    manifest: dict[str, Any] = {"host": site.host, "name": site.name, "charset": site.charset, "routes": files.routes}
    moved = [[coin["price"], coin["later"]] for coin in site.ticker if "later" in coin]
    if room.edition > 1 and moved:
        manifest["replace"] = moved
    return manifest


def _add_story(files: SiteFiles, story: Story, room: Newsroom) -> None:
    site = files.site
    kind = HTML if site.charset == "utf-8" and "no_charset" not in site.routes else "text/html"
    more = {"status": 403} if "forbidden" in story.options else {}
    texts = []
    for number in range(1, len(story.pages()) + 1):
        suffix = "" if number == 1 else f"-{number}"
        address = room.path(story) + ("" if number == 1 else f"{number}/")
        texts.append(render.page(story, room, number))
        files.add(address, f"{story.slug}/page{suffix}.html", texts[-1], kind, **more)
    if "rest" in site.routes or "rest_refused" in site.routes:
        files.redirect(f"/?p={story.number}", room.path(story))
    if (site.templates / "amp.html").exists() and story.verdict == "article":
        files.add(f"{room.path(story)}amp/", f"{story.slug}/amp.html", render.page(story, room, template="amp"), kind)
    files.texts[f"{story.slug}/article.json"] = _json(_answer(story, room, " ".join(map(_visible, texts))))


def _answer(story: Story, room: Newsroom, shown: str) -> dict[str, Any]:
    """The expected answer; ``must_not`` keeps what the page shows and the true body does not hold.

    A standfirst that repeats the description may be taken as body or not.
    """
    answer = expected.article(story, room)
    if "body" not in answer:
        return answer
    body = _words(answer["body"])
    answer["must_not"] = [text for text in answer["must_not"] if _words(text) in shown and _words(text) not in body]
    if _words(story.description) in shown:
        answer["optional"].append(story.description)
    return answer


def _visible(page: str) -> str:
    texts = lxml_html.document_fromstring(page).xpath("//body//text()[not(ancestor::script or ancestor::style)]")
    return _words(" ".join(texts))


def _words(text: str) -> str:
    return " ".join(text.split())


def _add_feeds(files: SiteFiles, room: Newsroom) -> None:
    site, stories = files.site, published(files.site, room)
    modified = dates.http_date(feeds.newest(stories))
    same: dict[str, Any] = {"last_modified": modified, "etag": True}
    if "wordpress_etag" in site.routes:
        same["wordpress_etag"] = True
    if "rss" in site.routes:
        full = site.routes.get("rss_full", "yes") == "yes"
        for number in range(1, ceil(len(stories) / FEED_SIZE) + 1):
            part = stories[(number - 1) * FEED_SIZE : number * FEED_SIZE]
            address = site.routes["rss"] + (f"?paged={number}" if number > 1 else "")
            name = "feed.xml" if number == 1 else f"feed-{number}.xml"
            text = feeds.rss(site, part, room, full=full)
            files.add(address, name, text, f"application/rss+xml; charset={site.charset.upper()}", **same)
    if "atom" in site.routes:
        files.add(
            site.routes["atom"],
            "atom.xml",
            feeds.atom(site, stories[:FEED_SIZE], room),
            "application/atom+xml; charset=UTF-8",
            **same,
        )
    if "json_feed" in site.routes:
        files.add(
            site.routes["json_feed"],
            "feed.json",
            _json(feeds.json_feed(site, stories, room)),
            "application/feed+json",
            **same,
        )


def _add_sitemaps(files: SiteFiles, room: Newsroom) -> None:
    site, stories, xml = files.site, published(files.site, room), "text/xml; charset=UTF-8"
    lastmod = site.routes.get("lastmod", "yes") == "yes"
    if "sitemap" in site.routes:
        path = site.routes["sitemap"]
        gz = {"gzip_file": True} if path.endswith(".gz") else {}
        kind = "application/x-gzip" if gz else xml
        files.add(path, "sitemap.xml", sitemaps.sitemap(room.of(site), room, lastmod=lastmod), kind, **gz)
    if "sitemap_index" in site.routes:
        newest = feeds.newest(stories) if lastmod else None
        index = sitemaps.sitemap_index(site, [site.routes["sitemap"]], newest)
        files.add(site.routes["sitemap_index"], "sitemap-index.xml", index, xml)
        files.redirect("/sitemap.xml", site.routes["sitemap_index"])
    if "news_sitemap" in site.routes:
        files.add(site.routes["news_sitemap"], "news-sitemap.xml", sitemaps.news_sitemap(site, stories, room), xml)


def _add_listings(files: SiteFiles, room: Newsroom) -> None:
    site, stories = files.site, published(files.site, room)
    size = int(site.routes.get("listing_size", "8"))
    folder = site.strings["section_folder"]
    front = [story for story in stories if story.language == site.language]
    _paged(files, room, front, "/", site.name, size)
    for slug, name in site.sections.items():
        _paged(files, room, [s for s in front if s.section == slug], f"/{folder}{slug}/", name, size)
    for language in sorted({story.language for story in stories} - {site.language}):
        _paged(files, room, [s for s in stories if s.language == language], f"/{language}/", site.name, size)


def _paged(files: SiteFiles, room: Newsroom, stories: list[Story], path: str, heading: str, size: int) -> None:
    count = max(1, ceil(len(stories) / size))
    name = path.strip("/").replace("/", "-") or "front"
    for number in range(1, count + 1):
        address = listings.page_path(files.site, path, number)
        part = stories[(number - 1) * size : number * size]
        text = listings.listing(files.site, room, part, path, heading, (number, count))
        files.add(
            address, f"_listings/{name}-{number}.html", text, HTML if files.site.charset == "utf-8" else "text/html"
        )


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
