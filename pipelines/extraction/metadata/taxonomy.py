"""Section and tags, as themes print them: in meta tags, JSON-LD, and links that say category or tag."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from pipelines.extraction.jsonld import strings
from pipelines.extraction.metadata.nearby import Nearby
from pipelines.extraction.metadata.title import fold
from pipelines.extraction.structured import PageData
from pipelines.extraction.visible import text_of
from pipelines.items import Hint

MAX_TAGS = 40
MAX_LABEL = 60
"""Characters; what is longer is a sentence."""

_TAG_META = ("article:tag", "og:article:tag", "parsely-tags", "sailthru.tags", "cxenseparse:recs:tags")
_KEYWORDS = ("news_keywords", "keywords")
_TAG_PATH = re.compile(
    r"/(?:tags?|topics?|thema|themen|sujets?|temas?|etiquetas?|label|hashtag)/[^/]+/?$", re.IGNORECASE
)
_CATEGORY_PATH = re.compile(r"/(?:category|categories|kategorie|categoria|categorie|rubrik|section)/.+", re.IGNORECASE)
_TAG_BLOCK = re.compile(
    r"taxonomy-post_tag|tags?-links|post-tags|entry-tags|article-tags|tag-list|tags__|tagcloud-post"
)
_CATEGORY_BLOCK = re.compile(
    r"taxonomy-category|cat-links|entry-categor|post-categor|posted-in|article-categor|kicker|eyebrow"
)
_CRUMBS = re.compile(r"crumb|speedbar")
_NO_SECTION = frozenset(
    {"", "uncategorized", "uncategorised", "allgemein", "home", "sin categoría", "non classé", "blog home"}
)


def read_section(data: PageData, nearby: Nearby, hint: Hint | None) -> str | None:
    """The article's main section, or None."""
    return next((label for label in _labels(_sections(data, nearby, hint)) if fold(label) not in _NO_SECTION), None)


def read_tags(data: PageData, nearby: Nearby, hint: Hint | None) -> tuple[str, ...]:
    """The article's tags, each once, in the page's order; long lists of SEO keywords are none."""
    found: dict[str, str] = {}
    for label in _labels(_tags(data, nearby, hint)):
        found.setdefault(fold(label), label)
    found.pop("", None)
    return tuple(found.values())[:MAX_TAGS]


def _sections(data: PageData, nearby: Nearby, hint: Hint | None) -> Iterator[str]:
    yield from data.meta(
        "article:section", "og:article:section", "parsely-section", "cxenseparse:recs:category", "section"
    )
    for node in data.articles[:2]:
        yield from strings(node.get("articleSection"))
    yield from (text_of(link, 100) for link in _marked_links([spot.element for spot in nearby.spots], _CATEGORY_BLOCK))
    yield from (text_of(element, 100) for element in data.itemprop("articlesection"))
    for element in data.rel("category"):
        yield text_of(element, 100)
    if hint and hint.section:
        yield hint.section
    for spot in nearby.spots:
        if spot.element.tag == "a" and _CATEGORY_PATH.search(spot.element.get("href") or ""):
            yield spot.text
    yield from _breadcrumb(data)


def _breadcrumb(data: PageData) -> Iterator[str]:
    """The last step of a breadcrumb before the article itself."""
    for node in data.json_ld:
        if node.get("@type") == "BreadcrumbList" and isinstance(node.get("itemListElement"), list):
            names = [
                name for item in node["itemListElement"][:8] if isinstance(item, dict) for name in [_step(item)] if name
            ]
            yield from reversed(names[1:-1])
    for element in data.marked:
        if _CRUMBS.search((element.get("class") or "").lower()):
            yield from reversed([data.line(link) for link in element.iter("a")][1:])


def _step(item: dict[str, object]) -> str | None:
    return next(strings(item.get("name")), None) or next(strings(item.get("item")), None)


def _tags(data: PageData, nearby: Nearby, hint: Hint | None) -> Iterator[str]:
    for value in data.meta(*_TAG_META):
        yield from value.split(",")
    for node in data.articles[:2]:
        for words in strings(node.get("keywords")):
            yield from words.split(",")
    tagged = (e for e in data.rel("tag") if not _is_category(e) and not nearby.is_elsewhere(e))
    yield from (text_of(element, 100) for element in tagged)
    yield from (text_of(link, 100) for link in _marked_links(data.marked, _TAG_BLOCK) if not nearby.is_elsewhere(link))
    for spot in nearby.spots:
        if spot.element.tag == "a" and _TAG_PATH.search(spot.element.get("href") or ""):
            yield spot.text
    if hint:
        yield from hint.tags
    for value in data.meta(*_KEYWORDS)[:1]:
        keywords = value.split(",")
        yield from keywords if len(keywords) <= 15 else ()


def _is_category(link: HtmlElement) -> bool:
    """WordPress marks its categories ``rel="category tag"``."""
    return "category" in (link.get("rel") or "") or _CATEGORY_PATH.search(link.get("href") or "") is not None


def _marked_links(elements: Iterable[HtmlElement], marks: re.Pattern[str]) -> Iterator[HtmlElement]:
    for element in elements:
        if marks.search((element.get("class") or "").lower()):
            yield from [element] if element.tag == "a" else element.iter("a")


def _labels(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        label = " ".join(value.split()).strip(" #,;|/›»")
        if 1 < len(label) <= MAX_LABEL and "://" not in label:
            yield label
