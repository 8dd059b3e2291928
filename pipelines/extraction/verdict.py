"""What a page turned out to be: an article, or something that must not be stored as one.

Real articles come first: a page with a body of some length is an article unless much speaks against it. Only pages
with little text are searched for the marks of block pages, errors, empty shells and paywalls (``verdict.toml``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipelines.extraction.blocks import Block
from pipelines.extraction.document import Document
from pipelines.extraction.jsonld import article_rank, types
from pipelines.extraction.metadata import Metadata
from pipelines.extraction.structured import PageData
from pipelines.extraction.visible import text_of
from pipelines.items import Verdict

THIN = 1_500
"""Characters of body below which a page is searched for the marks of something else."""
STUB = 1_200
"""Characters: a longer body of a paid page is taken for the whole article."""
SHORT = 250
"""Characters of body that make an article whatever else the page says."""
FLASH = 60
"""Characters of body that make a news flash, where title and date are known."""
SHELL = 400
"""Characters of visible text that no shell has which only scripts fill: menu and footer at the most."""
MIN_CARDS = 6
"""Headlines that lead to other pages, on a page that may be a listing."""
PROSE = 700
"""Characters of consecutive paragraphs that no listing has."""
TEASER = 300
"""Characters of body for each of its headlines that a listing stays below."""

_MARKS = tomllib.loads(files(__package__).joinpath("verdict.toml").read_text(encoding="utf-8"))
_TITLES = {verdict: frozenset(_MARKS[verdict]["titles"]) for verdict in ("block_page", "error")}
_PARTED = re.compile(r"\s[|–—·-]\s|[|!:]")
_NUMBERED = re.compile(r"(?:error )?(?:404|410|50[0234])\b(?!-)[ :–-]")
_LISTING_TYPES = frozenset({"collectionpage", "searchresultspage", "profilepage", "blog"})
_LISTING_PATH = re.compile(
    r"^(?:/[a-z]{2}(?:-[a-z]{2})?)?/?$|/(?:category|categories|tags?|topics?|authors?|search|archives?)/[^/]+/?$|/page/\d+/?$"
)
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def judge(document: Document, metadata: Metadata, body: Sequence[Block]) -> Verdict:
    """The verdict on a page whose body blocks are ``body``."""
    size = _size(body)
    data = document.data
    if data is None:
        return Verdict.ARTICLE if size >= FLASH else Verdict.TOO_SHORT
    if document.status >= 400 and document.status not in (401, 402, 403, 429, 451, 503):
        return Verdict.ERROR
    refused = _refused(document, data, size) if size < THIN or document.status >= 400 else None
    if refused:
        return refused
    if _is_listing(document, data, metadata, size):
        return Verdict.LISTING
    if size < STUB and _is_paid(document, metadata, size):
        return Verdict.PAYWALLED
    if size >= SHORT or (size >= FLASH and metadata.title and metadata.published_at):
        return Verdict.ARTICLE
    return Verdict.SCRIPT_SHELL if _is_shell(document, data) else Verdict.TOO_SHORT


def _size(body: Sequence[Block]) -> int:
    """Characters, those of Chinese, Japanese and Korean counted as the two or three letters they stand for."""
    text = "".join(block.text for block in body)
    return len(text) if text.isascii() else len(text) + round(1.5 * len(_WIDE.findall(text)))


def _refused(document: Document, data: PageData, size: int) -> Verdict | None:
    """Block page, password form or error, told by the page's title and by marks in its source."""
    named = _names(data)
    dated = _is_dated_article(data)
    if not dated and any(_says(name, "block_page") for name in named):
        return Verdict.BLOCK_PAGE
    if _is_password_form(data):
        return Verdict.PASSWORD
    if not dated and any(_says(name, "error") for name in named):
        return Verdict.ERROR
    if not dated and size < SHORT and _has_mark(document, "block_page"):
        return Verdict.BLOCK_PAGE
    if document.status >= 400:
        return Verdict.BLOCK_PAGE if document.status in (403, 429, 503) else Verdict.ERROR
    return None


