"""Who wrote it: persons named in data and in the byline; the site itself only where nobody else is named."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import takewhile, zip_longest
from typing import Any

from lxml.html import HtmlElement

from pipelines.extraction.jsonld import article_rank, resolve, strings
from pipelines.extraction.metadata.names import distinct, iterate, key, looks_like_person, names_of
from pipelines.extraction.metadata.nearby import Nearby
from pipelines.extraction.structured import PageData, lines_of, text_of
from pipelines.items import Hint

MAX_AUTHORS = 30
AUTHOR_META = (
    "author article:author og:author og:article:author byl parsely-author sailthru.author cxenseparse:author dc.creator "
    "dcterms.creator citation_author article.author author.name page.author authors"
).split()
_AUTHOR_CLASS = re.compile(
    r"(?:^|[-_ ])(?:by-?line|author|writer|autor|auteur|contributor|reporter)|author-?name|byline|creator-name",
    re.IGNORECASE,
)
_NOT_AUTHOR_CLASS = re.compile(
    r"comment|avatar|bio\b|description|image|photo|social|follow|related|widget|title\b|date|menu|nav", re.IGNORECASE
)
_CREDIT = re.compile(
    r"\b(?:photo\w*|illustrat\w*|edit(?:ed|ing)|review(?:ed)?|fact.check\w*|translat\w*|visual|graphics?|image|bild|foto)\b",
    re.IGNORECASE,
)
"""Lines that begin the credits of others than the authors."""
_PROFILE = re.compile(
    r"/(?:authors?|autore?n?|auteurs?|team|people|person|profiles?|contributors?|writers?|staff|users?|by|experts?|journalists?"
    r"|redaktion|members?|creators?|penulis|yazar|columnists?|reporters?|bio)/|/@|[?&]author=",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"^(?:(?:this (?:post|article|story) was )?written by|authored by|words by|story by|author:|posted by|verfasst von|geschrieben von"
    r"|écrit par|escrito por|scritto da|作者[:：])\s*\S",
    re.IGNORECASE,
)
_DATED = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}[./]\d{1,2}[./]\d\d|\bago\b|\bmin(?:ute)?s? read\b")
CLOSE_AFTER, CLOSE_BEFORE = 24, 10
"""Elements after and before the headline in which a bare name may be the byline."""


@dataclass
class Candidate:
    """A set of names that may be the authors, in the order first met, and what speaks for and against it."""

    names: tuple[str, ...]
    traits: dict[str, float] = field(default_factory=dict)


def read_authors(data: PageData, nearby: Nearby, site_names: Set[str], hint: Hint | None) -> tuple[str, ...]:
    """Authors in the page's order: persons, or else the name or organisation that signs."""
    return max(candidates(data, nearby, site_names, hint), key=score).names[:MAX_AUTHORS]


def candidates(data: PageData, nearby: Nearby, site_names: Set[str], hint: Hint | None) -> list[Candidate]:
    """Every set of names that a part of the page gives, and the empty one."""
    found: dict[frozenset[str], Candidate] = {frozenset(): Candidate((), {"nobody": 1.0})}
    for kind, names in witnesses(data, nearby, hint):
        if names := distinct(names):
            found.setdefault(frozenset(map(key, names)), Candidate(names)).traits[kind] = 1.0
            own = tuple(name for name in names if key(name) not in site_names)
            if own and own != names:
                found.setdefault(frozenset(map(key, own)), Candidate(own)).traits[f"{kind}-own"] = 1.0
    for keys, candidate in found.items():
        if keys:
            candidate.traits.update(_traits(keys, candidate.names, found, site_names))
    return list(found.values())


def score(candidate: Candidate) -> float:
    """Sum of what the candidate's traits are worth."""
    return sum(WEIGHTS.get(name, 0.0) * value for name, value in candidate.traits.items())


