"""What WordPress tells programs: posts as ``/wp-json/wp/v2/posts`` holds them. The server sorts, cuts and counts."""

from __future__ import annotations

from html import escape
from typing import Any

from crawler.sample.press import dates, feeds, render
from crawler.sample.press.newsroom import Newsroom
from crawler.sample.press.truth import Story

REFUSAL = {
    "code": "rest_forbidden",
    "message": "Only authenticated users can access the REST API.",
    "data": {"status": 401},
}


def post(story: Story, room: Newsroom) -> dict[str, Any]:
    """One post, authors and terms embedded."""
    site, author = room.sites[story.site], room.author(story)
    protected = story.verdict == "password"
    category = _term(1 + list(site.sections).index(story.section), site.sections[story.section], "category")
    tags = [_term(500 + number, tag, "post_tag") for number, tag in enumerate(story.tags)]
    return {
        "id": story.number,
        "date": story.published[:19],
        "date_gmt": dates.gmt(story.published),
        "guid": {"rendered": f"{site.home}/?p={story.number}"},
        "modified": story.modified[:19],
        "modified_gmt": dates.gmt(story.modified),
        "slug": story.slug,
        "status": "publish",
        "type": "post",
        "link": room.url(story),
        "title": {"rendered": escape(story.title, quote=False)},
        "content": {"rendered": "" if protected else feeds.content_html(story, room), "protected": protected},
        "excerpt": {"rendered": f"<p>{escape(story.description)}</p>\n", "protected": protected},
        "author": 1 + sorted(site.authors).index(author["slug"]),
        "categories": [category["id"]],
        "tags": [tag["id"] for tag in tags],
        "_embedded": {"author": [{"name": author["name"], "slug": author["slug"]}], "wp:term": [[category], tags]},
    }


def _term(number: int, name: str, taxonomy: str) -> dict[str, Any]:
    return {"id": number, "name": name, "slug": render.slugify(name), "taxonomy": taxonomy}
