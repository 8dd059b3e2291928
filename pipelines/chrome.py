"""What a site repeats on its pages, learned from its own articles.

News sites print notices, disclaimers, calls to follow and bios on every page, often without any class to go by. The
text itself gives them away: the same words on many pages of one site. In short lines numbers and month names are masked
first, so that a live price or a date does not hide the repetition; in whole sentences they are what the sentence says.

Not chrome: headings (authors reuse "Conclusion"), a paragraph quoted in two articles, a story another site
syndicated. Counting is per site and per article, never per version.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from pipelines.items import Article, Reason

MIN_ARTICLES = 5
"""Articles of a site seen before anything counts as its chrome."""
MIN_SIGHTINGS = 4
MIN_WINDOW = 20
"""Articles over which a new block's share is taken at least: a series of four in a row is not chrome."""
ANYWHERE_SHARE = 0.4
"""Share of a site's articles that makes a block chrome wherever it stands."""
EDGE_SHARE = 0.03
"""Share that is enough for a block that nearly always stands at the start or end of the body: bios, series notes."""
EDGE_CERTAINTY = 0.9
HEAD_BLOCKS, TAIL_BLOCKS = 2, 5
REPEATED = "repeated"
"""The rule that takes out what a site repeats."""
CARD_RUN = "card-run"
"""The rule that takes out runs of cards by their shape alone."""
SHORT = 80
"""Characters up to which numbers are masked: a daily price report repeats its sentences with other numbers."""
MAX_TEXT = 500
"""Characters that a fingerprint reads; what was removed is kept bounded too."""

_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")
_NOISE = re.compile(r"[^\w#]+")
_SPACES = {code: " " for code in range(128) if not re.match(r"[\w#]", chr(code))}
"""``_NOISE`` for ASCII, which takes a third of the time."""
_MONTHS = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|januar|februar|märz|mai|juni|juli|oktober|dezember|enero|febrero|marzo|abril|mayo"
    r"|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|janvier|février|mars|avril|juin|juillet|août"
    r"|septembre|octobre|novembre|décembre)\b"
)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A block of one article: its ``fingerprint``, whether it stands at an ``edge`` of the body, and its text."""

    fingerprint: int
    edge: bool
    text: str


@dataclass(frozen=True, slots=True)
class SiteChrome:
    """The fingerprints of what one site repeats. Small, hashable, cheap to send to a worker."""

    fingerprints: frozenset[int] = frozenset()

    def repeats(self, text: str) -> bool:
        """Whether the site prints ``text`` again and again."""
        return bool(self.fingerprints) and fingerprint(text) in self.fingerprints


NOTHING_LEARNED = SiteChrome()


@dataclass(frozen=True, slots=True)
class Learned:
    """What was known of a site after so many of its ``articles``."""

    articles: int = 0
    chrome: SiteChrome = NOTHING_LEARNED


@dataclass(frozen=True, slots=True)
class Count:
    """How often a site printed a block: on ``seen`` of its articles, on ``edge`` of them at an edge of the body.

    ``first`` and ``last`` are the numbers, counted from 1, of the site's articles that had it first and last.
    """

    fingerprint: int
    seen: int
    edge: int
    first: int
    last: int


def masked(text: str) -> str:
    """The start of a text with case and punctuation folded away; in short texts numbers and month names too."""
    start = text[:MAX_TEXT]
    folded = start.lower() if start.isascii() else unicodedata.normalize("NFKC", start).casefold()
    if len(text) <= SHORT:
        folded = _MONTHS.sub("#", _DIGITS.sub("#", folded))
    return " ".join(folded.translate(_SPACES).split()) if folded.isascii() else _NOISE.sub(" ", folded).strip()


def fingerprint(text: str) -> int:
    """63 bits that name a masked text."""
    return _short_fingerprint(text) if len(text) <= SHORT else _fingerprint(text)


def _fingerprint(text: str) -> int:
    return int.from_bytes(blake2b(masked(text).encode(), digest_size=8).digest(), "big") >> 1


_short_fingerprint = lru_cache(maxsize=8192)(_fingerprint)
"""Most short texts of a page are on the site's next page too."""


def sightings(article: Article) -> tuple[Sighting, ...]:
    """What an article adds to its site's counts: its body blocks but headings, and what was removed as site chrome."""
    headings = {heading.position for heading in article.headings}
    blocks = paragraphs(article.body)
    last_inner = len(blocks) - TAIL_BLOCKS
    seen = {
        found.fingerprint: found
        for found in (
            *_removed(article),
            *(
                Sighting(fingerprint(text), position < HEAD_BLOCKS or position >= last_inner, text)
                for position, text in enumerate(blocks)
                if position not in headings
            ),
        )
    }
    return tuple(seen.values())


def paragraphs(body: str) -> list[str]:
    """The blocks of a body's text."""
    return body.split("\n\n") if body else []


def learn(articles: int, counts: Iterable[Count]) -> SiteChrome:
    """A site's chrome after ``articles`` of its articles."""
    if articles < MIN_ARTICLES:
        return NOTHING_LEARNED
    return SiteChrome(frozenset(count.fingerprint for count in counts if _is_chrome(articles, count)))


def _removed(article: Article) -> Iterator[Sighting]:
    """What was removed as site chrome, and the lines above runs of cards; the cards' own texts are other articles'."""
    linked = {text for link in article.links for text in (link.text, link.teaser)}
    before = ""
    for block in article.removed:
        opens = block.rule == CARD_RUN != before and block.text not in linked
        if opens or block.reason == Reason.SITE_CHROME:
            yield Sighting(fingerprint(block.text), True, block.text)
        before = block.rule


def _is_chrome(articles: int, count: Count) -> bool:
    if count.seen < MIN_SIGHTINGS:
        return False
    share = count.seen / _window(articles, count)
    return share >= ANYWHERE_SHARE or (share >= EDGE_SHARE and count.edge / count.seen >= EDGE_CERTAINTY)


def _window(articles: int, count: Count) -> int:
    """Articles to judge by: from the first to the last that had the block, so that a new notice is learned at an old
    site too, and stays known when the site prints it no more."""
    return max(count.last - count.first + 1, min(articles, MIN_WINDOW))