def _traits(
    keys: frozenset[str], names: tuple[str, ...], found: Mapping[frozenset[str], Candidate], site_names: Set[str]
) -> dict[str, float]:
    persons = [looks_like_person(name) for name in names]
    support = {kind for others, each in found.items() if keys <= others for kind in each.traits if kind in KINDS}
    parts = {
        kind for others, each in found.items() if others and others < keys for kind in each.traits if kind in KINDS
    }
    others = any(
        looks_like_person(name) and key(name) not in site_names
        for each in found.values()
        if not _NEAR.isdisjoint(each.traits)
        for name in each.names
    )
    return {
        "not_the_person_shown": float(others and not any(persons)),
        "site_not_the_person_shown": float(others and keys <= site_names),
        "persons": float(all(persons)),
        "mixed": float(any(persons) and not all(persons)),
        "is_site": float(keys <= site_names),
        "has_site": float(bool(keys & site_names) and not keys <= site_names),
        "one_word": float(any(" " not in name for name in names)),
        "many": float(len(names) > 4),
        "agreement": min(len(support), 5) / 5,
        "parts_named": min(len(parts), 3) / 3,
        **{f"within_{kind}": 1.0 for kind in support - set(found[keys].traits)},
        **{f"around_{kind}": 1.0 for kind in parts},
    }


def witnesses(data: PageData, nearby: Nearby, hint: Hint | None) -> Iterator[tuple[str, Iterable[str]]]:
    """(kind, names) for each part of the page that may name the authors."""
    nodes = [node for node in data.articles if article_rank(node) > 1][:2]
    for kind, node in zip(("json_ld", "json_ld_later"), nodes, strict=False):
        stated = resolve(node.get("author") or node.get("creator"), data.json_ld)
        yield f"{kind}_body" if _is_body(stated) else kind, iterate(strings(stated))
    for name in AUTHOR_META:
        yield "meta" if name == "author" else "meta_other", iterate(data.meta(name))
    yield "written_by", iterate(_labelled(data))
    yield from _numbered("byline", _bylines(nearby), 2)
    yield from _numbered("dated_line", _dated_lines(nearby), 2)
    yield from _numbered("marked", _marked(nearby.elements), 3)
    yield from _bare_names(nearby)
    for number, element in enumerate(data.itemprop("author", "creator")[:2]):
        yield "itemprop" if not number else "itemprop_later", iterate(lines_of(element, 200)[:1])
    yield "rel", iterate(text_of(element, 200) for element in data.rel("author")[:3])
    if hint and hint.authors:
        yield "hint", iterate(hint.authors)
    yield from _numbered("signed", _signed(data), 1)
    yield from _numbered("marked_far", _marked(data.marked), 2)


_NEAR = frozenset({"byline", "dated_line", "marked", "bare_profile", "bare_signature", "bare_portrait"})
KINDS = frozenset(
    "json_ld json_ld_body json_ld_later meta meta_other written_by byline dated_line marked bare_profile bare_portrait bare_signature"
    " bare_dated itemprop rel hint signed marked_far".split()
)


