"""A small news site of several shapes, for tests of what looks at a whole site from outside."""

from __future__ import annotations

import json

from tests.crawler.loopback import Page

STORY = "bitcoin-rests-after-a-long-climb"


def front(head: str = "", body: str = "", title: str = "Harbor News – crypto by the sea") -> Page:
    return Page(
        f"<!doctype html><html lang='en-GB'><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    )


def rss(*days: int) -> Page:
    items = "".join(
        f"<item><title>Day {day}</title><link>{{base}}/{STORY}-{day}/</link>"
        f"<pubDate>{day:02} Mar 2026 08:00:00 +0000</pubDate></item>"
        for day in days
    )
    return Page(f"<rss version='2.0'><channel><title>Harbor</title>{items}</channel></rss>", "application/rss+xml")


def sitemap(*days: int, news: bool = False) -> Page:
    more = "<news:news><news:title>Day</news:title></news:news>" if news else ""
    entries = "".join(
        f"<url><loc>{{base}}/{STORY}-{day}/</loc><lastmod>2026-03-{day:02}</lastmod>{more}</url>" for day in days
    )
    return Page(f"<urlset>{entries}</urlset>", "application/xml")


def index(*paths: str) -> Page:
    entries = "".join(f"<sitemap><loc>{{base}}{path}</loc></sitemap>" for path in paths)
    return Page(f"<sitemapindex>{entries}</sitemapindex>", "application/xml")


def posts(*days: int) -> Page:
    listed = [
        {"link": f"{{base}}/{STORY}-{day}/", "date_gmt": f"2026-03-{day:02}T08:00:00", "title": {"rendered": "Day"}}
        for day in days
    ]
    return Page(json.dumps(listed), "application/json")


def stories(*days: int) -> str:
    return "".join(
        f"<h2><a href='/{STORY}-{day}/'>Bitcoin rests after a long climb, day {day}</a></h2>" for day in days
    )
