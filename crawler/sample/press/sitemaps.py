"""What sites tell search engines: sitemap indexes, sitemaps, Google News sitemaps."""

from __future__ import annotations

from html import escape

from crawler.sample.press.newsroom import Newsroom, Site
from crawler.sample.press.truth import Story

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SCHEMAS = "http://www.sitemaps.org/schemas/sitemap/0.9"
GOOGLE = "http://www.google.com/schemas/sitemap-"


def sitemap_index(site: Site, children: list[str], lastmod: str | None) -> str:
    """An index of sitemaps."""
    mark = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    rows = "".join(f"\t<sitemap><loc>{site.home}{child}</loc>{mark}</sitemap>\n" for child in children)
    return f'{HEAD}<sitemapindex xmlns="{SCHEMAS}">\n{rows}</sitemapindex>\n'


def sitemap(stories: list[Story], room: Newsroom, *, lastmod: bool = True) -> str:
    """A sitemap of stories, oldest first as plugins print it, with their pictures."""
    rows = []
    for story in reversed(stories):
        mark = f"<lastmod>{story.modified}</lastmod>" if lastmod else ""
        image = f"<image:image><image:loc>{room.sites[story.site].home}{story.image}</image:loc></image:image>"
        rows.append(f"\t<url><loc>{room.url(story)}</loc>{mark}{image}</url>\n")
    return f'{HEAD}<urlset xmlns="{SCHEMAS}" xmlns:image="{GOOGLE}image/1.1">\n{"".join(rows)}</urlset>\n'


def news_sitemap(site: Site, stories: list[Story], room: Newsroom) -> str:
    """A Google News sitemap: title, language, publication date."""
    rows = "\n".join(
        site.shared("news-url.xml").substitute(
            url=room.url(story),
            name=escape(site.name),
            language=story.language,
            published=story.published,
            modified=story.modified,
            title=escape(story.title),
            keywords=escape(", ".join(story.tags)),
        )
        for story in stories
    )
    return f'{HEAD}<urlset xmlns="{SCHEMAS}" xmlns:news="{GOOGLE}news/0.9">\n{rows}\n</urlset>\n'
