"""Where a page's text names its authors: bylines, elements marked as such, and names that stand alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, takewhile, zip_longest

from lxml.html import HtmlElement

from pipelines.extraction.metadata.names import begins_byline, distinct, iterate, key, looks_like_person, names_of
from pipelines.extraction.metadata.nearby import Nearby, Spot
from pipelines.extraction.metadata.vocabulary import listed, words
from pipelines.extraction.structured import PageData

CLOSE_AFTER, CLOSE_BEFORE = 24, 10
"""Elements after and before the headline in which a bare name may be the byline."""
MAX_BARE = 50
"""Characters of a line that is names and nothing else."""
BARE_KINDS = ("bare_profile", "bare_portrait", "bare_signature", "bare_dated")

MAX_LABEL = 30
MAX_PLAIN = 30
"""Characters of a byline whose name is not written as one."""

_AUTHOR_CLASS = re.compile(
    r"(?:^|[-_ ])(?:by-?line|author|writer|autor|auteur|contributor|reporter)|author-?name|byline|creator-name"
)
_OTHER_CLASS = re.compile(
    r"comment|avatar|bio\b|description|image|photo|social|follow|related|widget|title\b|date|menu|nav"
)
_CREDITS = words("names", "credits")
_SIGNED = listed("names", "signed")
_LABEL_ALONE = re.compile(rf"\W*(?:{'|'.join(listed('names', 'label_alone'))})\W*", re.IGNORECASE)
_PROFILE = re.compile(
    r"/(?:authors?|autore?n?|auteurs?|team|people|person|profiles?|contributors?|writers?|staff|users?|by|experts?"
    r"|journalists?|redaktion|members?|creators?|penulis|yazar|columnists?|reporters?|bio)/|/@|[?&]author=",
    re.IGNORECASE,
)
_DATED = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}[./]\d{1,2}[./]\d\d|\bago\b|\bmin(?:ute)?s? read\b")
_MARKS = re.compile(r"\s*[•·|⋅–—]\s*|\s+-\s+")
_NO_NAMES = frozenset({"h1", "h2", "h3", "button", "li", "time", "nav", "img", "option"})
_FRAMES = frozenset({"figure", "figcaption"})
_BOLD = frozenset({"strong", "b", "em", "i", "address"})

Names = tuple[str, ...]


def bylines(nearby: Nearby) -> Iterator[Names]:
    """Lines beside the headline that begin with "By" or its like, the name in the same line or in the next."""
    lines = nearby.lines
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        if not begins_byline(line):
            continue
        names = names_of(line, byline=True) or (names_of(f"{line} {following}", byline=True) if len(line) < 20 else ())
        if names and all(map(_is_written_as_name, names)):
            yield names


def plain_bylines(nearby: Nearby) -> Iterator[Names]:
    """Short lines beside the headline that begin with "By" and a name in small letters or digits: "by ann", "By 3T"."""
    for spot in nearby.close(CLOSE_AFTER * 2, CLOSE_BEFORE):
        line = spot.text
        if len(line) <= MAX_PLAIN and len(line.split()) <= 4 and begins_byline(line):
            names = names_of(line, byline=True)
            if names and not all(map(_is_written_as_name, names)):
                yield tuple(name.removeprefix("the ") for name in names)


def dated_lines(nearby: Nearby) -> Iterator[Names]:
    """Names between the date and other marks of one line: "Dec 26, 2025 • A. Writer in Markets"."""
    for line in nearby.lines:
        parts = _MARKS.split(line) if len(line) < 120 and _DATED.search(line) else []
        for part in parts if len(parts) > 1 else []:
            names = names_of(f"by {part}", byline=True)
            if names and all(map(looks_like_person, names)) and not _DATED.search(part):
                yield names


def marked(data: PageData, elements: Iterable[HtmlElement]) -> Iterator[Names]:
    """Names in elements whose class says author or byline; persons before others."""
    for element in elements:
        marks = (element.get("class"), element.get("id"), element.get("data-testid"))
        if _is_author_mark(*marks) and not _is_credit(element):
            lines = takewhile(lambda line: not _CREDITS.search(line), data.lines(element)[:6])
            names = [name for name in distinct(iterate(lines)) if _is_written_as_name(name)]
            yield tuple(name for name in names if looks_like_person(name)) or tuple(names[:1])


def bare_names(nearby: Nearby) -> Iterator[tuple[str, Names]]:
    """(kind, names) of names alone on their line: with a link to a profile or a portrait, bold, or beside a date."""
    close = nearby.close(CLOSE_AFTER, CLOSE_BEFORE)
    portraits = {key(spot.element.get("alt") or "") for spot in close if spot.element.tag == "img"}
    for index, spot in enumerate(close):
        names = _only_names(spot)
        if names:
            link = _link(spot.element)
            true = (
                link is not None and _PROFILE.search(link.get("href") or "") is not None,
                key(names[0]) in portraits,
                _is_signature(nearby.data, spot.element),
                link is None
                and spot.element.find(".//a") is None  # topics, joined
                and _is_dated(close[max(index - 3, 0) : index] + close[index + 1 : index + 5]),
            )
            yield from ((kind, names) for kind, holds in zip(BARE_KINDS, true, strict=True) if holds)


def signed(data: PageData) -> Iterator[Names]:
    """Lines anywhere that say who wrote this."""
    for element, text in data.texts:
        if len(text) < 200 and text.lower().startswith(_SIGNED):
            persons = names_of((data.lines(element) or [""])[0], byline=True)
            yield tuple(name for name in persons if looks_like_person(name))


def labelled(data: PageData) -> Iterator[Names]:
    """Names behind a label in an element of its own, as lists of facts have them: "Author", then a name."""
    for element, text in data.texts:
        if 1 < len(text) < MAX_LABEL and _LABEL_ALONE.fullmatch(text):
            behind = element.getnext()
            tail = (element.tail or "").strip()
            lines = [tail] if tail or behind is None else data.lines(behind)[:4]
            yield tuple(name for name in iterate(line[:MAX_BARE] for line in lines) if looks_like_person(name))


def _only_names(spot: Spot) -> Names:
    text = spot.text
    if not 4 < len(text) <= MAX_BARE or len(spot.element) > 2 or spot.element.tag in _NO_NAMES:
        return ()
    names = names_of(text)
    whole = sum(map(len, names)) >= len(text) - 12
    return names if whole and all(map(looks_like_person, names)) else ()


@lru_cache(maxsize=8192)
def _is_author_mark(*marks: str | None) -> bool:
    text = " ".join(mark[:200] for mark in marks if mark).lower()
    return _AUTHOR_CLASS.search(text) is not None and _OTHER_CLASS.search(text) is None


def _is_credit(element: HtmlElement) -> bool:
    """Whether an element names who took a picture: it is in the picture's frame, or "Photo by" stands before it."""
    before, parent = element.getprevious(), element.getparent()
    text = (before.tail if before is not None else parent.text if parent is not None else "") or ""
    return bool(_CREDITS.search(text[-40:])) or any(each.tag in _FRAMES for each in islice(element.iterancestors(), 4))


def _is_written_as_name(name: str) -> bool:
    return name[:1].isupper() or not name.isascii()


def _link(element: HtmlElement) -> HtmlElement | None:
    return element if element.tag == "a" else next(element.iterancestors("a"), None)


def _is_signature(data: PageData, element: HtmlElement) -> bool:
    """Bold or italic and all that its paragraph says."""
    parent = element.getparent()
    if element.tag not in _BOLD or parent is None:
        return False
    return element.tag == "address" or (parent.tag == "p" and data.line(parent) == data.line(element))


def _is_dated(spots: Sequence[Spot]) -> bool:
    return any(spot.element.tag == "time" or (len(spot.text) < 60 and _DATED.search(spot.text)) for spot in spots)
