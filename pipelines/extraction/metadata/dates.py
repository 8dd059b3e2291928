"""When the article was published and changed: what the page says in data, in its address and to its readers, compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lxml.html import HtmlElement

from pipelines.extraction.jsonld import Node, article_rank, first
from pipelines.extraction.metadata.datetext import Moment, parse
from pipelines.extraction.metadata.nearby import MAX_LINE, Nearby
from pipelines.extraction.structured import PageData, text_of
from pipelines.items import Hint

PUBLISHED_META = (
    "article:published_time og:article:published_time og:published_time rnews:datepublished datepublished "
    "parsely-pub-date sailthru.date cxenseparse:recs:publishtime cxenseparse:publishtime article.published "
    "publication_date publish_date publish-date published_date publisheddate publishdate content:publishdate "
    "pubdate pub_date date-pub dc.date.issued dcterms.issued dc.date.created dcterms.created date.created "
    "date.available iso-8601-publish-date citation_publication_date citation_online_date citation_date "
    "og:publish_date published originalpublicationdate article_date_original article:created "
    "dc.date dcterms.date date bt:pubdate displaydate"
).split()
MODIFIED_META = (
    "article:modified_time og:updated_time og:modified_time datemodified cxenseparse:recs:articlelastmodified "
    "dc.date.modified dcterms.modified date.updated date.modified article.updated last-modified lastmod updated"
).split()


_UPDATED = re.compile(
    r"updat|modif|edited|review|aktualisier|geändert|actualiz|actualis|mis à jour|mise à jour|aggiornat|atualizad"
    r"|bijgewerkt|gewijzigd|обновл|измен|更新|修改|수정|güncel|diperbarui|cập nhật|zmieni|aktualiz|uppdater|oppdater|opdater|päivite",
    re.IGNORECASE,
)
_YEARLIKE = re.compile(r"(?:19|20|25)\d\d|\d[./-]\d\d(?!\d)|[٠-٩۰-۹]{4}")
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-]?([01]?\d)[/-]?([0-3]\d)(?=[/_-]|\D)")


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
    published = [w for w in published_witnesses(data, url, nearby, language, hint) if _possible(w.moment, latest)]
    modified = [w for w in modified_witnesses(data, language, hint) if _possible(w.moment, latest)]
    first_seen = _chosen(published)
    if first_seen is None:
        return (modified[0].moment.iso, None) if modified else (None, None)
    changed = next((w.moment for w in modified if _after(w.moment, first_seen)), None)
    return first_seen.iso, changed.iso if changed else None


def published_witnesses(
    data: PageData, url: str, nearby: Nearby, language: str | None, hint: Hint | None
) -> Iterator[Witness]:
    """Statements of the day of publication, the most trustworthy first."""
    articles = [node for node in data.articles if article_rank(node) > 1]
    yield from _of_nodes("json_ld", articles[:1], ("datePublished", "dateCreated"))
    yield from _parsed("meta", data.meta(*PUBLISHED_META), language)
    pages = [node for node in data.articles if article_rank(node) == 1]
    yield from _of_nodes("json_ld_page", articles[1:2] + pages[:2], ("datePublished", "uploadDate"))
    yield from _parsed("itemprop", map(_stated, data.itemprop("datepublished", "datecreated")[:2]), language)
    if hint and hint.published_at:
        yield from _parsed("hint", [hint.published_at], language)
    yield from _of_url(url)
    yield from _of_readers(data, nearby, language)


def modified_witnesses(data: PageData, language: str | None, hint: Hint | None) -> Iterator[Witness]:
    """Statements of the last change, the most trustworthy first."""
    yield from _of_nodes("json_ld", data.articles[:3], ("dateModified",))
    yield from _parsed("meta", data.meta(*MODIFIED_META), language)
    yield from _parsed("itemprop", map(_stated, data.itemprop("datemodified")[:2]), language)
    if hint and hint.modified_at:
        yield from _parsed("hint", [hint.modified_at], language)


def _chosen(witnesses: list[Witness]) -> Moment | None:
    """The first witness's day, or the day shown beside the headline where that is earlier; with the best time known.

    Data gives the day of a relaunch or the last edit as that of publication now and then; nobody shows an earlier
    day than that of publication.
    """
    if not witnesses:
        return None
    best = witnesses[0].moment
    shown = next((w.moment for w in witnesses if w.kind == "near"), None)
    near = {w.moment.day for w in witnesses if w.kind in ("near", "near_update")}
    if shown and shown.day < best.day and best.day not in near:
        best = shown
    if best.exact:
        return best
    return next((w.moment for w in witnesses if w.moment.day == best.day and w.moment.exact), best)


def _after(changed: Moment, published: Moment) -> bool:
    if changed.exact and published.exact:
        return changed.exact >= published.exact
    return changed.day >= published.day


def _possible(moment: Moment, latest: date | None) -> bool:
    return latest is None or moment.day <= latest + timedelta(days=1)


def _of_nodes(kind: str, nodes: Iterable[Node], keys: Iterable[str]) -> Iterator[Witness]:
    for node in nodes:
        yield from _parsed(kind, (value for key in keys if (value := first(node.get(key)))), None)


def _parsed(kind: str, texts: Iterable[str], language: str | None) -> Iterator[Witness]:
    for text in texts:
        moment = parse(text, language)
        if moment:
            yield Witness(kind, moment)


def _of_url(url: str) -> Iterator[Witness]:
    found = _URL_DAY.search(url)
    moment = parse("-".join(found.groups())) if found else None
    if moment:
        yield Witness("url", moment)


def _stated(element: HtmlElement) -> str:
    return element.get("datetime") or element.get("content") or text_of(element, 200)


def _of_readers(data: PageData, nearby: Nearby, language: str | None) -> Iterator[Witness]:
    """Dates shown: beside the headline, then in times, bylines and credits anywhere; lines on updates last."""
    near = list(_lines(nearby.elements))
    far = list(_lines(each for each in (*data.times[:20], *data.marked[:150]) if not nearby.is_elsewhere(each)))
    for kind, lines in (("near", near), ("far", far)):
        for updated in (False, True):
            matching = (line for line in lines if bool(_UPDATED.search(line)) is updated)
            yield from _parsed(f"{kind}_update" if updated else kind, matching, language)


def _lines(elements: Iterable[HtmlElement]) -> Iterator[str]:
    for element in elements:
        stamp = element.get("datetime") if element.tag in ("time", "relative-time") else None
        line = text_of(element, MAX_LINE + 1)
        tail = (element.tail or "").strip()
        if stamp:
            yield f"{stamp} {line if _UPDATED.search(line) else ''}"
        elif len(line) <= MAX_LINE and _YEARLIKE.search(line):
            yield line
        elif 6 < len(tail) <= MAX_LINE and _YEARLIKE.search(tail):
            yield tail
