"""The words all else uses: frozen values, from the page that was fetched to the article that is stored.

``RawPage → Article → row``. A live crawl, a replay from the archive, a folder of HTML files and a plain text dump
are sources of the same ``RawPage``, and there is one code path after it. All times are ISO 8601 text: with an offset
where the page gives one, a bare ``YYYY-MM-DD`` where it gives no more.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

SOURCE_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""What a source's key may be: it is typed on a command line and stored with every row."""


class Verdict(StrEnum):
    """What a page turned out to be."""

    ARTICLE = "article"
    LISTING = "listing"
    BLOCK_PAGE = "block_page"
    SCRIPT_SHELL = "script_shell"
    PAYWALLED = "paywalled"
    PASSWORD = "password"  # noqa: S105 (a verdict, not a secret)
    TOO_SHORT = "too_short"
    ERROR = "error"

    @property
    def is_stored(self) -> bool:
        """Whether a page of this kind becomes an article row; all others become rejection rows."""
        return self in (Verdict.ARTICLE, Verdict.PAYWALLED)


class LinkKind(StrEnum):
    """Where a link stood and what it is for."""

    INLINE = "inline"
    RELATED_INLINE = "related_inline"
    RELATED_BLOCK = "related_block"
    EMBED = "embed"
    TAG = "tag"
    AUTHOR = "author"
    MENTION = "mention"
    ALIAS = "alias"
    """Another address of the article itself: what the page calls its short link."""


class Reason(StrEnum):
    """Why a block was taken out of the neighbourhood of the body."""

    PLUGIN_NOTICE = "plugin_notice"
    SOCIAL_FOOTER = "social_footer"
    NEWSLETTER = "newsletter"
    RELATED_INLINE = "related_inline"
    RELATED_BLOCK = "related_block"
    DISCLAIMER = "disclaimer"
    AUTHOR_BOX = "author_box"
    EDITOR_CREDIT = "editor_credit"
    SHARE = "share"
    TICKER = "ticker"
    COOKIE = "cookie"
    SPONSORED = "sponsored"
    ADVERT = "advert"
    COMMENTS = "comments"
    NAVIGATION = "navigation"
    TAGS = "tags"
    MENTIONS = "mentions"
    BYLINE = "byline"
    TITLE = "title"
    CAPTION = "caption"
    PLAYER = "player"
    PAYWALL = "paywall"
    RSS_FOOTER = "rss_footer"
    COPY = "copy"
    SITE_CHROME = "site_chrome"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Hint:
    """What a feed, sitemap, REST answer or listing said of a page before it was fetched."""

    route: str
    """One of ``feed, sitemap, news_sitemap, wordpress, listing, site``."""
    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: str | None = None
    modified_at: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    summary: str | None = None
    content_html: str | None = field(default=None, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The set fields as JSON-ready data; ``Hint(**data)`` is the way back once lists are tuples again."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) not in (None, ())}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Hint:
        """The inverse of ``as_dict``."""
        fields: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
        }
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave with an answer, by which it can later say that nothing changed (RFC 9110, section 8.8)."""

    etag: str | None = None
    """As it came, quotes and ``W/`` included."""
    last_modified: str | None = None
    """The header's date, as it came."""


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page as it came: ``RawPage(url=…, body=b"…")`` is enough to extract from it."""

    url: str
    """Where the body came from, after redirects."""
    body: bytes = field(repr=False)
    source: str | None = None
    requested_url: str | None = None
    """What was asked for, where a redirect led elsewhere. A redirect is no proof of identity."""
    status: int = 200
    content_type: str | None = None
    """The ``Content-Type`` header as sent, charset included."""
    fetched_at: str | None = None
    hint: Hint | None = None
    parts: tuple[bytes, ...] = field(default=(), repr=False)
    """Bodies of the pages 2, 3, … of a multi-page article, in order."""

    @property
    def is_rendered(self) -> bool:
        """Whether the body is what scripts in a browser made of the page; ``content_type`` says so."""
        return "rendered=" in (self.content_type or "")

    @property
    def content_hash(self) -> str:
        """SHA-256 of the body, hexadecimal: the page's key in the archive."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the article's own. ``body`` split at blank lines has its text at index ``position``."""

    level: int
    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the page. ``position``: index of the body block that holds it or, for one outside, comes next.

    ``url`` is absolute and canonical; it is empty only for a related link whose address a text dump has lost.
    """

    kind: str
    url: str
    text: str
    teaser: str | None = None
    position: int = 0

    def __reduce__(self) -> tuple[type[Link], tuple[str, str, str, str | None, int]]:
        return Link, (self.kind, self.url, self.text, self.teaser, self.position)  # see RemovedBlock


@dataclass(frozen=True, slots=True)
class RemovedBlock:
    """A block that is not body, with the reason and the rule (or ``model``) that took it. ``path`` is its tag path."""

    reason: str
    rule: str
    text: str
    path: str = ""

    def __reduce__(self) -> tuple[type[RemovedBlock], tuple[str, str, str, str]]:
        """A page has a hundred of these, and as dataclasses are pickled they took a worker's answer twice its time."""
        return RemovedBlock, (self.reason, self.rule, self.text, self.path)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What of the page says that a label holds: ``section: Press Release``, ``line: Sponsored Content``."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """A clean article. Field names are a contract: ``newsmint extract`` and the JSONL export print them as they are."""

    id: str
    url: str
    canonical_url: str
    source: str | None = None
    title: str | None = None
    description: str | None = None
    authors: tuple[str, ...] = ()
    published_at: str | None = None
    modified_at: str | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    body: str = field(default="", repr=False)
    """Plain text; blocks (paragraph, heading, list item, quote, table row) separated by a blank line, in page order."""
    body_markdown: str = field(default="", repr=False)
    headings: tuple[Heading, ...] = field(default=(), repr=False)
    links: tuple[Link, ...] = field(default=(), repr=False)
    removed: tuple[RemovedBlock, ...] = field(default=(), repr=False)
    verdict: str = Verdict.ARTICLE
    labels: tuple[str, ...] = ()
    """``sponsored, press_release, opinion, guest_post, paywalled, price_analysis``, each only on ``evidence``."""
    fetched_at: str | None = None
    body_path: str | None = None
    """Tag path of the box that holds most of the body."""
    extractor: str = ""
    evidence: tuple[Evidence, ...] = field(default=(), repr=False)
    """Why the labels are there, in their order."""

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready data in the contract's order; tuples become lists."""
        return {name: _data(getattr(self, name)) for name in self.__slots__}


def _data(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_data(each) for each in value]
    if isinstance(value, Heading | Link | RemovedBlock | Evidence):
        return {name: getattr(value, name) for name in value.__slots__}
    return value


def article_id(canonical_url: str) -> str:
    """16 hexadecimal digits that name an article by its canonical URL, the same on every machine."""
    return hashlib.sha256(canonical_url.encode()).hexdigest()[:16]
