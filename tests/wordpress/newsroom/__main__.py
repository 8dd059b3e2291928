"""``python -m tests.wordpress.newsroom --posts 120 --out FILE``: the newsroom as JSON for the filler."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .blocks import classic, gutenberg
from .furniture import HOUSES, furnish
from .posts import AUTHORS, CATEGORIES, Post, write_posts


def filler_row(post: Post, posts: dict[int, Post]) -> dict[str, Any]:
    """What the filler inserts: every second post as the block editor writes it, the others as the classic one."""
    return {
        "id": post.id,
        "slug": post.slug,
        "title": post.title,
        "status": post.status,
        "author": post.author,
        "date": f"{post.date:%Y-%m-%d %H:%M:%S}",
        "modified": f"{post.modified:%Y-%m-%d %H:%M:%S}",
        "category": post.category,
        "tags": post.tags,
        "excerpt": post.excerpt,
        "content": (gutenberg if post.id % 2 else classic)(post.blocks),
        "furniture": {house: asdict(furnish(post, house, posts)) for house in HOUSES},
        "comments": post.comments,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=120)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    posts = {post.id: post for post in write_posts(arguments.posts)}
    newsroom = {
        "authors": AUTHORS,
        "categories": CATEGORIES,
        "posts": [filler_row(post, posts) for post in posts.values()],
    }
    arguments.out.write_text(json.dumps(newsroom, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
