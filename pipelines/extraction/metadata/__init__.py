"""What a page says about its article: one module a field, each weighing every place that may say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from pipelines.extraction.document import Document
from pipelines.extraction.jsonld import strings
from pipelines.extraction.metadata.authors import read_authors
from pipelines.extraction.metadata.canonical import base_url, read_aliases, read_canonical
from pipelines.extraction.metadata.dates import read_dates
from pipelines.extraction.metadata.labels import read_labels
from pipelines.extraction.metadata.language import read_language
from pipelines.extraction.metadata.names import key
from pipelines.extraction.metadata.nearby import Nearby
from pipelines.extraction.metadata.site import site_names
from pipelines.extraction.metadata.taxonomy import read_section, read_tags
from pipelines.extraction.metadata.title import read_title
from pipelines.extraction.structured import PageData
from pipelines.items import Evidence, Hint
from pipelines.urls import fetchable

MAX_DESCRIPTION = 1_000


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the page says about its article, checked against what the listing said; absent values are None or empty."""

    canonical_url: str | None = None
    title: str | None = None
    description: str | None = None
    authors: tuple[str, ...] = ()
    published_at: str | None = None
    modified_at: str | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    evidence: tuple[Evidence, ...] = ()
    aliases: tuple[str, ...] = ()
    """Further addresses of the page, canonical."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that there is evidence for."""
        return tuple(each.label for each in self.evidence)


def read_metadata(document: Document, hint: Hint | None = None, fetched_at: str | None = None) -> Metadata:
    """Metadata of a parsed page. ``fetched_at`` (ISO 8601) bounds dates: nothing is published after it."""
    data, url = document.data, document.url
    if data is None:
        return _from_hint(hint)
    names = site_names(data, url)
    language = read_language(data)
    title = read_title(data, url, names, hint.title if hint else None)
    nearby = Nearby(data, title)
    section = read_section(data, nearby, hint)
    tags = read_tags(data, nearby, hint)
    published, modified = read_dates(data, url, nearby, language, hint, _day(fetched_at))
    canonical = read_canonical(data, url)
    return Metadata(
        canonical_url=canonical,
        title=title,
        description=_description(data, hint),
        authors=read_authors(data, nearby, frozenset(map(key, names)), hint),
        published_at=published,
        modified_at=modified,
        language=language,
        section=section,
        tags=tags,
        image_url=_image(data, url),
        evidence=read_labels(data, nearby, url, section, tags, title),
        aliases=read_aliases(data, url, canonical),
    )


def _from_hint(hint: Hint | None) -> Metadata:
    """All that is known of a plain text: what the listing said."""
    if hint is None:
        return Metadata()
    return Metadata(
        title=hint.title,
        description=hint.summary,
        authors=hint.authors,
        published_at=hint.published_at,
        modified_at=hint.modified_at,
        section=hint.section,
        tags=hint.tags,
    )


def _description(data: PageData, hint: Hint | None) -> str | None:
    stated = [*data.meta("og:description", "description", "twitter:description", "dc.description")]
    for node in data.articles[:1]:
        stated.extend(strings(node.get("description")))
    if hint and hint.summary:
        stated.append(hint.summary)
    return next((text[:MAX_DESCRIPTION] for each in stated if (text := " ".join(each.split()))), None)


def _image(data: PageData, url: str) -> str | None:
    stated = data.meta("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
    for node in data.articles[:1]:
        stated.extend(strings(_image_url(node.get("image"))))
        stated.extend(strings(_image_url(node.get("thumbnailUrl"))))
    stated.extend(data.links("image_src"))
    base = base_url(data, url)
    return next(
        (found for each in stated if (found := fetchable(each, base)) and urlsplit(found).path not in ("", "/")), None
    )


def _image_url(value: object) -> object:
    """An ``ImageObject`` has its address in ``url``, and often a name, which is no address."""
    if isinstance(value, list):
        return [_image_url(item) for item in value[:5] if not isinstance(item, list)]
    return value.get("url") or value.get("contentUrl") or value.get("@id") if isinstance(value, dict) else value


def _day(fetched_at: str | None) -> date | None:
    found = re.match(r"\d{4}-\d\d-\d\d", fetched_at or "")
    return date.fromisoformat(found[0]) if found else None
