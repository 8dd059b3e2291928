"""Who credits whom: "according to a report by …", "told … in an interview", in fifteen languages.

Names first, phrases second: where an outlet's name stands (``naming.py``), the few words before and behind it are
held against the phrases of the article's language (``data/credits.toml``). An article's own outlet is no credit, nor
are data providers, posts on social networks, or an outlet that is merely spoken of.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice

from pipelines.domains import registrable_domain
from pipelines.enrich.naming import Name, find_names
from pipelines.enrich.phrases import NOT_OUTLETS, PICTURE, SOMEBODY, Phrases, phrases
from pipelines.enrich.values import Credit
from pipelines.items import Article, Link, LinkKind
from pipelines.urls import is_internal

MAX_CREDITS = 20
"""Credits of an article, the first of its text."""
_LEFT, _RIGHT = 110, 90
"""Characters before and behind a name that are held against the phrases."""

_OPEN, _CLOSED = tuple("«„“\"‘'"), tuple("»“”\"’'")
_Span = tuple[int, int]
_JOINED = re.compile(r"(?:,| (?:and|und|y|et|e|ve|и|dan)|、|和|与|と)\s?(?:the )?")
_CAPITALISED = re.compile(r"(?:[A-Z][a-z]+|[A-Z]\.) $")
_BEGINNING = re.compile(
    r"(?:^|[.!?:;\"“]\s)[A-Z][a-z]+ $|(?:[a-z]day|The|[a-z]uary|March|April|June|July|August|[a-z]ber) $"
)


def find_credits(article: Article) -> tuple[Credit, ...]:
    """The outlets that the body credits, in its order, at most ``MAX_CREDITS``. Offsets are characters of the body."""
    wanted = phrases(article.language)
    own = registrable_domain(article.canonical_url)
    names = [name for name in find_names(article.body, wanted) if not _is_of(name, own)]
    found = list(islice(_credited(article.body, names, wanted), MAX_CREDITS))
    starts = [0, *accumulate(len(block) + 2 for block in article.body.split("\n\n"))] if found else []
    return tuple(_credit(article, name, span, starts, own) for name, span in found)


def _is_of(name: Name, own: str) -> bool:
    return name.domain is not None and registrable_domain(f"https://{name.domain}") == own


def _credited(body: str, names: Sequence[Name], wanted: Phrases) -> Iterator[tuple[Name, _Span]]:
    """The names that a phrase credits, with where phrase and name stand; "CoinDesk and Bloomberg reported" are two."""
    spans = [_span(body, name, wanted) for name in names]
    for place, name in enumerate(names):
        beside = (side for side in (place - 1, place + 1) if 0 <= side < len(names) and spans[side])
        span = spans[place]
        if span is None and any(_are_joined(body, *sorted((name, names[side]))) for side in beside):
            span = spans[place] = (name.start, name.stop)
        if span:
            yield name, span


def _are_joined(body: str, one: Name, other: Name) -> bool:
    return _JOINED.fullmatch(body, one.stop, other.start) is not None


def _span(body: str, name: Name, wanted: Phrases) -> _Span | None:
    """Where phrase and name stand, if there is a phrase."""
    if wanted.another.match(body, name.stop):
        return None
    left = body[max(0, name.start - _LEFT, body.rfind("\n", 0, name.start) + 1) : name.start]
    before = wanted.to.search(left)
    if before is None and not wanted.longer.match(body, name.stop):
        before = wanted.before.search(left)
    if before and PICTURE.search(left[: before.start()]):
        return None
    if before:
        closed = left[-1:] in _OPEN and body[name.stop : name.stop + 1] in _CLOSED
        return name.start - len(left) + before.start(), name.stop + closed
    after = wanted.after.match(body, name.stop, name.stop + _RIGHT)
    return (name.start, after.end()) if after and not _goes_before(left) else None


def _goes_before(left: str) -> bool:
    """Whether what precedes the name makes it another's: "Thomson Reuters", "the editor of The Block"."""
    if SOMEBODY.search(left):
        return True
    return _CAPITALISED.search(left) is not None and _BEGINNING.search(left) is None


def _credit(article: Article, name: Name, span: _Span, starts: list[int], own: str) -> Credit:
    url = _link(article, name, span, starts, own)
    domain = name.domain or (registrable_domain(url) if url else None)
    return Credit(name.name, domain, url, *span, article.body[slice(*span)])


def _link(article: Article, name: Name, span: _Span, starts: list[int], own: str) -> str | None:
    """A link of the same block to the outlet's site, else what the words themselves link to outside the own site."""
    block = bisect_right(starts, span[0]) - 1
    links = [link for link in article.links if link.kind == LinkKind.INLINE and link.position == block]
    theirs = (link.url for link in links if name.domain and is_internal(link.url, name.domain))
    text = article.body[starts[block] : starts[block + 1]]
    start, stop = span[0] - starts[block], span[1] - starts[block]
    covering = (
        link.url
        for link in links
        if registrable_domain(link.url) not in NOT_OUTLETS | {own} and _covers(link, text, start, stop)
    )
    return next(theirs, None) or next(covering, None)


def _covers(link: Link, text: str, start: int, stop: int) -> bool:
    """Whether the link's words overlap the phrase, at whichever of their places."""
    at = text.find(link.text) if link.text else -1
    while 0 <= at < stop:
        if at + len(link.text) > start:
            return True
        at = text.find(link.text, at + 1)
    return False
