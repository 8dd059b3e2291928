"""What the site is called: to tell its name from a title, and from an author."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.domains import brand
from pipelines.extraction.jsonld import first, types
from pipelines.extraction.structured import PageData
from pipelines.urls import host

_NAME_META = ("og:site_name", "application-name", "apple-mobile-web-app-title", "al:android:app_name", "dc.publisher")
_BODIES = frozenset({"website", "organization", "newsmediaorganization", "corporation", "localbusiness"})


def site_names(data: PageData, url: str) -> tuple[str, ...]:
    """Every name the page gives its site, its domain included; empty ones left out."""
    return tuple(dict.fromkeys(name for name in _names(data, url) if name))


def _names(data: PageData, url: str) -> Iterator[str]:
    yield from data.meta(*_NAME_META)
    yield from (handle.lstrip("@") for handle in data.meta("twitter:site"))
    for node in data.json_ld:
        yield first(node.get("publisher")) or ""
        if not _BODIES.isdisjoint(types(node)):
            yield first(node.get("name")) or ""
            yield first(node.get("alternateName")) or ""
    name = host(url).removeprefix("www.")
    yield from (name, name.rpartition(".")[0], brand(url))
