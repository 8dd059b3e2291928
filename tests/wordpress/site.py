"""The running WordPress as the tests see it: its address, its switches, and what its pages must become."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from .newsroom.gold import gold_row
from .newsroom.posts import SITE, Post, write_posts


@dataclass(frozen=True)
class Site:
    """A WordPress that ``run.sh`` started and filled. ``themes`` are those it has: a classic and a block one."""

    url: str
    root: Path
    posts: dict[int, Post]
    themes: tuple[str, ...]

    @classmethod
    def from_environment(cls) -> Site | None:
        """The site ``run.sh`` started, or None where it was not ``run.sh`` that started us."""
        if "NEWSROOM_URL" not in os.environ:
            return None
        themes = (os.environ.get("NEWSROOM_CLASSIC_THEME"), os.environ.get("NEWSROOM_BLOCK_THEME"))
        return cls(
            url=os.environ["NEWSROOM_URL"],
            root=Path(os.environ["NEWSROOM_ROOT"]),
            posts={post.id: post for post in write_posts(int(os.environ["NEWSROOM_POSTS"]))},
            themes=tuple(theme for theme in themes if theme),
        )

    def gold(self, house: str) -> list[dict[str, Any]]:
        """The expected article of every published post, in the style of ``house``; addresses are this site's."""
        rows = [gold_row(post, house, self.posts) for post in self.published()]
        parsed: list[dict[str, Any]] = json.loads(json.dumps(rows).replace(SITE, self.url))
        return parsed

    def published(self) -> list[Post]:
        """What a reader sees, newest first."""
        return [post for post in self.posts.values() if post.status == "publish"]

    def hidden(self) -> list[Post]:
        """Drafts, private, scheduled, deleted and password-protected posts."""
        return [post for post in self.posts.values() if post.status != "publish"]

    def style(self, theme: str, house: str) -> None:
        """Show the same posts in another theme and with another house's furniture."""
        self._php("style.php", theme, house)

    def edit(self, post: Post, paragraph: str) -> None:
        """Add a paragraph to the end of a post, as an editor does."""
        self._php("edit.php", str(post.id), paragraph)

    def get(self, path: str) -> bytes:
        """The body of the page at ``path``."""
        with urlopen(self.url + path, timeout=30) as response:
            body: bytes = response.read()
        return body

    def _php(self, script: str, *arguments: str) -> None:
        subprocess.run(["php", str(self.root / script), *arguments], check=True, timeout=60)
