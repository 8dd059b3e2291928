"""When the article was published and changed: what data, address and readers are told, held against one another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lxml.html import HtmlElement

from pipelines.extraction.jsonld import Node, article_rank, first
from pipelines.extraction.metadata.datelines import far_lines, is_update, labelled_lines, last_lines, near_lines
from pipelines.extraction.metadata.datetext import Moment, parse
from pipelines.extraction.metadata.nearby import Nearby
from pipelines.extraction.metadata.vocabulary import listed
from pipelines.extraction.structured import PageData
from pipelines.extraction.visible import text_of
from pipelines.items import Hint
from pipelines.urls import host

PUBLISHED_META = listed("dates", "published_meta")
MODIFIED_META = listed("dates", "modified_meta")

_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-]?([01]?\d)[/-]?([0-3]\d)(?=[/_-]|\D)")
_URL_MONTH = re.compile(r"/((?:19|20)\d\d)/([a-z]{3,9})/([0-3]?\d)(?=/|$)", re.IGNORECASE)
_URL_DAY_FIRST = re.compile(r"[/-]([0-3]\d)-([01]\d)-((?:19|20)\d\d)(?=[/-]|$)")
_STATE_DATE = re.compile(
    r"\"(?:datePublished|publishedAt|published_at|publishDate|publish_date|publishedDate|published_date|firstPublishedAt"
    r"|first_published_at|publicationDate|publication_date|published_time|datePosted)\\?\"\s*:\s*\\?\"([^\"\\]{8,40})"
)
_DAY_FIRST = frozenset("GB UK IE AU NZ IN ZA NG KE SG MY HK DE AT CH FR BE NL ES IT PT BR MX AR RU TR PL ID VN".split())


@dataclass(frozen=True, slots=True)
class Witness:
    """One statement of a date. ``kind`` says where it stood."""

    kind: str
    moment: Moment


def read_dates(
    data: PageData,
    url: str,
    nearby: Nearby,
    language: str | None = None,
    hint: Hint | None = None,
    latest: date | None = None,
) -> tuple[str | None, str | None]:
    """(published, modified) as ISO 8601. ``latest``: the day of the fetch, after which nothing can be dated."""
    reader = _Reader(language, _month_first(data, url))

    def possible(witnesses: Iterator[Witness]) -> list[Witness]:
        return [witness for witness in witnesses if _possible(witness.moment, latest)]

    published = possible(published_witnesses(data, url, nearby, reader, hint)) or possible(
        reader.witnesses("labelled", labelled_lines(data))
    )
    modified = possible(modified_witnesses(data, reader, hint))
    first_seen = _chosen(published)
    if first_seen is None or not first_seen.exact or first_seen.other_day:
        published += possible(reader.shown("far", far_lines(data, nearby)))
        if not published and not modified:
            published = possible(last_resorts(data, url, nearby, reader))
        first_seen = _chosen(published)
    changed = next((w.moment for w in modified if first_seen is None or _after(w.moment, first_seen)), None)
    return first_seen.iso if first_seen else None, changed.iso if changed else None


def published_witnesses(
    data: PageData, url: str, nearby: Nearby, reader: _Reader, hint: Hint | None
) -> Iterator[Witness]:
    """Statements of the day of publication in data, address and beside the headline, the most trustworthy first."""
    articles = [node for node in data.articles if article_rank(node) > 1]
    yield from reader.of_nodes("json_ld", articles[:1], ("datePublished", "dateCreated"))
    yield from reader.witnesses("meta", data.meta(*PUBLISHED_META))
    pages = [node for node in data.articles if article_rank(node) == 1]
    yield from reader.of_nodes("json_ld_page", articles[1:2] + pages[:2], ("datePublished", "uploadDate"))
    yield from reader.witnesses("itemprop", map(_stated, data.itemprop("datepublished", "datecreated")[:2]))
    if hint and hint.published_at:
        yield from reader.witnesses("hint", [hint.published_at])
    found = _URL_DAY.search(url)
    yield from reader.witnesses("url", ["-".join(found.groups())] if found else [])
    found = _URL_MONTH.search(url)
    yield from reader.witnesses("url", [" ".join(reversed(found.groups()))] if found else [])
    yield from reader.shown("near", near_lines(nearby))


def last_resorts(data: PageData, url: str, nearby: Nearby, reader: _Reader) -> Iterator[Witness]:
    """Where nothing else is dated: lines that say "posted on" or are a date alone, and the front end's state."""
    yield from reader.witnesses("last", last_lines(data, nearby))
    found = _URL_DAY_FIRST.search(url)
    yield from reader.witnesses("url", ["-".join(reversed(found.groups()))] if found else [])
    for state in data.states[:5]:
        yield from reader.witnesses("state", _STATE_DATE.findall(state[:500_000])[:1])


