"""Who wrote it: persons named in data and in the byline; the site itself only where nobody else is named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from pipelines.extraction.jsonld import article_rank, resolve, strings, types
from pipelines.extraction.metadata.names import distinct, iterate, key, looks_like_person
from pipelines.extraction.metadata.nearby import Nearby
from pipelines.extraction.structured import PageData, lines_of, text_of
from pipelines.items import Hint

MAX_AUTHORS = 30
AUTHOR_META = (
    "author article:author og:author og:article:author byl parsely-author sailthru.author cxenseparse:author dc.creator "
    "dcterms.creator citation_author article.author author.name page.author authors"
).split()
_AUTHOR_CLASS = re.compile(
    r"(?:^|[-_ ])(?:by-?line|author|writer|autor|auteur|contributor|reporter)|author-?name|byline", re.IGNORECASE
)
_NOT_AUTHOR_CLASS = re.compile(
    r"comment|avatar|bio\b|description|image|photo|social|follow|related|widget|title\b|date", re.IGNORECASE
)


def read_authors(data: PageData, nearby: Nearby, site_names: Set[str], hint: Hint | None) -> tuple[str, ...]:
    """Authors in the page's order: persons, or else the name or organisation that signs."""
    witnesses = list(author_witnesses(data, nearby, hint))
    signed: tuple[str, ...] = ()
    for _, names in witnesses:
        others = tuple(name for name in names if key(name) not in site_names)
        if any(looks_like_person(name) for name in others):
            return _completed(others, witnesses)[:MAX_AUTHORS]
        signed = signed or others
    return signed or next((names for _, names in witnesses), ())


def _completed(names: tuple[str, ...], witnesses: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    """Data often names one of several authors: a byline that has all of ``names`` and more persons is taken instead."""
    known = {key(name) for name in names}
    for kind, others in witnesses:
        longer = kind in ("byline", "rel") and len(others) > len(names)
        if longer and known <= {key(name) for name in others} and all(map(looks_like_person, others)):
            return others
    return names


def author_witnesses(data: PageData, nearby: Nearby, hint: Hint | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(where it stood, names), the most trustworthy first; only where there are names."""
    for kind, names in _all(data, nearby, hint):
        found = distinct(names)
        if found:
            yield kind, found


def _all(data: PageData, nearby: Nearby, hint: Hint | None) -> Iterator[tuple[str, Iterable[str]]]:
    articles = [node for node in data.articles if article_rank(node) > 1][:2]
    for node in articles:
        yield "json_ld", iterate(strings(resolve(node.get("author") or node.get("creator"), data.json_ld)))
    for name in AUTHOR_META:
        yield "meta", iterate(data.meta(name))
    yield "written_by", iterate(_labelled(data))
    yield "byline", _first_of(_bylines(nearby))
    yield "marked", _first_of(_marked(nearby.elements))
    yield (
        "itemprop",
        iterate(
            lines_of(element, 200)[0] for element in data.itemprop("author", "creator")[:3] if text_of(element, 200)
        ),
    )
    yield "rel", iterate(text_of(element, 200) for element in data.rel("author")[:3])
    if hint and hint.authors:
        yield "hint", iterate(hint.authors)
    yield "marked_far", _first_of(_marked(data.marked))


def _bylines(nearby: Nearby) -> Iterator[tuple[str, ...]]:
    for line in nearby.lines:
        names = distinct(iterate([line], byline=True))
        yield names if names and all(name[:1].isupper() or not name.isascii() for name in names) else ()


def _first_of(found: Iterable[Iterable[str]]) -> tuple[str, ...]:
    for names in found:
        persons = tuple(names)
        if persons:
            return persons
    return ()


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
        if not _AUTHOR_CLASS.search(marks) or _NOT_AUTHOR_CLASS.search(marks):
            continue
        links = [line for link in islice(element.iter("a"), 6) for line in lines_of(link, 100)[:1]]
        names = distinct(iterate(links)) or distinct(iterate(lines_of(element, 200)[:2]))
        yield tuple(name for name in names if looks_like_person(name))