def _names(data: PageData) -> list[str]:
    return [name.lower() for name in (data.head_title, *(text_of(element, 200) for element in data.h1[:2])) if name]


def _says(name: str, verdict: str) -> bool:
    """Whether a title, or a part of it, is one of the verdict's: "Page not found - Example", "Error 404: gone"."""
    parts = [part.strip(" .…!?:") for part in _PARTED.split(name)]
    return any(part in _TITLES[verdict] for part in parts) or (verdict == "error" and _NUMBERED.match(name) is not None)


def _is_password_form(data: PageData) -> bool:
    """Whether WordPress prints its form in place of a post: what text is left then, however long, is the site's."""
    return any(
        "post-password-form" in (form.get("class") or "").split() or "action=postpass" in (form.get("action") or "")
        for form in data.forms
    )


def _has_mark(document: Document, verdict: str) -> bool:
    source = document.text[:400_000].lower()
    return any(mark in source for mark in _MARKS[verdict]["markup"])


def _is_dated_article(data: PageData) -> bool:
    """Whether the page's data calls it an article and dates it: so few other pages do that one is believed."""
    if data.meta("article:published_time", "og:article:published_time"):
        return True
    articles = [node for node in data.json_ld if article_rank(node) >= 4 and node.get("datePublished")]
    return len(articles) == 1


def _is_paid(document: Document, metadata: Metadata, size: int) -> bool:
    return "paywalled" in metadata.labels or (size < STUB // 2 and _has_mark(document, "paywalled"))


def _is_shell(document: Document, data: PageData) -> bool:
    """Whether only scripts would fill the page: hardly any text and no paragraph is there without them."""
    visible = len(text_of(document.body, 1_000))
    if visible >= SHELL or _has_paragraph(data):
        return False
    scripts = sum(1 for _ in data.root.iter("script"))
    return _has_mark(document, "script_shell") or (visible < SHELL / 2 and scripts >= 3)


def _has_paragraph(data: PageData) -> bool:
    return any(
        len(text_of(paragraph, 200)) >= 60 and next(paragraph.iterancestors("noscript"), None) is None
        for paragraph in data.root.iter("p")
    )


def _is_listing(document: Document, data: PageData, metadata: Metadata, size: int) -> bool:
    """An index page: it has many headlines that lead elsewhere, no run of paragraphs, and nothing dates it."""
    if _is_dated_article(data):
        return False
    declared = any(not _LISTING_TYPES.isdisjoint(types(node)) for node in data.json_ld)
    placed = _LISTING_PATH.search(urlsplit(document.url).path) is not None
    cards = _cards(data, document.url)
    if cards < (MIN_CARDS if not (declared or placed) else MIN_CARDS // 2):
        return False
    prose, paragraphs = _longest_prose(data)
    if declared or placed:
        return prose < 2 * PROSE
    return prose < PROSE and paragraphs < MIN_CARDS // 2 and metadata.published_at is None and size < cards * TEASER


def _cards(data: PageData, url: str) -> int:
    """How many different pages headings or whole cards of the page lead to."""
    found = set()
    for heading in data.root.iter("h2", "h3", "h4"):
        link = next(heading.iter("a"), None)
        if link is None:
            link = next(heading.iterancestors("a"), None)
        href = link.get("href") if link is not None else None
        if href and not href.startswith("#") and len(text_of(heading, 200)) > 20:
            found.add(href)
    return len(found)


def _longest_prose(data: PageData) -> tuple[int, int]:
    """Characters and number of the paragraphs that one parent holds, the most that any has."""
    sizes: dict[HtmlElement, tuple[int, int]] = {}
    for paragraph in data.root.iter("p"):
        parent = paragraph.getparent()
        length = len(text_of(paragraph, 1_000))
        if parent is not None and length >= 60:
            size, count = sizes.get(parent, (0, 0))
            sizes[parent] = (size + length, count + 1)
    return max(sizes.values(), default=(0, 0))
