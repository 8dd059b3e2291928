"""What sites tell readers of feeds: RSS 2.0, Atom and JSON Feed."""

from __future__ import annotations

from html import escape
from typing import Any

from crawler.sample.press import dates, render
from crawler.sample.press.newsroom import Newsroom, Site
from crawler.sample.press.truth import Story

TRACKING = "utm_source=rss&utm_medium=rss&utm_campaign="


def rss(site: Site, stories: list[Story], room: Newsroom, *, full: bool = True) -> str:
    """RSS 2.0 as WordPress prints it: links with tracking, ``content:encoded`` with the footer of the SEO plugin."""
    return site.shared("rss.xml").substitute(
        charset=site.charset.upper(),
        name=escape(site.name),
        home=site.home,
        path=site.routes["rss"],
        tagline=escape(site.strings["tagline"]),
        built=dates.rfc822(newest(stories)),
        language=site.language,
        items="\n".join(_rss_item(story, room, full=full) for story in stories),
    )


def _rss_item(story: Story, room: Newsroom, *, full: bool) -> str:
    site = room.sites[story.site]
    values = _values(story, room)
    footer = site.shared("rss-footer.html").substitute(values) if full else ""
    content = site.shared("rss-content.xml").substitute(content=content_html(story, room), footer=footer)
    categories = (f"<category><![CDATA[{tag}]]></category>" for tag in (site.sections[story.section], *story.tags))
    return site.shared("rss-item.xml").substitute(
        values,
        link=escape(f"{values['url']}?{TRACKING}{story.slug}"),
        date=dates.rfc822(story.published),
        footer=footer,
        categories="\n".join(categories),
        content=content if full else "",
    )


def atom(site: Site, stories: list[Story], room: Newsroom) -> str:
    """Atom 1.0 with full content."""
    return site.shared("atom.xml").substitute(
        name=escape(site.name),
        home=site.home,
        path=site.routes["atom"],
        language=site.language,
        updated=newest(stories),
        entries="\n".join(_atom_entry(story, room) for story in stories),
    )


def _atom_entry(story: Story, room: Newsroom) -> str:
    categories = "".join(f'<category term="{escape(tag)}" />' for tag in story.tags)
    values = _values(story, room) | {"categories": categories, "content": content_html(story, room)}
    return room.sites[story.site].shared("atom-entry.xml").substitute(values)


def _values(story: Story, room: Newsroom) -> dict[str, str]:
    site = room.sites[story.site]
    return {
        "title": escape(story.title, quote=False),
        "url": room.url(story),
        "id": f"{site.home}/?p={story.number}",
        "home": site.home,
        "name": escape(site.name),
        "author": escape(room.author(story).get("name", "")),
        "published": story.published,
        "modified": story.modified,
        "description": escape(story.description, quote=False),
    }


def json_feed(site: Site, stories: list[Story], room: Newsroom) -> dict[str, Any]:
    """JSON Feed 1.1, summaries only."""
    items = [
        {
            "id": f"{site.key}-{story.number}",
            "url": room.url(story) + "?utm_source=jsonfeed",
            "title": story.title,
            "summary": story.description,
            "date_published": story.published,
            "date_modified": story.modified,
            "authors": [{"name": site.authors[key]["name"]} for key in story.authors],
            "tags": list(story.tags),
            "language": story.language,
            "image": site.home + story.image,
        }
        for story in stories
    ]
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.name,
        "home_page_url": f"{site.home}/",
        "feed_url": site.home + site.routes["json_feed"],
        "language": site.language,
        "items": items,
    }


def content_html(story: Story, room: Newsroom) -> str:
    """A story as it stands in a full-text feed or REST answer; a protected one shows its password form."""
    strings = room.sites[story.site].strings
    if story.verdict == "password":
        return '<form class="post-password-form" method="post"><p>This content is password protected.</p></form>'
    inner = render.content(story.pages()[0], story, room)
    if "content_end" not in strings:
        return strings.get("content_start", "") + inner
    return strings["content_start"] + inner + strings["content_end"] + render.story_values(story, room)["related"]


def newest(stories: list[Story]) -> str:
    """When the newest change among ``stories`` was."""
    return max((story.modified for story in stories), default="2026-01-01T00:00:00+00:00")
