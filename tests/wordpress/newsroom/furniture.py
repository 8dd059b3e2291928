"""What the site prints around and between a post's blocks, from ``furniture.toml``: nothing marks it as furniture."""

from __future__ import annotations

import html
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .blocks import plain
from .posts import SITE, Post

HOUSES: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("furniture.toml").read_text(encoding="utf-8")
)
BIO = "has covered digital money for the Newsroom since 2017 and lives in Trieste with two cats."


@dataclass(frozen=True)
class Furniture:
    """HTML printed before and after the content, in its slots, and before ``</body>``."""

    top: tuple[str, ...]
    slots: tuple[str, ...]
    end: tuple[str, ...]
    footer: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each piece: what must not be in a body."""
        pieces = (*self.top, *self.slots, *self.end, *self.footer)
        return tuple(dict.fromkeys(text for piece in pieces if (text := plain(piece))))


def furnish(post: Post, house: str, posts: Mapping[int, Post]) -> Furniture:
    """The furniture of ``post``'s page in the style of ``house``."""
    style = HOUSES[house]
    related = [_fill(style["related"], posts[other]) for other in post.related]
    teasers = [_fill(piece, posts[other]) for other in post.teasers for piece in style["teaser"]]
    return Furniture(
        top=tuple(style["top"]),
        slots=(style["newsletter"], *related),
        end=(*(piece.format(name=post.author, bio=BIO) for piece in style["end"]), *teasers),
        footer=tuple(style["footer"]),
    )


def _fill(template: str, post: Post) -> str:
    return template.format(url=SITE + post.path, title=html.escape(post.title), excerpt=html.escape(post.excerpt))
