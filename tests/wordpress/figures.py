"""Figures of a whole site: how near its articles are to the gold, and what of the furniture got into them.

    python -m tests.wordpress.figures FOLDER…

prints them for dumped folders (``run.sh --dump``), extracting each page on its own.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.gold import read_gold
from bench.scoring import Tally, fold
from pipelines import extract_article

RELATED = ("related_inline", "related_block")
METADATA = {"title": 0.9, "date": 0.95, "author": 0.85}
LIMITS = {"leak-free": 0.995, "body F1": 0.99, "heading precision": 0.99, "related F1": 0.97, **METADATA}
"""What a site with the furniture as bare paragraphs must reach at least, after one crawl."""


@dataclass
class SiteFigures:
    """Running counts over the posts of one site."""

    tally: Tally = field(default_factory=Tally)
    links: Counter[str] = field(default_factory=Counter)
    leaking: dict[str, list[str]] = field(default_factory=dict)
    posts: int = 0

    def add(self, gold: Mapping[str, Any], article: Mapping[str, Any]) -> None:
        """Count one post: its gold row and its article as ``Article.as_dict`` gives it."""
        self.posts += 1
        self.tally.add(gold, {**article, "published_at": _at_home(article["published_at"], gold["date"])})
        body = f" {fold(article['body'])} "
        if leaked := [text for text in gold["without"] if fold(text) and f" {fold(text)} " in body]:
            self.leaking[gold["id"]] = leaked
        wanted, found = _related(gold["links"]), _related(article["links"])
        around = set(gold["around"])
        extra = sum(1 for kind, url in found - wanted if url not in around)
        self.links.update(hit=len(wanted & found), extra=extra, missed=len(wanted - found))

    def summary(self) -> dict[str, float]:
        """The figures by name, all shares."""
        bodies, headings = self.tally.summary(), self.tally.headings
        found = headings["hit"] + headings["extra"]
        return {
            "leak-free": 1 - len(self.leaking) / self.posts,
            "body F1": bodies["f1"],
            "body recall": bodies["recall"],
            "body exact": bodies["exact"],
            "heading precision": headings["hit"] / found if found else 0.0,
            "heading recall": headings["hit"] / (headings["hit"] + headings["missed"]),
            "related F1": 2 * self.links["hit"] / (2 * self.links["hit"] + self.links["extra"] + self.links["missed"]),
            **{name: bodies[name] for name in ("title", "date", "author")},
        }

    def shortfalls(self, limits: Mapping[str, float] = LIMITS) -> list[str]:
        """A line for each figure that misses its limit, with what leaked most and the worst pages."""
        figures = self.summary()
        lines = [f"{name} {figures[name]:.3f} < {least}" for name, least in limits.items() if figures[name] < least]
        if not lines:
            return []
        leaked = Counter(text for texts in self.leaking.values() for text in texts)
        worst = sorted(self.tally.bodies, key=lambda page: page.f1)[:5]
        lines += [f"leaked on {count} posts: {text}" for text, count in leaked.most_common(5)]
        lines += [f"F1 {page.f1:.3f} P {page.precision:.3f} R {page.recall:.3f} {page.page}" for page in worst]
        return lines


def _at_home(time: str | None, gold: str) -> str | None:
    """The same instant at gold's offset: a feed writes in UTC what the page writes in local time."""
    if not time or "T" not in time:
        return time
    return datetime.fromisoformat(time).astimezone(datetime.fromisoformat(gold).tzinfo).isoformat()


def _related(links: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    return {(link["kind"], link["url"].rstrip("/")) for link in links if link["kind"] in RELATED}


def table(name: str, figures: Mapping[str, float]) -> str:
    """One line: the site's name and its figures."""
    return f"{name:32}" + "  ".join(f"{key} {value:.3f}" for key, value in figures.items())


def main() -> None:
    for folder in map(Path, sys.argv[1:]):
        figures = SiteFigures()
        for page in read_gold(folder):
            figures.add(page.row, extract_article(page.raw).as_dict())
        sys.stdout.write("\n".join([table(folder.name, figures.summary()), *figures.shortfalls()]) + "\n")


if __name__ == "__main__":
    main()
