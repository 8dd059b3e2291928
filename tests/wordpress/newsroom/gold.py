"""What the clean article of a post is: one row a post, of the fields that ``bench/`` gold sets have and some more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from .blocks import Block, plain
from .furniture import furnish
from .posts import FIRST_ID, SITE, Post

ZONE = ZoneInfo("Europe/Vienna")
ANCHOR = re.compile(r'<a href="([^"]+)">(.*?)</a>')


def gold_row(post: Post, house: str, posts: dict[int, Post]) -> dict[str, Any]:
    """The expected article of ``post`` on a site of that house style;

    ``pages`` holds the text of each of its pages, ``around`` the posts a theme links to outside the content.
    """
    furniture = furnish(post, house, posts)
    texts = [text for block in post.blocks for text in block.texts]
    titles = [plain(posts[other].title) for other in post.related]
    return {
        "id": post.slug,
        "url": SITE + post.path,
        "status": post.status,
        "title": post.title,
        "author": post.author,
        "date": post.date.replace(tzinfo=ZONE).isoformat(),
        "modified": post.modified.replace(tzinfo=ZONE).isoformat(),
        "section": post.category,
        "tags": list(post.tags),
        "text": "\n\n".join(texts),
        "pages": ["\n\n".join(text for block in page for text in block.texts) for page in _pages(post)],
        "headings": [{"level": block.level, "text": plain(block.parts[0])} for block in post.blocks if block.level],
        "links": [*_links(post, posts)],
        "around": [SITE + post.path.rstrip("/") for post in _neighbours(post, posts)],
        "without": [*furniture.texts, *titles],
    }


def _pages(post: Post) -> Iterator[list[Block]]:
    page: list[Block] = []
    for block in post.blocks:
        if block.kind == "page":
            yield page
            page = []
        else:
            page.append(block)
    yield page


def _links(post: Post, posts: dict[int, Post]) -> Iterator[dict[str, str]]:
    for block in post.blocks:
        if block.kind == "slot" and (number := int(block.parts[0])):
            yield _link("related_inline", posts[post.related[number - 1]])
        elif block.texts:
            for url, text in (found for part in block.parts for found in ANCHOR.findall(part)):
                yield {"kind": "inline", "url": url, "text": plain(text)}
    for other in post.teasers:
        yield _link("related_block", posts[other]) | {"teaser": posts[other].excerpt}


def _neighbours(post: Post, posts: dict[int, Post]) -> list[Post]:
    """Posts that a theme may link to outside the content: the newest ones, the one before and the one after."""
    newest = [other for other in posts.values() if other.id < FIRST_ID + 6]
    return [*newest, *(posts[number] for number in (post.id - 1, post.id + 1) if number in posts)]


def _link(kind: str, post: Post) -> dict[str, str]:
    return {"kind": kind, "url": SITE + post.path, "text": post.title}
