"""When the article was published and changed: what the page says in data, in its address and to its readers, compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from lxml.html import HtmlElement

from pipelines.extraction.jsonld import Node, article_rank, first
from pipelines.extraction.metadata.datetext import Moment, parse
from pipelines.extraction.metadata.nearby import MAX_LINE, Nearby
from pipelines.extraction.structured import PageData, text_of
from pipelines.items import Hint
from pipelines.urls import host

PUBLISHED_META = (
    "article:published_time og:article:published_time og:published_time rnews:datepublished datepublished "
    "parsely-pub-date sailthru.date cxenseparse:recs:publishtime cxenseparse:publishtime article.published "
    "publication_date publish_date publish-date published_date publisheddate publishdate content:publishdate "
    "pubdate pub_date date-pub dc.date.issued dcterms.issued dc.date.created dcterms.created date.created "
    "date.available iso-8601-publish-date citation_publication_date citation_online_date citation_date "
    "og:publish_date published originalpublicationdate article_date_original article:created "
    "dc.date dcterms.date date bt:pubdate displaydate w-published-date published-date created_at createdate"
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
_LABELLED = re.compile(
    r"\W*(?:first |originally |last )?(?:posted|publi|written|created|updated|modified|reviewed|date\b|by\b|erschienen|veröffentlicht"
    r"|erstellt|stand\b|von\b|vom\b|am\b|mis en ligne|par\b|fecha|data\b|pubblicato|scritto|geplaatst|gepubliceerd|опубликован|дата"
    r"|发布|發布|公開|掲載|投稿|등록|입력|yayın|diterbitkan|đăng|opublikowan|dodano|publicerad|julkaistu|udgivet|publisert)",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[|•·–—]|\b(?:min(?:ute)?s? read|Uhr)\b")
_DATE_CLASS = re.compile(r"date|time|publi|posted|meta|byline|created|info")
_STATE_DATE = re.compile(
    r"\"(?:datePublished|publishedAt|published_at|publishDate|publish_date|publishedDate|published_date|firstPublishedAt"
    r"|first_published_at|publicationDate|publication_date|published_time|datePosted)\\?\"\s*:\s*\\?\"([^\"\\]{8,40})"
)
_DAY_FIRST = frozenset("GB UK IE AU NZ IN ZA NG KE SG MY HK DE AT CH FR BE NL ES IT PT BR MX AR RU TR PL ID VN".split())
SHORT_LINE = 60
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
    reader = _Reader(language, _month_first(data, url))
    published = [w for w in published_witnesses(data, url, nearby, reader, hint) if _possible(w.moment, latest)]
    modified = [w for w in modified_witnesses(data, reader, hint) if _possible(w.moment, latest)]
    if not published and not modified:
        published = [w for w in last_resorts(data, reader) if _possible(w.moment, latest)]
    first_seen = _chosen(published)
    if first_seen is None:
        return (modified[0].moment.iso, None) if modified else (None, None)
    changed = next((w.moment for w in modified if _after(w.moment, first_seen)), None)
    return first_seen.iso, changed.iso if changed else None


def published_witnesses(
    data: PageData, url: str, nearby: Nearby, reader: _Reader, hint: Hint | None
) -> Iterator[Witness]:
    """Statements of the day of publication, the most trustworthy first."""
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
    yield from _shown(data, nearby, reader)


def last_resorts(data: PageData, reader: _Reader) -> Iterator[Witness]:
    """Where nothing else is dated: lines that say "posted on" or are a date alone, and the front end's state."""
    lines = [text.strip() for element in data.elements if (text := element.text) and 6 < len(text) < 120]
    dated = [line for line in lines if _YEARLIKE.search(line)]
    yield from reader.witnesses("labelled", filter(_LABELLED.match, dated))
    yield from reader.witnesses("alone", (line for line in dated if len(line) < 20))
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
    shown = next((w.moment for w in witnesses if w.kind == "near"), None)
    near = {w.moment.day for w in witnesses if w.kind in ("near", "near_update")}
    if shown and shown.day < best.day and best.day not in near:
        best = _unambiguous(shown, witnesses)
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

    def of_nodes(self, kind: str, nodes: Iterable[Node], keys: Iterable[str]) -> Iterator[Witness]:
        for node in nodes:
            yield from self.witnesses(kind, (value for key in keys if (value := first(node.get(key)))))


def _month_first(data: PageData, url: str) -> bool | None:
    """Only American pages write the month first; None where the page's language has to decide."""
    region = (data.language_tag.replace("_", "-").partition("-")[2] or "").upper()
    if region in ("US", "PH") or region in _DAY_FIRST:
        return region not in _DAY_FIRST
    return False if host(url).rpartition(".")[2].upper() in _DAY_FIRST else None


def _stated(element: HtmlElement) -> str:
    return element.get("datetime") or element.get("content") or text_of(element, 200)


def _shown(data: PageData, nearby: Nearby, reader: _Reader) -> Iterator[Witness]:
    """Dates shown: beside the headline, then in times and dated elements anywhere; lines on updates last."""
    near = list(_lines(nearby.elements))
    dated = [element for element in data.marked if _DATE_CLASS.search((element.get("class") or "").lower())]
    far = list(_lines(each for each in (*data.times[:20], *dated[:60]) if not nearby.is_elsewhere(each)))
    for kind, lines in (("near", near), ("far", far)):
        for updated in (False, True):
            matching = (line for line in lines if bool(_UPDATED.search(line)) is updated)
            yield from reader.witnesses(f"{kind}_update" if updated else kind, matching)


def _lines(elements: Iterable[HtmlElement]) -> Iterator[str]:
    for element in elements:
        stamp = element.get("datetime") if element.tag in ("time", "relative-time") else None
        line = text_of(element, MAX_LINE + 1)
        tail = (element.tail or "").strip()
        if stamp:
            yield f"{stamp} {line if _UPDATED.search(line) else ''}"
        elif _may_date(line) and not _is_caption(element):
            yield line
        elif _may_date(tail):
            yield tail


def _may_date(line: str) -> bool:
    """Whether a line is short, or a byline or the like, so that a date in it is the article's and no matter of its text."""
    if not 5 < len(line) <= MAX_LINE or not _YEARLIKE.search(line):
        return False
    return len(line) <= SHORT_LINE or (_LABELLED.match(line) or _MARKS.search(line)) is not None


def _is_caption(element: HtmlElement) -> bool:
    return element.tag in ("a", "figure", "figcaption", "li", "td") or any(
        parent.tag in ("figure", "table") for parent in islice(element.iterancestors(), 4)
    )
