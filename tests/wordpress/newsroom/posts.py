"""Posts of the newsroom, drawn from a seed: about three quarters long stories, the rest flashes and special cases."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .blocks import Block
from .phrases import Cast, Phrases
from .story import Cited, flash, story, with_slots

SITE = "https://newsroom.invalid"
"""Stands for the site's address until the filler knows it."""

AUTHORS = ("Paula Nemeth", "Samir Haddad", "Greta Lindqvist", "Owen Mbeki", "Yara Castellanos")
CATEGORIES = ("Markets", "Regulation", "Technology", "Business", "Learn")
TAGS = ("Bitcoin", "Ethereum", "Stablecoins", "Custody", "DeFi", "NFT", "Mining", "Payments", "Audit", "Layer 2")
HIDDEN = ("draft", "draft", "pending", "private", "private", "future", "future", "trash", "password", "password")
FIRST_ID = 1001
NEWEST = datetime(2026, 3, 12, 17, 40)
QUOTING = (6, 21)
SHARED_QUOTE = (
    "We read the contract line by line, found nothing that protects the small saver, and said so in writing "
    "before a single coin was sold to the public."
)


@dataclass(frozen=True)
class Post:
    """A post; times are the site's local time. ``status`` is WordPress's, or ``password`` for a protected post."""

    id: int
    slug: str
    title: str
    status: str
    author: str
    date: datetime
    modified: datetime
    category: str
    tags: tuple[str, ...]
    cast: Cast
    excerpt: str
    blocks: tuple[Block, ...] = ()
    related: tuple[int, ...] = ()
    teasers: tuple[int, ...] = ()
    comments: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        """Its permalink, under the site's address."""
        return f"/{self.date:%Y/%m}/{self.slug}/"


def write_posts(count: int, seed: int = 7) -> tuple[Post, ...]:
    """``count`` published posts and one for each entry of HIDDEN, newest first by id, the same for the same seed."""
    phrases = Phrases(random.Random(seed))
    plans = list(_plan(count, phrases))
    return tuple(_write(plan, plans[:count], phrases) for plan in plans)


def _plan(count: int, phrases: Phrases) -> Iterator[Post]:
    """Everything of a post but what refers to other posts."""
    rng, seen, date = phrases.rng, set[str](), NEWEST
    for number, status in enumerate(("publish",) * count + HIDDEN):
        cast = phrases.cast()
        title = phrases.pick("titles", "all", cast)
        while title in seen:
            cast = phrases.cast()
            title = phrases.pick("titles", "all", cast)
        seen.add(title)
        date -= timedelta(minutes=rng.randint(35, 900))
        when = datetime(2099, 1, 2, 9, 30) if status == "future" else date
        yield Post(
            id=FIRST_ID + number,
            slug=re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-"),
            title=title,
            status=status,
            author=rng.choice(AUTHORS),
            date=when,
            modified=when + timedelta(days=2, hours=3) if number % 9 == 4 else when,
            category=rng.choice(CATEGORIES),
            tags=tuple(sorted(rng.sample(TAGS, rng.randint(1, 3)))),
            cast=cast,
            excerpt=phrases.pick("sentences", "excerpt", cast),
        )


def _write(plan: Post, published: list[Post], phrases: Phrases) -> Post:
    """``plan`` with its story, its comments and its links to other published posts."""
    rng, number = phrases.rng, plan.id - FIRST_ID
    others = rng.sample([post for post in published if post.id != plan.id], 8)
    is_flash = number % 12 == 5
    cited = [Cited(post.cast, _address(post, by_id=post.id % 7 == 0)) for post in others[:3]]
    body = flash(phrases, plan.cast) if is_flash else story(phrases, plan.cast, cited)
    if number in QUOTING:
        body.insert(2, Block("p", (f"“{SHARED_QUOTE}”",)))
    if number % 14 == 8:
        places = (index for index in range(len(body) // 2, len(body)) if body[index - 1].level is None)
        body.insert(next(places), Block("page", ("",)))
    related = others[3 : 3 + (0 if is_flash else rng.choice((0, 1, 1, 2)))]
    return replace(
        plan,
        blocks=tuple(with_slots(body, len(related), rng)),
        related=tuple(post.id for post in related),
        teasers=tuple(post.id for post in others[5:8]),
        comments=tuple(phrases.comment(plan.cast) for _ in range(rng.choice((0, 0, 1, 3)))),
    )


def _address(post: Post, *, by_id: bool) -> str:
    return f"{SITE}/?p={post.id}" if by_id else SITE + post.path