def modified_witnesses(data: PageData, reader: _Reader, hint: Hint | None) -> Iterator[Witness]:
    """Statements of the last change, the most trustworthy first."""
    yield from reader.of_nodes("json_ld", data.articles[:3], ("dateModified",))
    yield from reader.witnesses("meta", data.meta(*MODIFIED_META))
    yield from reader.witnesses("itemprop", map(_stated, data.itemprop("datemodified")[:2]))
    if hint and hint.modified_at:
        yield from reader.witnesses("hint", [hint.modified_at])


def _chosen(witnesses: list[Witness]) -> Moment | None:
    """The first witness's day, or the day shown beside the headline where that is earlier; with the best time known.

    Data gives the day of a relaunch or the last edit as that of publication now and then; nobody shows an earlier
    day than that of publication.
    """
    if not witnesses:
        return None
    best = _unambiguous(witnesses[0].moment, witnesses)
    shown = next((_unambiguous(w.moment, witnesses) for w in witnesses if w.kind == "near"), None)
    if shown and shown.day != best.day:
        changes = {w.moment.day for w in witnesses if w.kind == "near_update"}
        near = {w.moment.day for w in witnesses if w.kind == "near"} - changes
        agreed = (w.moment for w in witnesses if w.kind == "meta" and w.moment.day == shown.day and w.moment.exact)
        if shown.day < best.day and best.day not in near:
            best = shown
        elif best.day not in near:
            best = next(agreed, best)
    if best.exact:
        return best
    return next((w.moment for w in witnesses if w.moment.day == best.day and w.moment.exact), best)


def _unambiguous(moment: Moment, witnesses: list[Witness]) -> Moment:
    """``03/04/2025`` is the other of its two days where a witness says that day and none this one."""
    if moment.other_day is None:
        return moment
    sure = {w.moment.day for w in witnesses if w.moment.other_day is None}
    return replace(moment, day=moment.other_day) if moment.other_day in sure and moment.day not in sure else moment


def _after(changed: Moment, published: Moment) -> bool:
    if changed.exact and published.exact:
        return changed.exact >= published.exact
    return changed.day >= published.day


def _possible(moment: Moment, latest: date | None) -> bool:
    return latest is None or moment.day <= latest + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Reader:
    language: str | None
    month_first: bool | None

    def witnesses(self, kind: str, texts: Iterable[str]) -> Iterator[Witness]:
        for text in texts:
            moment = parse(text, self.language, month_first=self.month_first)
            if moment:
                yield Witness(kind, moment)

    def shown(self, kind: str, lines: Sequence[str]) -> Iterator[Witness]:
        """Dates of lines that readers see; those of lines on a change come last."""
        for updated in (False, True):
            matching = (line for line in lines if is_update(line) is updated)
            yield from self.witnesses(f"{kind}_update" if updated else kind, matching)

    def of_nodes(self, kind: str, nodes: Iterable[Node], keys: Iterable[str]) -> Iterator[Witness]:
        for node in nodes:
            yield from self.witnesses(kind, (value for key in keys if (value := first(node.get(key)))))


def _month_first(data: PageData, url: str) -> bool | None:
    """Only American pages write the month first; None where the page's language has to decide."""
    language, _, region = data.language_tag.upper().replace("_", "-").partition("-")
    if region in ("US", "PH") or region in _DAY_FIRST:
        return region not in _DAY_FIRST
    if language not in ("", "EN"):
        return False
    return False if host(url).rpartition(".")[2].upper() in _DAY_FIRST else None


def _stated(element: HtmlElement) -> str:
    return element.get("datetime") or element.get("content") or text_of(element, 200)
