"""The whole newsroom in one edition: its sites, and the stories each of them has published by then."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import Template
from typing import Any

from crawler.sample.press.truth import Story, load_story


@dataclass(frozen=True)
class Site:
    """One site: what ``newsroom.toml`` says of it, and the templates of its shape."""

    key: str
    host: str
    name: str
    shape: str
    language: str
    path: str
    sections: dict[str, str]
    authors: dict[str, dict[str, str]]
    strings: dict[str, str]
    comments: list[dict[str, str]]
    ticker: list[dict[str, str]]
    must_not: list[str]
    charset: str
    routes: dict[str, str]
    templates: Path

    @property
    def home(self) -> str:
        return f"http://{self.host}"

    @cached_property
    def forms(self) -> dict[str, str]:
        """How this site prints each kind of block and each small fragment."""
        forms: dict[str, str] = tomllib.loads((self.templates / "forms.toml").read_text(encoding="utf-8"))
        return forms

    def template(self, name: str) -> Template:
        return Template((self.templates / name).read_text(encoding="utf-8"))

    def shared(self, name: str) -> Template:
        """A template that sites of all shapes use."""
        return Template((self.templates.parent / "shared" / name).read_text(encoding="utf-8").rstrip("\n"))

    def form(self, name: str, /, **values: object) -> str:
        return Template(self.forms[name]).substitute({key: str(value) for key, value in values.items()}).rstrip("\n")


@dataclass(frozen=True)
class Newsroom:
    """Sites and stories of one edition; newest stories first."""

    sites: dict[str, Site]
    stories: tuple[Story, ...]
    edition: int
    front: tuple[Story, ...]
    """Stories as the first edition had them: what sidebars and teasers show in every edition."""

    @cached_property
    def by_slug(self) -> dict[str, Story]:
        return {story.slug: story for story in self.stories}

    def of(self, site: Site, language: str | None = None) -> list[Story]:
        """A site's stories, newest first."""
        return [s for s in self.stories if s.site == site.key and language in (None, s.language)]

    def path(self, story: Story) -> str:
        site = self.sites[story.site]
        year, month, day = story.published[:10].split("-")
        folder = f"/{story.language}" if story.language != site.language else ""
        return folder + site.path.format(slug=story.slug, section=story.section, year=year, month=month, day=day)

    def url(self, story: Story) -> str:
        return self.sites[story.site].home + self.path(story)

    def resolve(self, target: str) -> str:
        """The address of a link in the truth: ``story:SLUG``, or as it stands."""
        return self.url(self.by_slug[target[6:]]) if target.startswith("story:") else target

    def related(self, story: Story) -> list[Story]:
        """The stories teased after this one, as they were when the teasers were chosen."""
        first = {other.slug: other for other in self.front}
        return [first.get(slug) or self.by_slug[slug] for slug in story.related]

    def author(self, story: Story, index: int = 0) -> dict[str, str]:
        authors = self.sites[story.site].authors
        return {"slug": story.authors[index], **authors[story.authors[index]]} if story.authors else {}


def load_newsroom(folder: Path, edition: int = 1) -> Newsroom:
    """Read ``newsroom.toml`` and the articles below ``folder`` as they stand in ``edition``."""
    tables: dict[str, Any] = tomllib.loads((folder / "newsroom.toml").read_text(encoding="utf-8"))
    sites = {key: _site(key, table, folder) for key, table in tables.items()}
    languages = {key: site.language for key, site in sites.items()}
    told = [load_story(path, languages) for path in sorted((folder / "articles").glob("*/*.md"))]
    return Newsroom(sites, _as_of(told, edition), edition, _as_of(told, 1))


def _as_of(told: list[Story], edition: int) -> tuple[Story, ...]:
    latest = {story.slug: story for story in sorted(told, key=lambda story: story.edition) if story.edition <= edition}
    return tuple(sorted(latest.values(), key=lambda story: (story.published, story.slug), reverse=True))


def _site(key: str, table: dict[str, Any], folder: Path) -> Site:
    defaults = {"comments": [], "ticker": [], "must_not": [], "charset": "utf-8", "routes": {}}
    return Site(key=key, templates=folder / "templates" / table["shape"], **(defaults | table))
