"""Sources as data: what ``data/sources.toml`` says of a site, checked once, at the edge.

A file is one table a source; its name is the source's key. ``docs/sources.md`` explains every field to a person.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.paths import data_path
from crawler.source_fields import CHECKS
from pipelines.errors import BadConfig, MissingInput, UsageError
from pipelines.items import SOURCE_KEY
from pipelines.urls import host

OWN_FILE = Path("data/my-sources.toml")
"""Where ``sources add`` writes unless told otherwise, and what is read beside the bundled list; beside the store."""


class UnknownSource(UsageError):
    """A key that no source has; the message names the nearest ones."""


@dataclass(frozen=True)
class Source:
    """One site and how it is reached. Adding a site is adding such an entry; there is no Python to write."""

    key: str
    name: str
    domain: str
    """Host without ``www.``, with a path where the source is only part of a site: ``example.com/magazine``."""
    language: str = "en"
    """ISO 639-1 code of what the source writes."""
    feeds: tuple[str, ...] = ()
    """RSS, Atom and JSON feeds."""
    sitemaps: tuple[str, ...] = ()
    """Sitemaps and sitemap indexes: the whole archive."""
    news_sitemaps: tuple[str, ...] = ()
    """Google News sitemaps and indexes of them: the last two days, with title and date."""
    listings: tuple[str, ...] = ()
    """Section and archive pages that link to articles."""
    wordpress: str | None = None
    """Base of the WordPress REST API: ``https://example.com/wp-json``."""
    article_patterns: tuple[str, ...] = ()
    """Regular expressions searched in the URL's path; when any is given, only a page that matches one is an article."""
    exclude_patterns: tuple[str, ...] = ()
    """Regular expressions searched in the URL's path; a page that matches one is never fetched."""
    delay: float | None = None
    """Least seconds between two requests to a host; the crawl's own setting where absent."""
    concurrency: int | None = None
    """Most requests to a host at one time; the crawl's own setting where absent."""
    allow_private: bool = False
    """Whether addresses of a private network may be fetched: for a site on your own machine or intranet."""
    proxy: str | None = None
    """HTTP proxy for this source's requests: ``http://127.0.0.1:3128``."""
    whole_site: bool = False
    """Follow every link of the site: the last resort where no other route finds the articles."""
    render: bool | None = None
    """Whether a browser runs the scripts of its pages; where absent, only once they are found to be empty shells."""
    max_pages: int | None = None
    """Pages that one run fetches at most; this and the next four: the crawl's own budget where absent."""
    max_depth: int | None = None
    """Links that ``whole_site`` follows from a listing."""
    max_shape: int | None = None
    """Addresses that differ only in numbers, hashes and the like, of those that only links lead to."""
    max_megabytes: float | None = None
    max_minutes: float | None = None
    healthy_minimum: int | None = None
    """Articles a day below which a crawl of this source counts as unhealthy."""
    note: str | None = None
    """What whoever looks after the source should know."""

    @property
    def routes(self) -> tuple[str, ...]:
        """The names of the routes it can be reached by, as in ``Hint.route``."""
        named = {
            "feed": self.feeds,
            "news_sitemap": self.news_sitemaps,
            "wordpress": self.wordpress,
            "sitemap": self.sitemaps,
            "listing": self.listings,
            "site": self.whole_site,
        }
        return tuple(route for route, value in named.items() if value)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that a visit asks as far as the entry tells, without ``www.``; that of the articles first."""
        addresses = (*self.feeds, *self.sitemaps, *self.news_sitemaps, *self.listings, self.wordpress or "")
        found = (host(f"https://{self.domain}"), *map(host, addresses))
        return tuple(dict.fromkeys(name.removeprefix("www.") for name in found if name))

    def may_be_article(self, url: str) -> bool:
        """Whether the patterns leave it open that an article is at this address; they are searched in its path."""
        path = urlsplit(url).path
        if self._excluded and self._excluded.search(path):
            return False
        return self._articles is None or self._articles.search(path) is not None

    @cached_property
    def _articles(self) -> re.Pattern[str] | None:
        return _any_of(self.article_patterns)

    @cached_property
    def _excluded(self) -> re.Pattern[str] | None:
        return _any_of(self.exclude_patterns)


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None


class SourceRegistry:
    """All sources of one file, in its order."""

    def __init__(self, sources: Iterable[Source], path: Path | None = None) -> None:
        self._sources = {source.key: source for source in sources}
        self.path = path

    @classmethod
    def load(cls, path: Path | None = None) -> SourceRegistry:
        """Read a sources file; by default the bundled one and, over it, what lies at ``OWN_FILE``.

        Raises MissingInput, and BadConfig, which names file, line and key.
        """
        if path is not None:
            return cls(_sources(path), path)
        own = _sources(OWN_FILE) if OWN_FILE.exists() else ()
        return cls((*_sources(data_path("sources.toml")), *own))

    def __iter__(self) -> Iterator[Source]:
        return iter(self._sources.values())

    def __len__(self) -> int:
        return len(self._sources)

    def __contains__(self, key: str) -> bool:
        return key in self._sources

    def get(self, key: str) -> Source:
        """The source of that key; UnknownSource, which names the nearest keys, where there is none."""
        if key in self._sources:
            return self._sources[key]
        near = self._nearest(key)
        hint = f"did you mean {' or '.join(near)}?" if near else "`newsmint sources` lists them"
        raise UnknownSource(f"no source {key!r} in {self.path or 'the list'}: {hint}")

    def select(self, keys: Iterable[str]) -> tuple[Source, ...]:
        """The sources of these keys, each once, in the order asked for; ``all`` stands for every one."""
        chosen: dict[str, Source] = {}
        for key in keys:
            chosen |= self._sources if key == "all" else {key: self.get(key)}
        return tuple(chosen.values())

    def _nearest(self, key: str) -> list[str]:
        """Keys spelled alike, or whose name or domain is what was typed."""
        typed = key.casefold().strip().removeprefix("https://").removeprefix("www.").rstrip("/")
        same = [each.key for each in self if typed in (each.name.casefold(), each.domain, each.domain.split(".")[0])]
        return (same or get_close_matches(typed, list(self._sources), n=3, cutoff=0.6))[:3]


def _sources(path: Path) -> tuple[Source, ...]:
    """Those of a file; read again only once it has changed, as ten thousand entries take most of a second."""
    try:
        it = path.stat()
    except OSError:  # reading says what is wrong
        return _sources_at.__wrapped__(path)
    return _sources_at(path, it.st_mtime_ns, it.st_size, it.st_ino, it.st_dev)


@lru_cache(maxsize=4)
def _sources_at(path: Path, *stamp: int) -> tuple[Source, ...]:
    text = _read(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{path}: not TOML: {error}") from None
    return tuple(_source(path, text, key, table) for key, table in tables.items())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MissingInput(
            f"no sources file {path}: name another, or start it with `newsmint sources add URL --sources {path}`"
        ) from None
    except UnicodeDecodeError:
        raise BadConfig(f"{path}: not UTF-8 text") from None
    except OSError as error:
        raise MissingInput(f"{path}: cannot be read: {error.strerror}") from None


def _source(path: Path, text: str, key: str, table: Any) -> Source:
    """One checked entry; BadConfig names file, line, key and field."""

    def bad(problem: str, field: str | None = None) -> BadConfig:
        where = f"{path}, line {_line(text, key, field)}: [{key}]"
        return BadConfig(f"{where} {field}: {problem}" if field else f"{where} {problem}")

    if not isinstance(table, Mapping):
        raise BadConfig(f"{path}, line {_line(text, None, key)}: {key}: a source is a table: [{key}]")
    if not SOURCE_KEY.fullmatch(key):
        raise bad("a key is made of lower-case letters, digits, dots, hyphens and underscores")
    values: dict[str, Any] = {"name": key}
    for field, value in table.items():
        if field not in CHECKS:
            near = get_close_matches(field, CHECKS, n=1)
            raise bad(f"no such field{f': did you mean {near[0]}?' if near else ''}", field)
        try:
            values[field] = CHECKS[field](value)
        except ValueError as error:
            raise bad(str(error), field) from None
    if "domain" not in values:
        raise bad("has no domain")
    source = Source(key=key, **values)
    if not source.routes:
        raise bad("has no route: give it feeds, sitemaps, news_sitemaps, listings, wordpress, or whole_site = true")
    return source


def _line(text: str, key: str | None, field: str | None) -> int:
    """The line, from 1, that opens the table of ``key`` or sets ``field`` in it."""
    table, first = None, 1
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"""\s*\[\s*["']?([^\]"']+?)["']?\s*\]""", line):
            table = header[1]
            first = number if table == key else first
        elif table == key and field and re.match(rf"""\s*["']?{re.escape(field)}["']?\s*[=.]""", line):
            return number
    return first
