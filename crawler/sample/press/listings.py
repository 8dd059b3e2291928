"""Pages of teasers: front pages, sections, and page N of either."""

from __future__ import annotations

from html import escape

from crawler.sample.press import dates, feeds, render
from crawler.sample.press.newsroom import Newsroom, Site
from crawler.sample.press.truth import Story


def listing(site: Site, room: Newsroom, stories: list[Story], path: str, heading: str, pages: tuple[int, int]) -> str:
    """A page of teasers: the front page, a section, page N of either. ``pages`` is (this page, number of pages)."""
    language = stories[0].language if stories else site.language
    values = render.site_values(site, room, language) | {
        "title": escape(heading),
        "heading": escape(heading),
        "url": site.home + path,
        "og_type": "website",
        "cards": render.cards("card", stories, room),
        "pages": page_links(site, path, *pages),
        "published_human": dates.human(feeds.newest(stories), language),
    }
    return site.template("listing.html").substitute(values)


def page_links(site: Site, path: str, number: int, count: int) -> str:
    """Links to the other pages of a listing."""
    first = path.split("page/")[0].split("?")[0]
    links = [
        f'<a class="page-numbers" href="{site.home}{page_path(site, first, n)}">{n}</a>'
        if n != number
        else f'<span aria-current="page" class="page-numbers current">{n}</span>'
        for n in range(1, count + 1)
    ]
    if number < count:
        links.append(
            f'<a class="next page-numbers" rel="next" href="{site.home}{page_path(site, first, number + 1)}">›</a>'
        )
    return " ".join(links)


def page_path(site: Site, first: str, number: int) -> str:
    """Where page ``number`` of the listing at ``first`` lies."""
    return first if number == 1 else first + site.routes.get("page", "page/{n}/").format(n=number)