def _numbered(kind: str, found: Iterable[tuple[str, ...]], most: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The first ``most`` different sets; all but the first are of kind ``…_later``."""
    seen: list[tuple[str, ...]] = []
    for names in found:
        if names and names not in seen:
            yield f"{kind}_later" if seen else kind, names
            seen.append(names)
        if len(seen) >= most:
            return


def _is_body(stated: Any) -> bool:
    nodes = stated if isinstance(stated, list) else [stated]
    return any(isinstance(node, dict) and "organization" in str(node.get("@type")).lower() for node in nodes[:5])


def _bylines(nearby: Nearby) -> Iterator[tuple[str, ...]]:
    """Lines that begin with "By" or its like, the name in the same line or in the next."""
    for line, following in zip_longest(nearby.lines, nearby.lines[1:], fillvalue=""):
        names = names_of(line, byline=True) or (names_of(f"{line} {following}", byline=True) if len(line) < 20 else ())
        yield names if names and all(name[:1].isupper() or not name.isascii() for name in names) else ()


def _dated_lines(nearby: Nearby) -> Iterator[tuple[str, ...]]:
    """Names between the date and other marks of one line: "Dec 26, 2025 • A. Writer in Markets"."""
    for line in nearby.lines:
        parts = _MARKS.split(line) if len(line) < 120 and _DATED.search(line) else ()
        for part in parts if len(parts) > 1 else ():
            names = names_of(f"by {part}", byline=True)
            if names and all(map(looks_like_person, names)) and not _DATED.search(part):
                yield names


_MARKS = re.compile(r"\s*[•·|⋅–—]\s*|\s+-\s+")


def _labelled(data: PageData) -> Iterator[str]:
    """Cards of networks carry "Written by" in a label and the name beside it."""
    for number in ("1", "2", "3"):
        for label, value in zip(data.meta(f"twitter:label{number}"), data.meta(f"twitter:data{number}"), strict=False):
            if re.search(
                r"by|von|par|por|author|autor|auteur|автор|door|yazan|作者|著者|executable", label, re.IGNORECASE
            ):
                yield value


def _marked(elements: Iterable[HtmlElement]) -> Iterator[tuple[str, ...]]:
    """Names in short elements whose class says author or byline."""
    for element in elements:
        marks = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('data-testid') or ''}"[:300]
        if _AUTHOR_CLASS.search(marks) and not _NOT_AUTHOR_CLASS.search(marks):
            lines = list(takewhile(lambda line: not _CREDIT.search(line), lines_of(element, 200)[:6]))
            names = [name for name in distinct(iterate(lines)) if name[:1].isupper() or not name.isascii()]
            persons = tuple(name for name in names if looks_like_person(name))
            yield persons or tuple(names[:1])


def _bare_names(nearby: Nearby) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names alone on their line beside the headline: with a link to a profile or a portrait, bold, or beside a date."""
    close = nearby.close(CLOSE_AFTER, CLOSE_BEFORE)
    portraits = {key(element.get("alt") or "") for element in close if element.tag == "img"}
    for index, element in enumerate(close):
        text = text_of(element, 60)
        if not 4 < len(text) <= 50 or len(element) > 2 or element.tag in _NO_NAMES:
            continue
        names = names_of(text)
        if not names or not all(map(looks_like_person, names)) or sum(map(len, names)) < len(text) - 12:
            continue
        around = close[max(index - 3, 0) : index + 5]
        tests = (
            _is_profile(element),
            key(names[0]) in portraits,
            _is_signature(element),
            _beside_date(element, around),
        )
        yield from ((kind, names) for kind, true in zip(_BARE_KINDS, tests, strict=True) if true)


_NO_NAMES = frozenset({"h1", "h2", "h3", "button", "li", "time", "nav", "img", "option"})
_BARE_KINDS = ("bare_profile", "bare_portrait", "bare_signature", "bare_dated")


def _is_profile(element: HtmlElement) -> bool:
    link = element if element.tag == "a" else next(element.iterancestors("a"), None)
    return link is not None and _PROFILE.search(link.get("href") or "") is not None


def _is_signature(element: HtmlElement) -> bool:
    """Bold or italic and all that its paragraph says."""
    parent = element.getparent()
    return element.tag in ("strong", "b", "em", "i", "address") and (
        element.tag == "address"
        or (parent is not None and parent.tag == "p" and text_of(parent, 80) == text_of(element, 80))
    )


def _beside_date(element: HtmlElement, around: Iterable[HtmlElement]) -> bool:
    link = element if element.tag == "a" else next(element.iterancestors("a"), None)
    return link is None and any(
        each.tag == "time" or _DATED.search(text_of(each, 60)) for each in around if each is not element
    )


def _signed(data: PageData) -> Iterator[tuple[str, ...]]:
    """Lines anywhere that say who wrote this."""
    for element in data.elements:
        text = element.text
        if text and len(text) < 200 and _SIGNED.match(text.strip()):
            lines = lines_of(element, 200)
            persons = names_of(_SHORTER.sub("", lines[0])) if lines else ()
            yield tuple(name for name in persons if looks_like_person(name))


_SHORTER = re.compile(r"^this (?:post|article|story) was ", re.IGNORECASE)

WEIGHTS: dict[str, float] = tomllib.loads(files(__package__).joinpath("authors.toml").read_text(encoding="utf-8"))[
    "weights"
]
"""What each witness and trait is worth; how they were found is said in ``authors.toml``."""
